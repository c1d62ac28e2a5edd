"""`make run`: a whole Makegood on one machine. SQLite, own keys, a sandbox shop to try it with."""

from __future__ import annotations

import os
import secrets
import signal
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from integrations import registry, time_limits
from integrations.contract import Role
from integrations.errors import AdapterError
from integrations.network import loopback
from integrations.remedies import VOUCHER
from integrations.sandbox.seed import seed
from integrations.sandbox.shop import Shop as SandboxShop
from integrations.sandbox.shop import create_shop
from jobs.sweep import embedded_threads
from jobs.threads import Kept, pass_failed, supervise
from service import settings
from service.app import create_app, create_wsgi
from service.db.advice import UNUSABLE, advice
from service.db.migrations import migrate_in_child
from service.db.models import Connection, Membership, Seller, Shop
from service.domain.remedies.offers import OfferTerms
from service.domain.remedies.playbook import RemedyRule, Rule
from service.domain.remedies.playbook_data import playbook_to_data
from service.domain.remedies.ready_made import ReadyMade, ready_made
from service.domain.staff.authority import OPERATOR, SellerRole
from service.domain.staff.authority import Membership as StaffMembership
from service.embedded_web import create_server
from service.listening import CannotListen, listen
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from service.operations.staff import accounts, members
from service.security.key_generation import fresh_keys
from service.security.private_files import private_database, private_folder, write_new
from service.sentences import say
from service.settings import Settings, WrongSetting
from service.web.terminal import Terminal
from service.wiring import Wiring, keep_loaded, prepare_process, wire

OWNER = "owner@example.test"
STOP_SECONDS = time_limits.STOP
LOOK_SECONDS = 1.0
"""How often the terminal is written on."""


def own_settings() -> Settings:
    """The environment's settings, with keys made and kept in `instance/` where none are set."""
    private_folder(settings.INSTANCE)
    fresh = fresh_keys()
    for name in settings.KEPT:
        if not settings.is_set(os.environ, name):
            write_new(settings.INSTANCE / name.lower(), fresh[name])
    environ = dict(os.environ)
    usual = {
        "DATABASE_URL": f"sqlite:///{settings.INSTANCE / 'makegood.db'}",
        "SANDBOX_PATH": str(settings.INSTANCE / "sandbox.db"),
    }
    for name, value in usual.items():
        if not settings.is_set(environ, name):
            environ[settings.PREFIX + name] = value
    environ = settings.installed(environ)
    loaded = settings.load(environ)
    settings.keep_start(environ)
    return loaded


def set_up(wired: Wiring) -> SandboxShop:
    """Tables, an owner, and a sandbox shop with its connection; done once, kept afterwards,
    whatever became of them since."""
    context = wired.context
    migrate_in_child(context.database)
    with context.database.reading() as session:
        connection = session.scalar(select(Connection).where(Connection.adapter == "sandbox"))
        is_new = session.scalar(select(Seller.id).limit(1)) is None
    if is_new:
        accounts.add_seller(
            context, OPERATOR, OWNER, {}, name="Owner", language=wired.settings.language
        )
    if connection is None:
        connection = _connect_sandbox(wired)
    connection = _lead_here(wired, connection.id)
    config, inside = context.config(connection), wired.settings.inside_url
    sandbox = create_shop(
        private_database(Path(wired.settings.sandbox_path)),
        base_url=f"{context.links.public_url}/sandbox",
        inside_url=f"{inside}/sandbox",
        # Of one that was disconnected the key is forgotten.
        api_key=config.values.get("api_key") or secrets.token_urlsafe(24),
        webhook_secret=config.webhook_secrets[0],
        webhook_url=f"{inside}/webhooks/{connection.public_id}",
        now=context.clock.now,
        say=say,
    )
    seed(sandbox.ledger, context.clock.now())
    return sandbox


def _first_owner(session: Session) -> Seller | None:
    """Who has been an owner here longest, else a seller without a shop; None where there is nobody."""
    owns = (Membership.seller_id == Seller.id) & (Membership.role == SellerRole.OWNER)
    owners_first = select(Seller).outerjoin(Membership, owns).where(Seller.active.is_(True))
    return session.scalars(owners_first.order_by(Membership.shop_id.is_(None), Seller.id)).first()


def _lead_here(wired: Wiring, connection_id: int) -> Connection:
    """The sandbox answers where this process listens, which may be elsewhere than at the last start."""
    with wired.context.database.transaction() as session:
        connection = session.get_one(Connection, connection_id)
        base_url = f"{wired.settings.inside_url}/sandbox"
        connection.values = {**connection.values, "base_url": base_url}
        return connection


def _connect_sandbox(wired: Wiring) -> Connection:
    context = wired.context
    with context.database.reading() as session:
        owner = _first_owner(session)
    shop_id = connections.add_shop(
        context, OPERATOR, "Sandbox shop", zone=wired.settings.zone, country="ID", language="id"
    )
    if owner is not None:
        membership = StaffMembership(SellerRole.OWNER)
        members.set_membership(context, shop_id, owner.id, OPERATOR, membership)
    connection_id = connections.connect(
        context,
        shop_id,
        OPERATOR,
        NewConnection(
            "sandbox",
            "Sandbox",
            [Role.REVIEWS, Role.ORDERS, Role.MESSAGES],
            {
                "base_url": f"{wired.settings.inside_url}/sandbox",
                "api_key": secrets.token_urlsafe(24),
            },
        ),
    )
    with context.database.transaction() as session:
        shop = session.get_one(Shop, shop_id)
        # Everything may be tried at once here: no waiting, no quiet hours.
        shop.follow_ups = {
            "resolution_check_hours": 0,
            "update_invitation_hours": 0,
            "opens": "00:00",
            "closes": "23:59",
            "days": [0, 1, 2, 3, 4, 5, 6],
        }
        shop.asking = {"invitations": True, "lawful_basis": ["ID", "SG"]}
        shop.playbook = _playbook()
        return session.get_one(Connection, connection_id)


def _playbook() -> dict[str, Any]:
    """The usual playbook, in which the buyer of a broken item chooses."""
    playbook = ready_made(ReadyMade.BALANCED)
    rules = [_of_choice(rule) if rule.name == "Broken" else rule for rule in playbook.rules]
    return playbook_to_data(replace(playbook, rules=tuple(rules)))


def _of_choice(rule: Rule) -> Rule:
    voucher = RemedyRule(VOUCHER, percent=100, uncapped=("IDR", "SGD"), expires_days=90)
    return replace(rule, offer=OfferTerms(7), remedies=(*rule.remedies, voucher))


def _follow(wired: Wiring, terminal: Terminal) -> None:
    """Write what happens until the process is to stop."""
    while not wired.stop.is_set():
        try:
            terminal.write_new()
        except Exception as error:
            pass_failed(wired, "terminal", error)
        wired.stop.wait(LOOK_SECONDS)


def _stop(wired: Wiring) -> None:
    """End after the rows and requests at hand."""
    wired.stop.set()
    wired.notifier.notify()


def _say_where(wired: Wiring) -> None:
    context, settings = wired.context, wired.settings
    with context.database.reading() as session:
        owner = _first_owner(session)
    lines = [f"Makegood: {settings.public_url}", f"Sandbox:  {settings.public_url}/sandbox/"]
    if owner is not None:
        lines += [
            f"Sign in:  {accounts.sign_in_link(context, owner)}",
            f"          as {owner.email}; a new link: .venv/bin/flask seller link {owner.email}",
        ]
    if not loopback(urlsplit(settings.public_url).hostname or ""):
        lines.append(f"Listens:  {settings.listen}; the public address has to be passed on to it")
    print("\n".join(lines), flush=True)


def main() -> int:
    """Serve until stopped by SIGTERM or Ctrl-C."""
    try:
        settings = own_settings()
        prepare_process(settings)
        # First of all, so that a start which cannot be has changed nothing.
        opened = listen(settings.listen, settings.public_url)
        wired = wire(settings)
        sandbox = set_up(wired)
    except (WrongSetting, CannotListen, PermissionError, AdapterError) as error:
        print(error, file=sys.stderr)
        return 2
    except UNUSABLE as error:
        print(advice(error), file=sys.stderr)
        return 2
    registry.get("sandbox")
    workers, pages = embedded_threads(wired), create_app(wired)
    sandbox.sender.start()
    server = create_server(
        create_wsgi(wired, sandbox.app.wsgi_app, pages=pages),
        most=settings.max_body_bytes * 2,
        sockets=[opened],
        # Where no proxy is trusted nobody may say who he is; else ProxyFix reads it.
        clear_untrusted_proxy_headers=not settings.trusted_proxies,
    )
    _say_where(wired)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: _stop(wired))
    keep_loaded()
    terminal = partial(_follow, wired, Terminal(wired, pages))
    supervise(wired, [*workers, Kept("web", server.run), Kept("terminal", terminal)])
    sandbox.sender.stop()
    for worker in workers:
        # The pretend shop answers the call at hand through the server, which runs on meanwhile.
        worker.join(STOP_SECONDS)
    server.task_dispatcher.shutdown(cancel_pending=False)
    wired.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
