"""Counts marked days anew, and the weeks and months they lie in, so that a report reads totals instead
of cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Shop
from service.db.reports import kept_totals, marks
from service.db.reports.kept_totals import Key
from service.db.reports.marks import Marks, Moment
from service.domain.days import day_of
from service.domain.reports.periods import Days, Period, PeriodKind
from service.domain.reports.totals import Totals
from service.domain.staff.authority import Actor
from service.operations.apart import apart
from service.operations.context import Context
from service.operations.staff.permits import permit_operator

AT_ONCE = 1_000
"""Marks counted in one transaction."""
STRETCH = timedelta(days=31)
"""Days counted at a time."""


def roll_up(context: Context) -> bool:
    """Count what is marked, the oldest marks first; True when more is.

    Counted outside the transaction that keeps it, which SQLite's one writer would wait for. Whoever
    counts at the same time takes the same marks away: only the first keeps what they counted.
    """
    with context.database.reading() as session:
        seen = marks.oldest(session, AT_ONCE)
        if not seen.ids:
            return False
        counted, left_out = _count(session, seen)
    with context.database.transaction() as session:
        if marks.unmark(session, seen):
            for zone, rows in counted.items():
                kept_totals.keep(session, zone, rows)
            if left_out:
                # Behind all others, so that they hold up none of them.
                marks.mark(session, left_out)
        else:
            session.rollback()
    return len(seen.ids) == AT_ONCE and bool(counted)


def rebuild(context: Context, actor: Actor) -> None:
    """Forget all totals and count them anew; raises `NotPermitted`."""
    with context.database.transaction() as session:
        permit_operator(session, actor)
        marks.mark_all(session)
    while roll_up(context):
        pass


def _count(
    session: Session, seen: Marks
) -> tuple[dict[str, dict[Key, Totals]], Collection[Moment]]:
    """The totals of all days that are marked and of their weeks and months, by zone; and the marks of
    shops that cannot be counted."""
    zones = dict(session.execute(select(Shop.id, Shop.zone)).all())
    moments: dict[int, set[Moment]] = defaultdict(set)
    for shop_id, at in seen.moments:
        moments[shop_id].add((shop_id, at))
    counted: dict[str, dict[Key, Totals]] = defaultdict(dict)
    left_out: set[Moment] = set()
    for shop_id, marked in moments.items():
        zone = zones[shop_id]
        left_out |= marked
        with apart("counting the days of shop", shop_id):
            days = {day_of(at, zone) for _, at in marked}
            counted[zone] |= _of_shop(session, shop_id, zone, days)
            left_out -= marked
    return counted, left_out


def _of_shop(session: Session, shop_id: int, zone: str, marked: set[date]) -> dict[Key, Totals]:
    fresh = {day: Totals() for day in marked}
    for first, last in kept_totals.stretches(marked):
        while first <= last:
            ends = min(last, first + STRETCH)
            days = Days(first, ends, zone)
            fresh |= kept_totals.count_days(session, [shop_id], days)
            first = ends + timedelta(days=1)
    rows: dict[Key, Totals] = {(shop_id, PeriodKind.DAY, day): sums for day, sums in fresh.items()}
    for kind in (PeriodKind.WEEK, PeriodKind.MONTH):
        for period in {Period.around(day, kind, zone) for day in marked}:
            sums = kept_totals.merged_days(session, shop_id, period, fresh)
            rows[shop_id, kind, period.first] = sums
    return rows
