"""A seller lets Makegood use a shop, where its platform asks for that, and is warned before it ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import CheckResult, TokenHolder
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
    return _holder(context, connection_id, actor).permission_url(return_url)


def allow(context: Context, connection_id: int, actor: Actor, answer: Mapping[str, str]) -> None:
    """Take what the platform answered to the owner's permission, and let waiting work go on.

    Raises `NotPermitted`, `NotFound`, and `WrongInput` where the answer is good for nothing (any more).
    """
    try:
        tokens = _holder(context, connection_id, actor).tokens_for(answer)
    except AdapterError as error:
        raise WrongInput(
            "The platform gave no access: %(why)s. Start again.", why=error.text
        ) from error
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


def _holder(context: Context, connection_id: int, actor: Actor) -> TokenHolder:
    with context.database.reading() as session:
        connection = session.get(Connection, connection_id)
        if connection is None or not registry.get(connection.adapter).needs_permission:
            raise NotFound("there is no such connection")
        permit(session, actor, Permission.MANAGE, connection.shop_id)
    return cast(TokenHolder, context.adapter(connection))


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
