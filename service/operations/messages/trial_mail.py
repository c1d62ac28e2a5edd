"""Sends a mail to whoever set up an e-mail connection, so that they see it arrive."""

from __future__ import annotations

import secrets

from integrations import registry
from integrations.contract import Channel, CheckResult, Role
from integrations.errors import AdapterError
from integrations.sentence import Text
from service.db import audit
from service.db.models import Connection, Seller
from service.db.shops import shop_queries
from service.domain.errors import WrongState
from service.domain.staff.authority import Actor, Permission
from service.operations.context import Context
from service.operations.notices.mail import send_staff_mail
from service.operations.shops import connection_check
from service.operations.staff.permits import permit
from service.sentences import say

SUBJECT = Text("Test mail of Makegood")
BODY = Text(
    "This mail came by the connection “%(name)s”. Buyers get theirs the same way, from the address "
    "that this one came from."
)
NAME = Text("Test mail")


def sends_mail(connection: Connection) -> bool:
    """Whether a connection writes to buyers by e-mail."""
    writes = Role.MESSAGES in connection.roles
    return writes and registry.channel(connection.adapter).channel is Channel.EMAIL


def send_test_mail(context: Context, connection_id: int, actor: Actor) -> CheckResult:
    """Send one to the address that the seller signs in with; gives what came of it. Raises
    `WrongState` where the connection sends no e-mail, `NotPermitted`, `NotFound`."""
    with context.database.reading() as session:
        connection = shop_queries.connection(session, connection_id)
        permit(session, actor, Permission.MANAGE, connection.shop_id)
        seller = session.get(Seller, actor.seller_id or 0)
        if seller is None or not sends_mail(connection):
            raise WrongState("This connection sends no e-mail.")
        to, language = seller.email, seller.language or connection.shop.language
        body = Text(BODY.id, name=connection.name)
    try:
        send_staff_mail(
            context.channel(connection),
            key=f"test-{secrets.token_hex(8)}",
            to=to,
            subject=say(SUBJECT, language),
            text=say(body, language),
            language=language,
        )
    except AdapterError as error:
        return CheckResult(NAME, ok=False, advice=error.text)
    with context.database.transaction() as session:
        connection = shop_queries.connection(session, connection_id)
        audit.acting(session, actor)
        audit.note_connection(session, connection, "connection.test_mail")
        connection_check.note_passed(session, connection)
    return CheckResult(
        NAME,
        ok=True,
        advice=Text("sent to %(address)s: see whether it arrives, also as spam", address=to),
    )
