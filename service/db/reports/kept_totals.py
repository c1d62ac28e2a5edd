"""Totals of a period: from what was kept of its days, weeks and months; what of it is marked, or was
never counted, is counted from its cases, so that the answer is always what they add up to now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from service.db.models import ReportTotals, Shop
from service.db.reports import marks
from service.db.reports.report_queries import facts_of, reviews_of
from service.db.upserts import insert_into
from service.domain.days import day_of
from service.domain.reports.periods import Days, Period, PeriodKind
from service.domain.reports.totals import Totals
from service.domain.reports.totals_data import totals_from_data, totals_to_data

Key = tuple[int, PeriodKind, date]


def totals(session: Session, shops: Collection[Shop], period: Period) -> Totals:
    """What a period comes to in these shops. Shops with another zone than its own are counted from
    their cases: their days begin at other moments."""
    sum_of_all = Totals()
    kept = [shop.id for shop in shops if shop.zone == period.zone]
    marked = marked_days(session, kept, period)
    whole = _kept(session, [(shop_id, period.kind, period.first) for shop_id in kept], period.zone)
    for shop_id in kept:
        row = whole.get((shop_id, period.kind, period.first))
        if row is not None and not marked[shop_id]:
            sum_of_all.merge(totals_from_data(row))
        else:
            sum_of_all.merge(_of_days(session, shop_id, period, marked[shop_id]))
    others = [shop.id for shop in shops if shop.zone != period.zone]
    if others:
        sum_of_all.merge(count(session, others, period.days))
    return sum_of_all


def count(session: Session, shop_ids: Collection[int], days: Days) -> Totals:
    """What these days come to, from the cases alone."""
    sums = Totals()
    for each in count_days(session, shop_ids, days).values():
        sums.merge(each)
    return sums


def count_days(session: Session, shop_ids: Collection[int], days: Days) -> dict[date, Totals]:
    """What each day comes to, from the cases; none for a day on which nothing was."""
    counted: dict[date, Totals] = defaultdict(Totals)
    for case in facts_of(session, shop_ids, days):
        counted[case.day].add(case)
    for review in reviews_of(session, shop_ids, days):
        counted[review.day].add_review(review)
    return counted


def marked_days(
    session: Session, shop_ids: Collection[int], period: Period
) -> dict[int, set[date]]:
    """The days of a period, by shop, that something has changed since they were counted."""
    days: dict[int, set[date]] = defaultdict(set)
    for shop_id, at in marks.moments_between(
        session, shop_ids, period.days.begins, period.days.ends
    ):
        days[shop_id].add(day_of(at, period.zone))
    return days


def _of_days(session: Session, shop_id: int, period: Period, marked: Collection[date]) -> Totals:
    """One shop's totals day by day."""
    days = period.days
    kept = _kept(session, [(shop_id, PeriodKind.DAY, day) for day in days], period.zone)
    sums, missing = Totals(), []
    for day in days:
        row = kept.get((shop_id, PeriodKind.DAY, day))
        if row is None or day in marked:
            missing.append(day)
        else:
            sums.merge(totals_from_data(row))
    for first, last in stretches(missing):
        sums.merge(count(session, [shop_id], Days(first, last, period.zone)))
    return sums


def stretches(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """Days that follow each other, as their first and last."""
    for _, group in groupby(enumerate(sorted(days)), lambda pair: pair[1].toordinal() - pair[0]):
        stretch = [day for _number, day in group]
        yield stretch[0], stretch[-1]


def _kept(session: Session, keys: Collection[Key], zone: str) -> Mapping[Key, dict[str, Any]]:
    """What was kept under these keys in this zone."""
    columns = tuple_(ReportTotals.shop_id, ReportTotals.kind, ReportTotals.first_day)
    rows = session.execute(
        select(
            ReportTotals.shop_id, ReportTotals.kind, ReportTotals.first_day, ReportTotals.data
        ).where(columns.in_(keys), ReportTotals.zone == zone)
    )
    return {(row.shop_id, row.kind, row.first_day): row.data for row in rows}


def merged_days(
    session: Session, shop_id: int, period: Period, fresh: Mapping[date, Totals]
) -> Totals:
    """What a week or month comes to by its days: those just counted, else those that were kept."""
    days = [day for day in period.days if day not in fresh]
    kept = _kept(session, [(shop_id, PeriodKind.DAY, day) for day in days], period.zone)
    sums = Totals()
    for row in kept.values():
        sums.merge(totals_from_data(row))
    for day in period.days:
        if day in fresh:
            sums.merge(fresh[day])
    return sums


def keep(session: Session, zone: str, rows: Mapping[Key, Totals]) -> None:
    """Put totals in the place of those that were kept."""
    if not rows:
        return
    values = [
        {
            "shop_id": shop_id,
            "kind": kind,
            "first_day": first,
            "zone": zone,
            "data": totals_to_data(sums),
        }
        for (shop_id, kind, first), sums in rows.items()
    ]
    new = insert_into(session, ReportTotals)
    session.connection().execute(
        new.on_conflict_do_update(
            index_elements=["shop_id", "kind", "first_day"],
            set_={"zone": new.excluded.zone, "data": new.excluded.data},
        ),
        values,
    )
