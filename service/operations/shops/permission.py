"""A seller lets Makegood use a shop, where its platform asks for that, and is warned before it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import (
    Adapter,
    CheckResult,
    DeviceCode,
    DeviceGrant,
    RedirectGrant,
    Tokens,
)
from integrations.errors import AdapterError
from integrations.sentence import Text
from service.db import audit
from service.db.models import Connection, Credential
from service.domain.errors import NotFound, WrongInput
from service.domain.staff.authority import Actor, Permission
from service.operations.context import Context
from service.operations.shops import credentials, recovery
from service.operations.staff.permits import permit

WARNED_BEFORE = timedelta(days=14)


def permission_url(context: Context, connection_id: int, actor: Actor, return_url: str) -> str:
    """Where the owner allows Makegood to use this shop; raises `NotPermitted`, `NotFound`,
    `Misconfigured`."""
    adapter = _to_be_allowed(context, connection_id, actor)
    return cast(RedirectGrant, adapter).permission_url(return_url)


def allow(context: Context, connection_id: int, actor: Actor, answer: Mapping[str, str]) -> None:
    """Take what the platform answered to the owner's permission, and let waiting work go on.

    Raises `NotPermitted`, `NotFound`, and `WrongInput` where the answer is good for nothing (any more).
    """
    adapter = cast(RedirectGrant, _to_be_allowed(context, connection_id, actor))
    with _refusals_said():
        tokens = adapter.tokens_for(answer)
    _keep(context, connection_id, actor, tokens)


def device_code(context: Context, connection_id: int, actor: Actor) -> DeviceCode:
    """A code that the owner enters at the platform; raises as `allow` does."""
    adapter = cast(DeviceGrant, _to_be_allowed(context, connection_id, actor))
    with _refusals_said():
        return adapter.device_code()


def allow_device(context: Context, connection_id: int, actor: Actor, secret: str) -> bool:
    """Take what the platform gives for a code, and let waiting work go on; False while the owner has
    not signed in with it. Raises as `allow` does."""
    adapter = cast(DeviceGrant, _to_be_allowed(context, connection_id, actor))
    with _refusals_said():
        tokens = adapter.tokens_for_device(secret)
    if tokens is None:
        return False
    _keep(context, connection_id, actor, tokens)
    return True


@contextmanager
def _refusals_said() -> Iterator[None]:
    try:
        yield
    except AdapterError as error:
        raise WrongInput(
            "The platform gave no access: %(why)s. Start again.", why=error.text
        ) from error


def _keep(context: Context, connection_id: int, actor: Actor, tokens: Tokens) -> None:
    with context.database.transaction() as session:
        connection = session.get_one(Connection, connection_id, with_for_update=True)
        permit(session, actor, Permission.MANAGE, connection.shop_id)
        audit.note_connection(session, connection, "connection.allowed")
        credential = session.get(Credential, connection_id)
        if credential is None:
            credential = Credential(connection_id=connection_id)
            session.add(credential)
        credentials.write(context, credential, tokens)
        recovery.resume(session, connection, context.clock.now(), actor)


def _to_be_allowed(context: Context, connection_id: int, actor: Actor) -> Adapter:
    with context.database.reading() as session:
        connection = session.get(Connection, connection_id)
        if connection is None or not is_needed(connection):
            raise NotFound("there is no such connection")
        permit(session, actor, Permission.MANAGE, connection.shop_id)
    return context.adapter(connection)


def is_needed(connection: Connection) -> bool:
    """True where the platform wants an owner to allow Makegood."""
    return registry.get(connection.adapter).needs_permission(connection.values)


def is_given(session: Session, connection_id: int) -> bool:
    """True once the owner of the shop has allowed Makegood at the platform."""
    return session.get(Credential, connection_id) is not None


def ending(session: Session, connection_id: int, now: datetime) -> list[CheckResult]:
    """A warning while there is time to have it allowed again; empty where nothing ends soon."""
    credential = session.get(Credential, connection_id)
    if credential is None:
        return []
    ends = [end for end in (credential.refresh_until, credential.granted_until) if end is not None]
    first = min(ends, default=None)
    if first is None or first > now + WARNED_BEFORE:
        return []
    advice = Text(
        "the platform lets Makegood in until %(day)s: open the connection and allow it again",
        day=first.date(),
    )
    return [CheckResult(Text("Access"), ok=False, advice=advice)]
