"""The list of cases: filtered, searched and paged by key."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, select, true, tuple_
from sqlalchemy.orm import Session, contains_eager, joinedload

from service.db.cases.case_filter import CaseFilter, decisions_of, narrowed, opened, paid_enough
from service.db.cases.search import holding, matching, numbered, of_number
from service.db.models import Case, Decision


class Sort(StrEnum):
    """In which order cases are listed."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DEAREST = "dearest"
    """By what was paid for the order, the highest first."""


Key = tuple[int, ...]
"""Where a page of the list goes on: what the last case shown is sorted by, and its id."""
NEAR, NEAR_WITHOUT_WORDS = 1_000, 3_000
"""Cases at the head of a list that are looked at before all are: fewer for words, which are in an index too."""


def list_cases(
    session: Session,
    shop_ids: Collection[int],
    narrowing: CaseFilter,
    *,
    most: int,
    after: Key | None = None,
    sort: Sort = Sort.NEWEST,
) -> Sequence[Case]:
    """A page of the cases of these shops with review and shop at hand, in few statements. `after` is the key
    (`key_text`) of the last one shown before. Where all that was typed is the number of an order or a reference, cases
    of that one alone. The dearest come first among those in the currency of `paid`.

    What takes long to look at in all cases is looked at in the first ones: they fill most pages."""
    wanted = shop_ids if narrowing.shop_id is None else {narrowing.shop_id} & set(shop_ids)
    cases = _page(narrowing, most, after, sort)
    of_shops, typed = _of_shops(wanted, narrowing), narrowing.words.strip()
    named = _named(session, typed, of_shops, shop_ids) if typed else None
    if named is not None:
        return session.scalars(cases.where(of_shops, named)).all()
    if typed or _is_dear(narrowing, sort):
        head = _head(wanted, narrowing, after, sort)
        held = holding(typed) if typed else true()
        near = Case.id.in_(head.limit(NEAR if typed else NEAR_WITHOUT_WORDS))
        first = session.scalars(cases.where(near, held, (Case.shop_id + 0).in_(wanted))).all()
        if len(first) == most:
            return first
    matches = matching(session, typed) if typed else true()
    return session.scalars(cases.where(of_shops, matches)).all()


def _is_dear(narrowing: CaseFilter, sort: Sort) -> bool:
    """Whether it takes long to look at all cases: not at what a person decided in a period, which is little, and
    no index has what a person decided by what was paid."""
    if narrowing.decided_by is None:
        return narrowing.is_dated
    return not narrowing.is_dated and sort is not Sort.DEAREST


def _page(narrowing: CaseFilter, most: int, after: Key | None, sort: Sort) -> Select[Case]:
    cases = (
        select(Case)
        .join(Case.review)
        .options(contains_eager(Case.review), joinedload(Case.shop))
        .order_by(*_order(sort))
        .limit(most)
    )
    if after is not None:
        cases = cases.where(_after(sort, after))
    return narrowed(cases, narrowing, by_money=sort is Sort.DEAREST)


def _order(sort: Sort, case_id: SQLColumnExpression[int] = Case.id) -> Sequence[Any]:
    match sort:
        case Sort.NEWEST:
            return (case_id.desc(),)
        case Sort.OLDEST:
            return (case_id,)
        case Sort.DEAREST:
            return Case.paid_minor.desc(), case_id.desc()


def key_text(case: Case, sort: Sort) -> str:
    """Where the list goes on after this case, as an address says it."""
    key = (case.paid_minor or 0, case.id) if sort is Sort.DEAREST else (case.id,)
    return "_".join(map(str, key))


def key_read(text: str, sort: Sort) -> Key | None:
    """Where an address says that a list in this order goes on: as many numbers as it is sorted by. None: from
    the beginning."""
    numbers = text.split("_")
    if len(numbers) != (2 if sort is Sort.DEAREST else 1):
        return None
    if not all(re.fullmatch("[0-9]{1,18}", number) for number in numbers):
        return None
    return tuple(map(int, numbers))


def _after(
    sort: Sort, key: Key, case_id: SQLColumnExpression[int] = Case.id
) -> ColumnElement[bool]:
    match sort:
        case Sort.NEWEST:
            return case_id < key[-1]
        case Sort.OLDEST:
            return case_id > key[-1]
        case Sort.DEAREST:
            return tuple_(Case.paid_minor, case_id) < key


def _of_shops(wanted: Collection[int], narrowing: CaseFilter) -> ColumnElement[bool]:
    """Of one shop by its index; of several, and by what was paid, in the order of the list: SQLite would
    take the index of shops there too, and sort all of their cases."""
    if len(wanted) == 1 and narrowing.paid is None:
        return Case.shop_id == next(iter(wanted))
    return (Case.shop_id if narrowing.is_dated else Case.shop_id + 0).in_(wanted)


def _head(
    wanted: Collection[int], narrowing: CaseFilter, after: Key | None, sort: Sort
) -> Select[int]:
    """The ids of all cases in the order of the list, or of those that one index tells: of the period, of who
    decided, or of the one shop."""
    by_money = sort is Sort.DEAREST
    is_decided = narrowing.decided_by is not None and not narrowing.is_dated and not by_money
    case_id = Decision.case_id if is_decided else Case.id
    ids = select(case_id).correlate(None)
    if after is not None:
        ids = ids.where(_after(sort, after, case_id))
    if narrowing.decided_by is not None and is_decided:
        theirs = decisions_of(narrowing.decided_by, narrowing.opened_since)
        return ids.where(theirs).order_by(*_order(sort, case_id))
    if by_money and narrowing.paid is not None:
        ids = ids.where(paid_enough(narrowing.paid, by_money=True))
    if narrowing.is_dated:
        # PostgreSQL would go through all newer cases to come by these in order.
        of_period = ids.where(Case.shop_id.in_(wanted), *opened(narrowing))
        return of_period.order_by(*_order(sort, Case.id + 0))
    ids = ids.order_by(*_order(sort))
    return ids.where(Case.shop_id == next(iter(wanted))) if len(wanted) == 1 else ids


def _named(
    session: Session, typed: str, of_shops: ColumnElement[bool], shop_ids: Collection[int]
) -> ColumnElement[bool] | None:
    """What a person looks for by a number is that one, not what begins or goes on like it; None where
    what was typed is none."""
    if ids := numbered(session, typed, of_shops):
        return Case.id.in_(ids)
    return of_number(session, typed, shop_ids)
