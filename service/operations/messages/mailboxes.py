"""Reads the mailboxes of e-mail connections and takes in what is new."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select

from integrations import registry
from integrations.contract import Channel, Role
from integrations.errors import AdapterError
from integrations.mailbox import Mailbox, new_mail
from service.db.models import Connection
from service.operations.context import Context
from service.operations.messages.inbound import take_mail

log = logging.getLogger(__name__)


def fetch(context: Context) -> Iterator[tuple[str, Counter[str]]]:
    """The name of each connection with a mailbox, and how many mails of which kind were taken in.
    One that cannot be read is logged and does not hold up the others."""
    with context.database.reading() as session:
        rows = list(session.scalars(select(Connection).order_by(Connection.id)))
    for connection in rows:
        if Role.MESSAGES not in connection.roles or not _is_mail(connection):
            continue
        taken: Counter[str] = Counter()
        try:
            mailbox = _mailbox(context, connection)
            if mailbox is None:
                continue
            for raw in new_mail(mailbox, context.http.network):
                taken[take_mail(context, raw)] += 1
        except AdapterError as error:
            log.warning("mailbox of connection %s: %s", connection.id, error)
            taken["failed"] += 1
        yield connection.name, taken


def _mailbox(context: Context, connection: Connection) -> Mailbox | None:
    adapter = context.adapter(connection)
    values = adapter.config.values
    return Mailbox.of(values, adapter.access if adapter.needs_permission(values) else None)


def _is_mail(connection: Connection) -> bool:
    return registry.channel(connection.adapter).channel is Channel.EMAIL
