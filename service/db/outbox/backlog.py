"""How much is due and has not been done: what tells a busy installation from a stopped one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from integrations.sentence import Said
from service.db.models import Connection, Delivery, Lane, MakeGood, Message, OutboxRow
from service.db.outbox.claims import LEASE
from service.db.outbox.lanes import IN_HAND, MAY_GO
from service.db.outbox.rates import filled
from service.domain.messages.states import STUCK
from service.domain.remedies.states import FOR_PERSON
from service.domain.reviews.delivery_states import DeliveryState
from service.domain.shops.connection_states import ConnectionState

MOST_COUNTED = 10_000
"""Rows of a lane that are counted; more than that is said as that many."""
AT_WORK = timedelta(minutes=2)
"""A lane that was claimed from in this time is being worked on, however long it is."""
LATE_AFTER = timedelta(minutes=5)
"""Work due this long, with nobody at its lane, means that no worker is running."""
_OPEN_ROWS = (
    select(OutboxRow.due_at)
    .where(OutboxRow.lane_id == Lane.id, OutboxRow.done_at.is_(None))
    .correlate(Lane)
)
"""Of a lane."""
_CLAIMED_ROWS = _OPEN_ROWS.where(OutboxRow.claim_token.is_not(None))


@dataclass(frozen=True, slots=True)
class Backlog:
    """Due rows that may go now. `stalled_since`: due then, and nobody works on its lane."""

    due: int
    oldest: datetime | None
    stalled_since: datetime | None


def backlog(session: Session, now: datetime) -> Backlog:
    """What waits now; lanes that the platform or the seller holds are left out. One statement, however
    many lanes there are."""
    due, oldest, stalled = 0, [], []
    for lane, number, first, in_hand in session.execute(_waiting_lanes(now)):
        due += number
        oldest.append(first)
        if not in_hand and not _was_just_filled(lane, now):
            stalled.append(first)
    return Backlog(due, min(oldest, default=None), min(stalled, default=None))


def has_due(session: Session, now: datetime) -> bool:
    """True when a row waits that may go now; cheap enough to be asked each second."""
    due = _OPEN_ROWS.where(OutboxRow.due_at <= now).exists()
    return session.scalar(_free_lanes(now).where(due).limit(1)) is not None


def is_left_lying(session: Session, now: datetime, since: datetime) -> bool:
    """True when a row was due by `since` that could have been claimed ever since: its lane is free,
    neither its concurrency nor its pace keeps the row back, and nobody has begun anything of the
    lane since then."""
    waits = _OPEN_ROWS.where(OutboxRow.due_at <= since).exists()
    was_begun = _CLAIMED_ROWS.where(OutboxRow.due_at > since + LEASE).exists()
    lanes = session.scalars(_free_lanes(now).where(waits, ~was_begun)).all()
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


def _waiting_lanes(now: datetime) -> Select[Lane, int, datetime, bool]:
    """Free lanes with due rows: how many, since when the oldest is due, and whether a worker holds
    others of the lane."""
    due = _OPEN_ROWS.where(OutboxRow.due_at <= now).order_by(OutboxRow.due_at)
    counted = due.limit(MOST_COUNTED).subquery()
    number = select(func.count()).select_from(counted).scalar_subquery()
    first = due.limit(1).scalar_subquery()
    in_hand = _CLAIMED_ROWS.where(OutboxRow.due_at > now).exists()
    return _free_lanes(now).where(first.is_not(None)).add_columns(number, first, in_hand)


def _was_just_filled(lane: Lane, now: datetime) -> bool:
    """A worker that finds nothing to claim fills the bucket of its lane again all the same."""
    return lane.rate is not None and abs(now - lane.rate.allowance_at) < AT_WORK


def needing_attention(session: Session) -> dict[str, int]:
    """How many rows of each kind need a person."""
    stuck = {
        "make_good": MakeGood.state.in_(FOR_PERSON),
        "message": Message.state.in_(STUCK),
        "delivery": Delivery.state == DeliveryState.NEEDS_ATTENTION,
    }
    return {
        name: session.scalar(select(func.count()).where(condition)) or 0
        for name, condition in stuck.items()
    }


def paused_connections(session: Session) -> int:
    """Connections that wait for the seller to fix something."""
    paused = select(func.count()).where(Connection.state == ConnectionState.PAUSED)
    return session.scalar(paused) or 0


def problem_of_paused(session: Session, lane_id: int) -> Said | None:
    """Why nothing of this lane goes out: what is wrong with its paused connection. None: it is not
    paused."""
    problem: Said | None = session.scalar(
        select(Connection.problem)
        .join(Lane, Lane.connection_id == Connection.id)
        .where(Lane.id == lane_id, ~MAY_GO)
    )
    return problem


def row_for(session: Session, kind: str, ref_id: int) -> OutboxRow | None:
    """The newest outbox row about something."""
    return session.scalar(
        select(OutboxRow)
        .where(OutboxRow.kind == kind, OutboxRow.ref_id == ref_id)
        .order_by(OutboxRow.id.desc())
        .limit(1)
    )
