"""Marks the days whose totals are to be counted anew: from the transaction itself, so that whatever
changes a case, by whichever way, is in its mark.

A mark is a row that is only added and taken away: no two transactions wait for each other. What was
counted before a mark was seen is told from what came after by the mark that is still there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CursorResult,
    Select,
    delete,
    event,
    func,
    insert,
    inspect,
    select,
    union,
)
from sqlalchemy.orm import Session

from service.db.models import (
    Case,
    Decision,
    History,
    MakeGood,
    Message,
    ReportMark,
    ReportTotals,
    Review,
    Shop,
)
from service.db.transaction import Transaction
from service.domain.messages.answering import answering_from_data

Moment = tuple[int, datetime]
"""A shop and a moment of the day that is to be counted anew."""
OF_CASE = (Decision, History, MakeGood, Message)


class _Marked(set[Moment]):
    """What this transaction has marked."""


@event.listens_for(Transaction, "after_flush")
def _mark_changed(session: Transaction, _: object) -> None:
    changed = [*session.new, *session.dirty, *session.deleted]
    # What is new is found by its id only once this flush is over.
    fresh_rows = {(type(row), row.id): row for row in session.new if isinstance(row, Case | Review)}

    def row_of(table: type[Any], row_id: int) -> Any:
        return fresh_rows.get((table, row_id)) or session.get(table, row_id)

    case_ids = {row.case_id for row in changed if isinstance(row, OF_CASE)}
    rows = {row_of(Case, case_id) for case_id in case_ids}
    rows |= {row for row in changed if isinstance(row, Case | Review)}
    moments = {moment for row in rows for moment in _moments(row, row_of)}
    marked = session.part(_Marked)
    if fresh := moments - marked:
        marked |= fresh
        mark(session, sorted(fresh))
    for row in session.dirty:
        if isinstance(row, Shop) and _counts_otherwise(row):
            mark_all(session, row.id)


def _counts_otherwise(shop: Shop) -> bool:
    """Whether its days, or its working hours, are others than before."""
    changes = {name: inspect(shop).attrs[name].history for name in ("zone", "country", "answering")}
    if changes["zone"].has_changes() or changes["country"].has_changes():
        return True
    hours = answering_from_data(shop.answering).hours
    return any(
        answering_from_data(old).hours != hours for old in changes["answering"].deleted or ()
    )


def _moments(row: Case | Review, row_of: Callable[[type[Any], int], Any]) -> Iterator[Moment]:
    if isinstance(row, Case):
        yield row.shop_id, row.opened_at
        row = row_of(Review, row.review_id)
    if isinstance(row, Review):
        yield row.shop_id, row.seen_at


def mark(session: Session, moments: Collection[Moment]) -> None:
    """Mark the days of these moments."""
    session.execute(
        insert(ReportMark.__table__),
        [{"shop_id": shop_id, "at": at} for shop_id, at in moments],
    )


def mark_all(session: Session, shop_id: int | None = None) -> None:
    """Mark all days of a shop, or of all shops, on which a case was opened or a review seen, and let
    go of what was counted."""
    kept = delete(ReportTotals)
    session.execute(kept if shop_id is None else kept.where(ReportTotals.shop_id == shop_id))
    # A day lies in two of another zone at most: its first and its last moment lie in both.
    edges = [
        _edges(session, table.shop_id, edge(column), column, shop_id)
        for table, column in ((Case, Case.opened_at), (Review, Review.seen_at))
        for edge in (func.min, func.max)
    ]
    moments = union(*edges).subquery()
    # The days of a shop together: its weeks and months are merged from days that were counted with them.
    shop_by_shop = select(moments.c.shop_id, moments.c.at).order_by(
        moments.c.shop_id, moments.c.at.desc()
    )
    session.execute(insert(ReportMark).from_select(["shop_id", "at"], shop_by_shop))


def _edges(session: Session, shop: Any, edge: Any, column: Any, shop_id: int | None) -> Select[Any]:
    """The first, or last, moment of each day of a shop."""
    days = select(shop.label("shop_id"), edge.label("at")).group_by(shop, _day(session, column))
    return days if shop_id is None else days.where(shop == shop_id)


def _day(session: Session, column: Any) -> Any:
    """A day, as each database cuts it out of a moment."""
    if session.get_bind().dialect.name == "sqlite":
        return func.substr(column, 1, 10)
    return func.date_trunc("day", column)


@dataclass(frozen=True, slots=True)
class Marks:
    """Some marks as they were read: their ids, and the moments they name."""

    ids: Sequence[int]
    moments: Sequence[Moment]


def oldest(session: Session, most: int) -> Marks:
    """The marks that came first."""
    rows = session.execute(
        select(ReportMark.id, ReportMark.shop_id, ReportMark.at).order_by(ReportMark.id).limit(most)
    ).all()
    return Marks([row.id for row in rows], [(row.shop_id, row.at) for row in rows])


def moments_between(
    session: Session, shop_ids: Collection[int], begins: datetime, ends: datetime
) -> Sequence[Moment]:
    """What is marked of these shops from one moment to before another."""
    rows = session.execute(
        select(ReportMark.shop_id, ReportMark.at).where(
            ReportMark.shop_id.in_(shop_ids), ReportMark.at >= begins, ReportMark.at < ends
        )
    )
    return [(row.shop_id, row.at) for row in rows]


def unmark(session: Session, marks: Marks) -> bool:
    """Take marks away whose days were counted; False where somebody else has, who may have counted
    later."""
    gone = session.execute(delete(ReportMark).where(ReportMark.id.in_(marks.ids)))
    return isinstance(gone, CursorResult) and gone.rowcount == len(marks.ids)
