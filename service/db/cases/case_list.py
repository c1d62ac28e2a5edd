"""The list of cases: filtered, searched and paged by key."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, false, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, contains_eager, joinedload

from integrations.money import Money
from service.db.cases.search import matching, numbered, of_number
from service.db.models import Case, Decision, MakeGood, Message, Review
from service.domain.cases.states import CaseState, CloseReason
from service.domain.messages.editable import Editable
from service.domain.messages.kinds import Answer, Step
from service.domain.messages.states import MessageState
from service.domain.remedies.vouchers import VoucherUsage


class CaseOutcome(StrEnum):
    """What a case came to, whatever its state."""

    MADE_GOOD = "made_good"
    RECOVERED = "recovered"
    RECOVERED_ASKED = "recovered_asked"
    """The buyer was invited to update the review, UNASKED: was not."""
    RECOVERED_UNASKED = "recovered_unasked"
    EDITABLE = "editable"
    """The review could still be changed when the case was opened, ASSUMED where no rule says so."""
    ASSUMED = "assumed"
    SOLVED = "solved"
    PARTLY = "partly"
    NOT_SOLVED = "not_solved"
    STARRED = "starred"
    """The buyer gave stars for the handling."""


class Sort(StrEnum):
    """In which order cases are listed."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DEAREST = "dearest"
    """By what was paid for the order, the highest first."""


Key = tuple[int, ...]
"""Where a page of the list goes on: what the last case shown is sorted by, and its id."""


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases to list; what is empty does not narrow. `words` are as typed in the search box.

    `opened_since` and `opened_before` bound when a case was opened; `remedy` is the kind of a
    make-good that was carried out. `paid`: the least that was paid for its order, in that currency.
    """

    words: str = ""
    shop_id: int | None = None
    states: Sequence[CaseState] = ()
    cause: str = ""
    stars: int | None = None
    opened_since: datetime | None = None
    opened_before: datetime | None = None
    product_key: str = ""
    paid: Money | None = None
    remedy: str = ""
    voucher: VoucherUsage | None = None
    """What became of a voucher that was given."""
    root_cause: str = ""
    courier: str = ""
    outcome: CaseOutcome | None = None
    assignee_id: int | None = None
    decided_by: int | None = None
    """The seller who decided last."""


def list_cases(
    session: Session,
    shop_ids: Collection[int],
    narrowing: CaseFilter,
    *,
    most: int,
    after: Key | None = None,
    sort: Sort = Sort.NEWEST,
) -> Sequence[Case]:
    """A page of the cases of these shops with review and shop at hand, in one statement. `after` is the key
    (`key_text`) of the last one shown before. Where all that was typed is the number of an order or a reference, cases
    of that one alone, for one statement more. The dearest come first among those in the currency of `paid`."""
    of_shops = _of_shops(shop_ids, narrowing)
    cases = (
        select(Case)
        .join(Case.review)
        .where(of_shops)
        .options(contains_eager(Case.review), joinedload(Case.shop))
        .order_by(*_ORDERS[sort])
        .limit(most)
    )
    if after is not None:
        cases = cases.where(_after(sort, after))
    if narrowing.words.strip():
        cases = cases.where(_with_words(session, narrowing.words, of_shops, shop_ids))
    return session.scalars(_narrowed(cases, narrowing, sort)).all()


_ORDERS: Mapping[Sort, Sequence[Any]] = {
    Sort.NEWEST: (Case.id.desc(),),
    Sort.OLDEST: (Case.id,),
    Sort.DEAREST: (Case.paid_minor.desc(), Case.id.desc()),
}


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


def _after(sort: Sort, key: Key) -> ColumnElement[bool]:
    match sort:
        case Sort.NEWEST:
            return Case.id < key[-1]
        case Sort.OLDEST:
            return Case.id > key[-1]
        case Sort.DEAREST:
            return tuple_(Case.paid_minor, Case.id) < key


def _of_shops(shop_ids: Collection[int], narrowing: CaseFilter) -> ColumnElement[bool]:
    """Of one shop by its index; of several, and by what was paid, in the order of the list: SQLite would
    take the index of shops there too, and sort all of their cases."""
    if narrowing.shop_id is not None:
        shop_ids = {narrowing.shop_id} & set(shop_ids)
    if len(shop_ids) == 1 and narrowing.paid is None:
        return Case.shop_id == next(iter(shop_ids))
    is_dated = narrowing.opened_since is not None and narrowing.opened_before is not None
    return (Case.shop_id if is_dated else Case.shop_id + 0).in_(shop_ids)


def _with_words(
    session: Session, typed: str, of_shops: ColumnElement[bool], shop_ids: Collection[int]
) -> ColumnElement[bool]:
    """What a person looks for by a number is that one, not what begins or goes on like it."""
    if ids := numbered(session, typed, of_shops):
        return Case.id.in_(ids)
    by_telephone = of_number(session, typed, shop_ids)
    if by_telephone is not None:
        return by_telephone
    matches = matching(session, typed)
    return false() if matches is None else matches


def _narrowed(cases: Select[Case], narrowing: CaseFilter, sort: Sort) -> Select[Case]:
    if narrowing.states:
        cases = cases.where(_of_states(narrowing.states))
    if narrowing.cause:
        cases = cases.where(Case.cause == narrowing.cause)
    if narrowing.root_cause:
        cases = cases.where(Case.root_cause == narrowing.root_cause)
    if narrowing.courier:
        cases = cases.where(Case.courier == narrowing.courier)
    if narrowing.stars is not None:
        cases = cases.where(Review.rating == narrowing.stars)
    if narrowing.opened_since is not None:
        cases = cases.where(Case.opened_at >= narrowing.opened_since)
    if narrowing.opened_before is not None:
        cases = cases.where(Case.opened_at < narrowing.opened_before)
    if narrowing.product_key:
        cases = cases.where(Case.product_key == narrowing.product_key)
    if narrowing.paid is not None:
        cases = cases.where(_paid(narrowing.paid, sort))
    if narrowing.remedy:
        cases = cases.where(Case.make_goods.any(_carried_out(narrowing.remedy)))
    if narrowing.voucher is not None:
        cases = cases.where(Case.make_goods.any(MakeGood.voucher_usage == narrowing.voucher))
    if narrowing.assignee_id is not None:
        cases = cases.where(Case.assignee_id == narrowing.assignee_id)
    if narrowing.decided_by is not None:
        cases = cases.where(_last_decider() == narrowing.decided_by)
    if narrowing.outcome is not None:
        cases = cases.where(_came_to(narrowing.outcome))
    return cases


def _of_states(states: Sequence[CaseState]) -> ColumnElement[bool]:
    """For several states the ids come from the index alone: SQLite would read all these cases to sort them."""
    if len(states) == 1:
        return Case.state == states[0]
    row = aliased(Case)
    return Case.id.in_(select(row.id).where(row.state.in_(states)))


def _paid(least: Money, sort: Sort) -> ColumnElement[bool]:
    """At least so much, in its currency. In the order of ids the ids come from the index alone: SQLite
    would read all these cases to sort them."""
    row = Case if sort is Sort.DEAREST else aliased(Case)
    enough = and_(row.paid_currency == least.currency, row.paid_minor >= least.amount_minor)
    return enough if sort is Sort.DEAREST else Case.id.in_(select(row.id).where(enough))


def _carried_out(kind: str = "") -> ColumnElement[bool]:
    done = MakeGood.done_at.is_not(None)
    return done & (MakeGood.kind == kind) if kind else done


def _came_to(outcome: CaseOutcome) -> ColumnElement[bool]:
    match outcome:
        case CaseOutcome.MADE_GOOD:
            return Case.make_goods.any(_carried_out())
        case CaseOutcome.RECOVERED:
            return Case.close_reason == CloseReason.RECOVERED
        case CaseOutcome.RECOVERED_ASKED:
            return (Case.close_reason == CloseReason.RECOVERED) & Case.messages.any(_INVITED)
        case CaseOutcome.RECOVERED_UNASKED:
            return (Case.close_reason == CloseReason.RECOVERED) & ~Case.messages.any(_INVITED)
        case CaseOutcome.EDITABLE:
            return Case.editable != Editable.NO
        case CaseOutcome.ASSUMED:
            return Case.editable == Editable.ASSUMED
        case CaseOutcome.STARRED:
            return _last_answer(Message.stars).is_not(None)
        case CaseOutcome.SOLVED | CaseOutcome.PARTLY | CaseOutcome.NOT_SOLVED:
            return _last_answer(Message.answer) == Answer(outcome.value)


_INVITED = (Message.step == Step.UPDATE_INVITATION) & (Message.state == MessageState.SENT)


def _last_decider() -> ScalarSelect[Any]:
    return (
        select(Decision.seller_id)
        .where(Decision.case_id == Case.id)
        .order_by(Decision.id.desc())
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )


def _last_answer(column: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    """What the buyer said last."""
    return (
        select(column)
        .where(Message.case_id == Case.id, Message.answer.is_not(None))
        .order_by(Message.id.desc())
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )
