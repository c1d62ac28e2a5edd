"""Shops and their connections: connect, change, test, pause, resume."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import CheckResult, Role
from integrations.entries import WEBHOOK_SECRET, WrongEntry
from integrations.errors import AdapterError
from integrations.sentence import Text
from integrations.standard_webhooks import new_secret
from integrations.text import line
from service.db import audit
from service.db.models import Connection, Kind, Shop
from service.db.outbox import backlog, claims
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.errors import NotFound, WrongInput
from service.domain.remedies.playbook_data import playbook_to_data
from service.domain.remedies.ready_made import ReadyMade, ready_made
from service.domain.shops.connection_states import CONNECTIONS
from service.domain.staff.authority import Actor, Membership, Permission, SellerRole
from service.operations.context import Context
from service.operations.messages import mailboxes
from service.operations.shops import connection_check, lanes, permission, recovery, settings
from service.operations.staff import members
from service.operations.staff.permits import permit, permit_new_shop

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class NewConnection:
    """What the seller enters. `cases_from` None: from now on, older reviews are only taken in."""

    adapter: str
    name: str
    roles: Sequence[Role]
    values: Mapping[str, str]
    threshold: int = 3
    cases_from: datetime | None = None


def add_shop(
    context: Context,
    actor: Actor,
    name: str,
    *,
    zone: str,
    country: str = "",
    language: str = "en",
    playbook: ReadyMade = ReadyMade.BALANCED,
) -> int:
    """Make a shop, of which the seller who adds it is an owner, and give its id; raises
    `WrongInput`, `NotPermitted`."""
    with context.database.transaction() as session:
        now = context.clock.now()
        permit_new_shop(session, actor)
        about = settings.check_about(name=name, zone=zone, country=country, language=language)
        shop = Shop(
            **about,
            created_at=now,
            playbook={}
            if playbook is ReadyMade.BALANCED
            else playbook_to_data(ready_made(playbook)),
            automatic={},
            follow_ups={},
            texts={},
            asking={},
        )
        session.add(shop)
        session.flush()
        if actor.seller_id is not None:
            members.join(session, shop.id, actor.seller_id, Membership(SellerRole.OWNER), at=now)
        return shop.id


def connect(context: Context, shop_id: int, actor: Actor, new: NewConnection) -> int:
    """Make a connection with its lanes, its webhook address and a fresh webhook secret; give its
    id. Raises `WrongInput` naming the field, `NotFound`."""
    with context.database.transaction() as session:
        now = context.clock.now()
        permit(session, actor, Permission.MANAGE, shop_id)
        settings.get(session, shop_id)
        plain, hidden = _sorted_values(new.adapter, new.values)
        _check_roles(new.adapter, new.roles)
        _check_threshold(new.threshold)
        _check_entries(new.adapter, {**plain, **hidden})
        entered = new.values.get(WEBHOOK_SECRET, "").strip()
        if entered:
            _check_webhook_secret(new.adapter, entered)
        connection = Connection(
            public_id=secrets.token_urlsafe(18),
            shop_id=shop_id,
            adapter=new.adapter,
            name=line(new.name)[:LONGEST_NAME] or registry.get(new.adapter).label,
            roles=[str(role) for role in new.roles],
            values=plain,
            threshold=new.threshold,
            cases_from=new.cases_from or now,
            secrets=context.vault.encrypt({**hidden, "webhook": [entered or new_secret()]}),
            state=CONNECTIONS.first,
            state_since=now,
            created_at=now,
        )
        session.add(connection)
        session.flush()
        lanes.add_lanes(context, session, connection, {**plain, **hidden}, now)
        _poll(session, connection, now)
        mailboxes.start_reading(session, connection, now)
        connection_check.start_checking(session, connection.id, now)
        return connection.id


def _poll(session: Transaction, connection: Connection, now: datetime) -> None:
    """Let reviews be polled where the platform can and the connection brings them; else end it."""
    if not registry.get(connection.adapter).capabilities.poll:
        return
    row = backlog.row_for(session, Kind.POLL, connection.id)
    polled = row is not None and row.done_at is None
    if Role.REVIEWS not in connection.roles:
        if row is not None and polled:
            row.done_at, row.claim_token = now, None
    elif not polled:
        lane = shop_queries.lane(session, connection.id, outward=True)
        claims.put(session, Kind.POLL, connection.id, lane_id=lane, due_at=now, now=now)


def _check_roles(adapter: str, roles: Sequence[Role]) -> None:
    able = registry.get(adapter).roles
    if not roles or not set(roles) <= able:
        names = ", ".join(sorted(able))
        raise WrongInput(
            "%(label)s can play these roles: %(names)s.",
            label=registry.get(adapter).label,
            fields={"roles": Text("Choose what it is used for: %(names)s.", names=names)},
            names=names,
        )


def _check_threshold(threshold: int) -> None:
    if not 1 <= threshold <= 4:
        wrong = Text("The highest low rating must be from 1 to 4.")
        raise WrongInput(wrong, fields={"threshold": wrong})


def _sorted_values(
    adapter: str, values: Mapping[str, str], old: Mapping[str, str] | None = None
) -> tuple[dict[str, str], dict[str, str]]:
    """Plain and secret values of an adapter's fields; an empty secret keeps the old one."""
    if adapter not in registry.ADAPTERS:
        raise WrongInput("There is no platform named %(adapter)s.", adapter=f"{adapter!r}")
    plain: dict[str, str] = {}
    hidden: dict[str, str] = {}
    missing: dict[str, Text] = {}
    kind = registry.get(adapter)
    shown = {field.name: (old or {}).get(field.name, "") for field in kind.fields}
    entered = kind.completed({**shown, **values})
    for field in kind.fields:
        kept = shown[field.name]
        value = entered[field.name].strip()
        value = value or (kept if field.secret else "") or field.default
        if field.required and not value:
            missing[field.name] = Text("Enter %(label)s.", label=field.label)
        (hidden if field.secret else plain)[field.name] = value
    if missing:
        raise WrongInput(next(iter(missing.values())), fields=missing)
    return plain, hidden


def _check_entries(adapter: str, values: Mapping[str, str]) -> None:
    """Raises `WrongInput` that names the field."""
    kind = registry.get(adapter)
    try:
        kind.check_entries(values)
    except WrongEntry as error:
        label = next(field.label for field in kind.fields if field.name == error.field)
        raise _wrong(label, error) from error


def _check_webhook_secret(adapter: str, secret: str) -> None:
    try:
        registry.webhooks(adapter).check_webhook_secret(secret)
    except WrongEntry as error:
        raise _wrong(Text("Webhook secret"), error) from error


def _wrong(label: Text, error: WrongEntry) -> WrongInput:
    sentence = Text("%(label)s: %(problem)s.", label=label, problem=error.text)
    return WrongInput(sentence, fields={error.field: error.text})


def change_connection(
    context: Context,
    connection_id: int,
    actor: Actor,
    *,
    name: str,
    values: Mapping[str, str],
    threshold: int,
    roles: Sequence[Role] | None = None,
) -> None:
    """Change what the seller entered and let waiting work go on; raises `WrongInput`."""
    with context.database.transaction() as session:
        connection = _get(session, connection_id, actor)
        kept = context.vault.decrypt(connection.secrets)
        plain, hidden = _sorted_values(connection.adapter, values, {**connection.values, **kept})
        _check_threshold(threshold)
        _check_entries(connection.adapter, {**plain, **hidden})
        if roles is not None:
            _check_roles(connection.adapter, roles)
        connection.name = line(name)[:LONGEST_NAME] or connection.name
        connection.threshold = threshold
        connection.values = plain
        connection.secrets = context.vault.encrypt({**hidden, "webhook": kept["webhook"]})
        now = context.clock.now()
        lanes.share_rate(context, session, connection, {**plain, **hidden}, now)
        if roles is not None:
            connection.roles = [str(role) for role in roles]
            _poll(session, connection, now)
            connection_check.start_checking(session, connection.id, now)
        mailboxes.start_reading(session, connection, now)
        recovery.resume(session, connection, now, actor)


def resume(context: Context, connection_id: int, actor: Actor) -> None:
    """Let a paused connection's work go on."""
    with context.database.transaction() as session:
        connection = _get(session, connection_id, actor)
        audit.note_connection(session, connection, "connection.resumed")
        recovery.resume(session, connection, context.clock.now(), actor)


def add_webhook_secret(context: Context, connection_id: int, actor: Actor, secret: str = "") -> str:
    """Begin a rotation: the new secret comes first, the one before stays good; gives the new one."""
    with context.database.transaction() as session:
        connection = _get(session, connection_id, actor)
        kept = context.vault.decrypt(connection.secrets)
        fresh = secret.strip() or new_secret()
        _check_webhook_secret(connection.adapter, fresh)
        # Entered again it stays one of the two, so that it does not push the other out.
        before = [secret for secret in kept["webhook"] if secret != fresh]
        kept["webhook"] = [fresh, *before][:2]
        connection.secrets = context.vault.encrypt(kept)
        return fresh


def webhook_secret(context: Context, connection: Connection) -> str:
    """The newest webhook secret, for the seller to paste at the platform."""
    secrets_ = context.config(connection).webhook_secrets
    return secrets_[0] if secrets_ else ""


def test_connection(context: Context, connection_id: int, actor: Actor) -> list[CheckResult]:
    """Try what a connection needs without changing anything; a good result resumes it."""
    with context.database.reading() as session:
        connection = _get(session, connection_id, actor)
    try:
        findings = context.adapter(connection).check()
    except AdapterError as error:
        findings = [CheckResult(Text("Connection"), ok=False, advice=error.text)]
    with context.database.transaction() as session:
        now = context.clock.now()
        findings += permission.ending(session, connection_id, now)
        connection = _get(session, connection_id, actor)
        problem = connection_check.problem_in(findings)
        if problem is None:
            recovery.resume(session, connection, now, actor)
        connection_check.keep(session, connection, problem, now, actor)
    return findings


def _get(session: Session, connection_id: int, actor: Actor) -> Connection:
    connection = session.get(Connection, connection_id)
    if connection is None:
        raise NotFound("there is no such connection")
    permit(session, actor, Permission.MANAGE, connection.shop_id)
    return connection
