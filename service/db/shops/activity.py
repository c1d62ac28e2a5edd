"""Recent activity of a connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.db.models import (
    Connection,
    Delivery,
    Kind,
    LaneCalls,
    Message,
    OutboxRow,
    RefusedDeliveries,
)
from service.db.models.messages import HEARD
from service.db.outbox import backlog
from service.db.shops.counts import ReasonCount, counts_since

DAY = timedelta(days=1)
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Mailbox:
    """`answers` are of the last 24 hours."""

    read_at: datetime | None
    """When its end was reached last."""
    next_at: datetime
    answers: int
    last_answer_at: datetime | None


@dataclass(frozen=True, slots=True)
class Activity:
    """`accepted`, `refused`, `calls` and `errors` are of the last 24 hours."""

    last: Sequence[Delivery]
    """What came in last, the newest first."""
    accepted: int
    refused: Sequence[ReasonCount]
    calls: int
    errors: Sequence[ReasonCount]
    """Calls that failed, by the kind of error."""
    next_poll_at: datetime | None
    """None: its reviews are not asked for."""
    next_check_at: datetime | None
    mailbox: Mailbox | None
    """None: none is read."""
    per_minute: int | None
    """Calls that its platform lets us make; None: it sets no limit."""
    quiet_until: datetime | None
    """The platform has asked us to call again only then."""

    @property
    def received_at(self) -> datetime | None:
        """When it was last heard of; None: never."""
        return self.last[0].received_at if self.last else None


def activity_of(session: Session, connection: Connection, now: datetime) -> Activity:
    """Read it for the page of a connection."""
    of_connection = Delivery.connection_id == connection.id
    newest = select(Delivery).where(of_connection).order_by(Delivery.received_at.desc())
    accepted = select(func.count()).select_from(Delivery).where(of_connection)
    outward = next((lane for lane in connection.lanes if lane.outward), None)
    rate = None if outward is None else outward.rate
    lanes = [lane.id for lane in connection.lanes]
    calls = counts_since(session, LaneCalls, lanes, now - DAY)
    quiet_until = None if outward is None else outward.quiet_until
    return Activity(
        session.scalars(newest.limit(SHOWN)).all(),
        session.scalar(accepted.where(Delivery.received_at >= now - DAY)) or 0,
        counts_since(session, RefusedDeliveries, [connection.id], now - DAY),
        sum(counted.number for counted in calls if not counted.reason),
        [counted for counted in calls if counted.reason],
        _next(session, Kind.POLL, connection.id),
        _next(session, Kind.CHECK, connection.id),
        _mailbox(session, connection, now),
        None if rate is None else rate.per_minute,
        quiet_until if quiet_until is not None and quiet_until > now else None,
    )


def _mailbox(session: Session, connection: Connection, now: datetime) -> Mailbox | None:
    row = backlog.row_for(session, Kind.READ_MAILBOX, connection.id)
    if row is None or row.done_at is not None:
        return None
    heard = (Message.connection_id == connection.id) & HEARD
    recent = select(func.count()).select_from(Message).where(heard, Message.sent_at >= now - DAY)
    number = session.scalar(recent) or 0
    last = session.scalar(select(func.max(Message.sent_at)).where(heard))
    return Mailbox(connection.read_through_at, row.due_at, number, last)


def _next(session: Session, kind: Kind, connection_id: int) -> datetime | None:
    rows = select(func.min(OutboxRow.due_at)).where(
        OutboxRow.kind == kind, OutboxRow.ref_id == connection_id, OutboxRow.done_at.is_(None)
    )
    return session.scalar(rows)
