"""`make run`: a whole Makegood on one machine. SQLite, own keys, a sandbox shop to try it with."""

from __future__ import annotations

import os
import secrets
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import waitress
from cryptography.fernet import Fernet
from sqlalchemy import select

from integrations import registry
from integrations.contract import Role
from integrations.sandbox.seed import seed
from integrations.sandbox.shop import Shop as SandboxShop
from integrations.sandbox.shop import create_shop
from jobs.sweep import embedded_threads
from jobs.threads import Kept, supervise
from service import logs, settings
from service.app import create_wsgi
from service.db.migrations import migrate
from service.db.models import Connection, Seller, Shop
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from service.operations.staff import accounts
from service.settings import Settings, WrongSetting
from service.wiring import Wiring, keep_loaded, wire

FOLDER = Path("instance")
OWNER = "owner@example.test"
THREADS = 16
STOP_SECONDS = 45.0
"""Longer than the longest call out, so that the row at hand is finished."""


def own_settings(folder: Path = FOLDER) -> Settings:
    """The environment's settings, with keys made and kept in `folder` where none are set."""
    folder.mkdir(parents=True, exist_ok=True)
    made: dict[str, Callable[[], str]] = {
        "SECRET_KEY": lambda: secrets.token_urlsafe(48),
        "ENCRYPTION_KEYS": lambda: Fernet.generate_key().decode(),
    }
    environ = dict(os.environ)
    for name, make in made.items():
        full, path = settings.PREFIX + name, folder / name.lower()
        if environ.get(full) or environ.get(f"{full}_FILE"):
            continue
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(make(), "utf-8")
        environ[f"{full}_FILE"] = str(path)
    environ.setdefault("MAKEGOOD_DATABASE_URL", f"sqlite:///{folder / 'makegood.db'}")
    environ.setdefault("MAKEGOOD_SANDBOX_PATH", str(folder / "sandbox.db"))
    return settings.load(environ)


def set_up(wired: Wiring) -> SandboxShop:
    """Tables, an owner, and a sandbox shop with its connection; done once, kept afterwards."""
    context = wired.context
    migrate(context.database)
    with context.database.reading() as session:
        known = session.scalar(select(Connection).where(Connection.adapter == "sandbox"))
        owner = session.scalar(select(Seller.id).limit(1))
    if owner is None:
        accounts.add_seller(context, OWNER, name="Owner", language=wired.settings.language)
    if known is None:
        known = _connect_sandbox(wired)
    config = context.config(known)
    sandbox = create_shop(
        wired.settings.sandbox_path,
        base_url=config.values["base_url"],
        api_key=config.values["api_key"],
        webhook_secret=config.webhook_secrets[0],
        webhook_url=context.links.webhook(known.public_id),
        now=context.clock.now,
    )
    seed(sandbox.ledger, context.clock.now())
    return sandbox


def _connect_sandbox(wired: Wiring) -> Connection:
    context = wired.context
    shop_id = connections.add_shop(
        context, "Sandbox shop", zone=wired.settings.zone, country="ID", language="id"
    )
    connection_id = connections.connect(
        context,
        shop_id,
        NewConnection(
            "sandbox",
            "Sandbox",
            [Role.REVIEWS, Role.ORDERS, Role.MESSAGES],
            {
                "base_url": f"{context.links.public_url}/sandbox",
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
        shop.agent_limits = {"IDR": 10_000_000, "SGD": 1_000}
        return session.get_one(Connection, connection_id)


def _stop(wired: Wiring) -> None:
    """End after the rows and requests at hand."""
    wired.stop.set()
    wired.bell.wake()


def main() -> int:
    """Serve until stopped by SIGTERM or Ctrl-C."""
    try:
        wanted = own_settings()
    except WrongSetting as error:
        print(error, file=sys.stderr)
        return 2
    logs.set_up(wanted.log_level)
    wired = wire(wanted)
    sandbox = set_up(wired)
    registry.get("sandbox")
    workers = embedded_threads(wired)
    sandbox.sender.start()
    parts = urlsplit(wanted.public_url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 8000
    app = create_wsgi(wired, sandbox.app.wsgi_app)
    server = waitress.create_server(
        app,
        host=host,
        port=port,
        threads=THREADS,
        clear_untrusted_proxy_headers=True,
        max_request_body_size=wanted.max_body_bytes * 2,
    )
    with wired.context.database.reading() as session:
        owner = session.scalars(select(Seller).where(Seller.active.is_(True))).first()
        assert owner is not None
        link = accounts.sign_in_link(wired.context, owner)
    print(f"Makegood: {wanted.public_url}\nSandbox:  {wanted.public_url}/sandbox/", flush=True)
    print(f"Sign in:  {link}", flush=True)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: _stop(wired))
    keep_loaded()
    supervise(wired, [*workers, Kept("web", server.run)])
    sandbox.sender.stop()
    for worker in workers:
        # The pretend shop answers the call at hand through the server, which runs on meanwhile.
        worker.join(STOP_SECONDS)
    server.task_dispatcher.shutdown(cancel_pending=False)
    wired.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
