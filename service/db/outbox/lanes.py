"""Which lanes may be served now, in which order, and how many rows of each may start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import joinedload

from service.db.models import Connection, Lane, OutboxRow
from service.db.outbox.rates import filled, lock_rates, locking
from service.db.transaction import Lock, Transaction
from service.domain.shops.connection_states import ConnectionState


def lanes_in_turn(
    session: Transaction, now: datetime, skip: Sequence[int], after: int
) -> list[Lane]:
    """Lanes with due work that may go, in a ring after the one that was served last; where none
    was, those with nothing in hand first, then the longest waiting. So a lane left out of one batch
    leads the next; lanes that share a rate take turns among themselves, whoever claims."""
    lanes = [
        lane for lane in session.scalars(_DUE_LANES, {"now": now}).all() if lane.id not in skip
    ]
    lanes = _locked(session, lanes)
    if after:
        return _in_turn_of_app(sorted(lanes, key=lambda lane: (lane.id <= after, lane.id)))
    if len(lanes) > 1:
        busy = set(session.scalars(_BUSY_LANES, {"lanes": [lane.id for lane in lanes], "now": now}))
        lanes.sort(key=lambda lane: lane.id in busy)
    return _in_turn_of_app(lanes)


MAY_GO = or_(
    ~Lane.outward,
    Lane.connection_id.is_(None),
    Connection.state != ConnectionState.PAUSED,
)
"""Of a lane joined with its connection, where it has one: nothing goes out to the platform of one that
is paused; what came in is read."""
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
    .outerjoin(Connection, Connection.id == Lane.connection_id)
    .where(_FIRSTS.c.first <= bindparam("now"), MAY_GO)
    .where((Lane.quiet_until.is_(None)) | (Lane.quiet_until <= bindparam("now")))
    .order_by(_FIRSTS.c.first, Lane.id)
    .options(joinedload(Lane.rate))
)


def _locked(session: Transaction, lanes: Sequence[Lane]) -> list[Lane]:
    """Lock the lanes that count calls, then their rates, so that two workers never start more than
    is allowed; gives all that may be served.

    A transaction that holds rows passes over what another is claiming from or holding back: whoever
    never waits here can wait for nobody in a circle. SQLite has one writer at a time and needs no
    lock.
    """
    counted = [lane.id for lane in lanes if lane.outward]
    if not counted or session.get_bind().dialect.name == "sqlite":
        return list(lanes)
    passes_over = session.holds(Lock.OUTBOX_ROW)
    statement = select(Lane).where(Lane.id.in_(counted)).order_by(Lane.id)
    fresh = session.scalars(locking(statement, passes_over=passes_over)).all()
    rates = lock_rates(session, {lane.rate_id for lane in fresh}, passes_over=passes_over)
    free = {lane for lane in fresh if lane.rate_id is None or lane.rate_id in rates}
    return [lane for lane in lanes if not lane.outward or lane in free]


def _in_turn_of_app(lanes: Sequence[Lane]) -> list[Lane]:
    """Give the places that lanes of one rate have to the same lanes, in a ring after the one that
    it let go last: none takes all calls of an app whenever there are some."""
    rings: dict[int, Iterator[Lane]] = {}
    for rate in {lane.rate for lane in lanes if lane.rate is not None}:
        together = [lane for lane in lanes if lane.rate is rate]
        last = rate.last_lane_id
        together.sort(key=lambda lane: (lane.id <= last, lane.id))
        rings[rate.id] = iter(together)
    return [lane if lane.rate is None else next(rings[lane.rate.id]) for lane in lanes]


def allowance(session: Transaction, lane: Lane, now: datetime) -> int:
    """How many rows of an outward lane may start now; refills the bucket as a side effect."""
    in_hand = session.scalar(IN_HAND, {"lane": lane.id, "now": now})
    free = lane.concurrency - (in_hand or 0)
    rate = lane.rate
    if rate is None:
        return free
    rate.allowance, rate.allowance_at = filled(rate, now), now
    return min(free, int(rate.allowance))


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
