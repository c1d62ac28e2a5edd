"""How much is due and has not been done: what tells a busy installation from a stopped one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from service.db.models import Connection, Delivery, Lane, MakeGood, Message, OutboxRow
from service.db.outbox.lanes import IN_HAND, MAY_GO
from service.db.outbox.rates import filled
from service.domain.messages.states import STUCK
from service.domain.remedies.states import FOR_PERSON
from service.domain.shops.connection_states import ConnectionState

MOST_COUNTED = 10_000
"""Rows of a lane that are counted; more than that is said as that many."""
AT_WORK = timedelta(minutes=2)
"""A lane that was claimed from in this time is being worked on, however long it is."""
LATE_AFTER = timedelta(minutes=5)
"""Work due this long, with nobody at its lane, means that no worker is running."""
ATTENTION = "needs_attention"


@dataclass(frozen=True, slots=True)
class Backlog:
    """Due rows that may go now. `stalled_since`: due then, and nobody works on its lane."""

    due: int
    oldest: datetime | None
    stalled_since: datetime | None


def backlog(session: Session, now: datetime) -> Backlog:
    """What waits now; lanes that the platform or the seller holds are left out."""
    due, oldest, stalled = 0, [], []
    for lane in session.scalars(_free_lanes(now)):
        number, first = _due(session, lane.id, now)
        due += number
        if first is not None:
            oldest.append(first)
            if not _is_worked_on(session, lane, now):
                stalled.append(first)
    return Backlog(due, min(oldest, default=None), min(stalled, default=None))


def has_due(session: Session, now: datetime) -> bool:
    """True when a row waits that may go now; cheap enough to be asked each second."""
    rows = (
        select(OutboxRow.id)
        .where(OutboxRow.lane_id == Lane.id, OutboxRow.done_at.is_(None), OutboxRow.due_at <= now)
        .correlate(Lane)
    )
    return session.scalar(_free_lanes(now).where(rows.exists()).limit(1)) is not None


def is_left_lying(session: Session, now: datetime, since: datetime) -> bool:
    """True when a row was due by `since` that could have been claimed ever since: its lane is free,
    and neither its concurrency nor its pace keeps the row back."""
    rows = (
        select(OutboxRow.id)
        .where(OutboxRow.lane_id == Lane.id, OutboxRow.done_at.is_(None), OutboxRow.due_at <= since)
        .correlate(Lane)
    )
    lanes = session.scalars(_free_lanes(now).where(rows.exists())).all()
    return any(not lane.outward or _has_room(session, lane, now, since) for lane in lanes)


def _has_room(session: Session, lane: Lane, now: datetime, since: datetime) -> bool:
    if (session.scalar(IN_HAND, {"lane": lane.id, "now": now}) or 0) >= lane.concurrency:
        return False
    return lane.rate is None or filled(lane.rate, since) >= 1


def _free_lanes(now: datetime) -> Select[Lane]:
    return (
        select(Lane)
        .options(joinedload(Lane.rate))
        .outerjoin(Connection, Connection.id == Lane.connection_id)
        .where(MAY_GO)
        .where((Lane.quiet_until.is_(None)) | (Lane.quiet_until <= now))
    )


def _due(session: Session, lane_id: int, now: datetime) -> tuple[int, datetime | None]:
    rows = (
        select(OutboxRow.due_at)
        .where(OutboxRow.lane_id == lane_id, OutboxRow.done_at.is_(None), OutboxRow.due_at <= now)
        .order_by(OutboxRow.due_at)
        .limit(MOST_COUNTED)
        .subquery()
    )
    number, first = session.execute(select(func.count(), func.min(rows.c.due_at))).one()
    return number, first


def _is_worked_on(session: Session, lane: Lane, now: datetime) -> bool:
    """A worker holds a row of it, or has just filled its bucket again."""
    paced = lane.rate is not None and abs(now - lane.rate.allowance_at) < AT_WORK
    return paced or bool(session.scalar(IN_HAND, {"lane": lane.id, "now": now}))


def needing_attention(session: Session) -> dict[str, int]:
    """How many rows of each kind need a person."""
    stuck = {
        "make_good": MakeGood.state.in_(FOR_PERSON),
        "message": Message.state.in_(STUCK),
        "delivery": Delivery.state == ATTENTION,
    }
    return {
        name: session.scalar(select(func.count()).where(condition)) or 0
        for name, condition in stuck.items()
    }


def paused_connections(session: Session) -> int:
    """Connections that wait for the seller to fix something."""
    paused = select(func.count()).where(Connection.state == ConnectionState.PAUSED)
    return session.scalar(paused) or 0


def row_for(session: Session, kind: str, ref_id: int) -> OutboxRow | None:
    """The newest outbox row about something."""
    return session.scalar(
        select(OutboxRow)
        .where(OutboxRow.kind == kind, OutboxRow.ref_id == ref_id)
        .order_by(OutboxRow.id.desc())
        .limit(1)
    )
