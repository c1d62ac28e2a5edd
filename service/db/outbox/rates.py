"""Rate limits: token buckets, shared where a platform counts the calls of a whole app."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, select, update

from service.db.models import Lane, Rate
from service.db.transaction import Transaction

Row = TypeVar("Row", Lane, Rate)


def filled(rate: Rate, now: datetime) -> float:
    """What is in a bucket by now."""
    passed = max(0.0, (now - rate.allowance_at).total_seconds())
    return min(float(rate.per_minute), rate.allowance + passed * rate.per_minute / 60)


def locking(statement: Select[Row], *, passes_over: bool) -> Select[Row]:
    """Lock what is selected and read it anew; rows locked by others are waited for or left out."""
    locked = statement.with_for_update(key_share=True, skip_locked=passes_over)
    return locked.execution_options(populate_existing=True)


def lock_rates(
    session: Transaction, rate_ids: Collection[int | None], *, passes_over: bool
) -> set[int]:
    """Lock rates, in one order and after their lanes; gives the ids of those that are locked now."""
    ids = [rate_id for rate_id in rate_ids if rate_id is not None]
    if not ids:
        return set()
    statement = select(Rate).where(Rate.id.in_(ids)).order_by(Rate.id)
    return {rate.id for rate in session.scalars(locking(statement, passes_over=passes_over))}


def pay(session: Transaction, calls: Iterable[tuple[int, float]]) -> None:
    """Take from the buckets of lanes what their rows have called beyond what was paid (`calls`, below
    0 where it was less). To be called when all else is locked: it waits for whoever claims."""
    owed: dict[int, float] = defaultdict(float)
    for lane_id, number in calls:
        rate_id = session.get_one(Lane, lane_id).rate_id
        if number and rate_id is not None:
            owed[rate_id] += number
    # In one order, so that no two transactions wait for each other's buckets.
    for rate_id in sorted(owed):
        left = Rate.allowance - owed[rate_id]
        session.execute(update(Rate).where(Rate.id == rate_id).values(allowance=left))
