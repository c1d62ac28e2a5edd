"""Which lanes may be served now, in which order, and how many rows of each may start."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select

from service.db.models import Connection, Lane, OutboxRow
from service.db.transaction import Lock, Transaction
from service.domain.shops.connection_states import ConnectionState


def lanes_in_turn(
    session: Transaction, now: datetime, skip: Sequence[int], after: int
) -> list[Lane]:
    """Lanes with due work that may go, in a ring after the one that was served last; where none
    was, those with nothing in hand first, then the longest waiting. So a lane left out of one batch
    leads the next."""
    lanes = [
        lane for lane in session.scalars(_DUE_LANES, {"now": now}).all() if lane.id not in skip
    ]
    lanes = _locked(session, lanes)
    if after:
        return sorted(lanes, key=lambda lane: (lane.id <= after, lane.id))
    if len(lanes) > 1:
        busy = set(session.scalars(_BUSY_LANES, {"lanes": [lane.id for lane in lanes], "now": now}))
        lanes.sort(key=lambda lane: lane.id in busy)
    return lanes


MAY_GO = or_(~Lane.outward, Connection.state != ConnectionState.PAUSED)
"""Of a lane joined with its connection: nothing goes out to the platform of one that is paused; what
came in is read."""
_FIRST_DUE = (
    select(OutboxRow.due_at)
    .where(OutboxRow.lane_id == Lane.id, OutboxRow.done_at.is_(None))
    .order_by(OutboxRow.due_at)
    .limit(1)
    .correlate(Lane)
    .scalar_subquery()
)
"""When the first open row of a lane is due: one look into the index for each lane."""
_FIRSTS = select(Lane.id, _FIRST_DUE.label("first")).subquery()
_DUE_LANES = (
    select(Lane)
    .join(_FIRSTS, _FIRSTS.c.id == Lane.id)
    .join(Connection, Connection.id == Lane.connection_id)
    .where(_FIRSTS.c.first <= bindparam("now"), MAY_GO)
    .where((Lane.quiet_until.is_(None)) | (Lane.quiet_until <= bindparam("now")))
    .order_by(_FIRSTS.c.first, Lane.id)
)


def _locked(session: Transaction, lanes: Sequence[Lane]) -> list[Lane]:
    """Lock the lanes that count calls, so that two workers never start more than is allowed; gives
    all that may be served.

    A transaction that holds rows passes over lanes that another is claiming from or holding back:
    whoever never waits here can wait for nobody in a circle. SQLite has one writer at a time and
    needs no lock.
    """
    counted = [lane.id for lane in lanes if lane.outward]
    if not counted or session.get_bind().dialect.name == "sqlite":
        return list(lanes)
    passes_over = session.holds(Lock.OUTBOX_ROW)
    locked = select(Lane).where(Lane.id.in_(counted)).order_by(Lane.id)
    locked = locked.with_for_update(key_share=True, skip_locked=passes_over)
    fresh = set(session.scalars(locked.execution_options(populate_existing=True)))
    return [lane for lane in lanes if not lane.outward or lane in fresh]


def allowance(session: Transaction, lane: Lane, now: datetime) -> int:
    """How many rows of an outward lane may start now; refills the bucket as a side effect."""
    in_hand = session.scalar(IN_HAND, {"lane": lane.id, "now": now})
    free = lane.concurrency - (in_hand or 0)
    if lane.per_minute is None:
        return free
    passed = max(0.0, (now - lane.allowance_at).total_seconds())
    lane.allowance = min(float(lane.per_minute), lane.allowance + passed * lane.per_minute / 60)
    lane.allowance_at = now
    return min(free, int(lane.allowance))


IN_HAND = (
    select(func.count())
    .select_from(OutboxRow)
    .where(OutboxRow.lane_id == bindparam("lane"), OutboxRow.done_at.is_(None))
    .where(OutboxRow.claim_token.is_not(None), OutboxRow.due_at > bindparam("now"))
)
_BUSY_LANES = (
    select(OutboxRow.lane_id)
    .distinct()
    .where(OutboxRow.lane_id.in_(bindparam("lanes", expanding=True)), OutboxRow.done_at.is_(None))
    .where(OutboxRow.claim_token.is_not(None), OutboxRow.due_at > bindparam("now"))
)
