"""Reads the mailboxes of e-mail connections, again and again, and takes in what is new.

Nothing in a mailbox is changed. How far it was read is kept with the connection (`poll_cursor`), and
moves on in the transaction that takes a mail in: so each is taken in once, whoever reads and dies.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import CursorResult, update

from integrations import mailbox, registry
from integrations.contract import Channel, Role
from integrations.errors import AdapterError, Misconfigured
from integrations.imap import Mailbox
from integrations.sentence import Said, Text
from service.db.models import Connection, Kind
from service.db.outbox import backlog, claims
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.errors import LostClaim
from service.domain.shops.connection_states import ConnectionState
from service.operations.context import Context
from service.operations.messages.inbound import take_mail
from service.operations.outbox.failures import LONGEST_RECURRING, PAUSES, Stopping
from service.operations.outbox.handler import Call, Handler, HeldRow, Steps, Work
from service.operations.shops import permission, recovery

READ_EVERY = timedelta(minutes=1)


def is_read(connection: Connection) -> bool:
    """Whether buyers' answers are read from a mailbox of this connection."""
    writes = Role.MESSAGES in connection.roles
    is_mail = writes and registry.channel(connection.adapter).channel is Channel.EMAIL
    return is_mail and bool(connection.values.get("imap_host", "").strip())


def start_reading(session: Transaction, connection: Connection, now: datetime) -> None:
    """Put the row that reads the mailbox of a connection, where one was entered; one that waits stays
    as it is, and ends by itself where none is entered any more."""
    row = backlog.row_for(session, Kind.READ_MAILBOX, connection.id)
    if is_read(connection) and (row is None or row.done_at is not None):
        lane = shop_queries.lane(session, connection.id, outward=True)
        claims.put(session, Kind.READ_MAILBOX, connection.id, lane_id=lane, due_at=now, now=now)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A mailbox, and how far it was read."""

    context: Context
    connection_id: int
    mailbox: Mailbox
    cursor: str


def _read(work: Work) -> Steps[None]:
    """Take in a page of what is new; the row then waits for the next time instead of ending."""
    reading = work.write(_begin)
    if reading is None:
        return
    try:
        visit = yield Call(_visit, reading)
    except AdapterError as error:
        is_refused = isinstance(error, Misconfigured)
        if isinstance(error, Stopping) or (is_refused and not error.field):
            # Of the connection as a whole, such as a permission that was taken back.
            raise
        # What is sent does not depend on the mailbox: the connection is not paused.
        work.write(_put_off, error.text, is_refused=is_refused)
    else:
        work.write(_settle, visit)


def _begin(row: HeldRow) -> _Reading | None:
    context, connection = row.context, row.session.get_one(Connection, row.ref_id)
    if not is_read(connection):
        row.finish()
        return None
    if permission.is_needed(connection) and not permission.is_given(row.session, connection.id):
        # Its owner has still to enter the code; sending says so.
        row.postpone(row.now + READ_EVERY)
        return None
    adapter = context.adapter(connection)
    values = adapter.config.values
    access = adapter.access if adapter.needs_permission(values) else None
    entered = Mailbox.of(values, access)
    assert entered is not None
    return _Reading(context, connection.id, entered, connection.poll_cursor)


def _visit(reading: _Reading) -> mailbox.Visit:
    """Read, then take in what was read, each mail in a transaction of its own; raises `LostClaim`
    where another worker has done so."""
    visit = mailbox.visit(reading.mailbox, reading.cursor, reading.context.http.network)
    passed = {reading.cursor}
    for mail in visit.mails:
        move_on = partial(_move_on, reading.connection_id, frozenset(passed), mail.cursor)
        take_mail(reading.context, mail.raw, move_on)
        passed.add(mail.cursor)
    return visit


def _move_on(
    connection_id: int, passed: Collection[str], cursor: str, session: Transaction
) -> None:
    moved = session.execute(
        update(Connection)
        .where(Connection.id == connection_id, Connection.poll_cursor.in_(passed))
        .values(poll_cursor=cursor)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(moved, CursorResult)
    if not moved.rowcount:
        raise LostClaim("another worker has taken this over")


def _settle(row: HeldRow, visit: mailbox.Visit) -> None:
    session, now = row.session, row.now
    connection = session.get_one(Connection, row.ref_id)
    connection.poll_cursor = visit.cursor
    if not visit.more:
        connection.read_through_at = now
    if row.claim.tries and connection.state is ConnectionState.FAULTY:
        # It may be all that was wrong.
        recovery.watch(session, connection.id, now)
    row.postpone(now if visit.more else now + READ_EVERY, tries=0)


def _put_off(row: HeldRow, why: Said, *, is_refused: bool) -> None:
    """Try again after growing pauses. What only the seller can mend is found by the check at once."""
    tries = row.claim.tries
    pause = min(PAUSES[min(tries, len(PAUSES) - 1)], LONGEST_RECURRING)
    row.postpone(row.now + pause, note=why, tries=tries + 1)
    if is_refused and not tries:
        recovery.watch(row.session, row.ref_id, row.now)


READ_MAILBOX = Handler(
    kind=Kind.READ_MAILBOX,
    label=Text("reading buyers' answers in the mailbox"),
    about=Connection,
    carry_out=_read,
    shows_platform_back=False,
)
