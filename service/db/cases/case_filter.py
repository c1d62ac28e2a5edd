"""By what a list of cases is narrowed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from integrations.money import Money
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
    """Of whoever decided last."""

    @property
    def is_dated(self) -> bool:
        """Whether it is of cases of a period."""
        return self.opened_since is not None and self.opened_before is not None


def narrowed(cases: Select[Case], narrowing: CaseFilter, *, by_money: bool = False) -> Select[Case]:
    """These cases without those that the filter leaves out: by all of it but words and shop. `by_money`: they
    are in the order of what was paid."""
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
    cases = cases.where(*opened(narrowing))
    if narrowing.product_key:
        cases = cases.where(Case.product_key == narrowing.product_key)
    if narrowing.paid is not None:
        cases = cases.where(_paid_of(narrowing, narrowing.paid, by_money=by_money))
    if narrowing.remedy:
        cases = cases.where(Case.make_goods.any(_carried_out(narrowing.remedy)))
    if narrowing.voucher is not None:
        cases = cases.where(Case.make_goods.any(MakeGood.voucher_usage == narrowing.voucher))
    if narrowing.assignee_id is not None:
        cases = cases.where(Case.assignee_id == narrowing.assignee_id)
    if narrowing.decided_by is not None:
        cases = cases.where(*_decided_by(narrowing.decided_by, narrowing.opened_since))
    if narrowing.outcome is not None:
        cases = cases.where(_came_to(narrowing.outcome))
    return cases


def opened(narrowing: CaseFilter) -> Iterator[ColumnElement[bool]]:
    """When the cases of this filter were opened."""
    if narrowing.opened_since is not None:
        yield Case.opened_at >= narrowing.opened_since
    if narrowing.opened_before is not None:
        yield Case.opened_at < narrowing.opened_before


def _of_states(states: Sequence[CaseState]) -> ColumnElement[bool]:
    """Of several the ids come from the index alone: SQLite would read all these cases to sort them."""
    if len(states) == 1:
        return Case.state == states[0]
    row = aliased(Case)
    return Case.id.in_(select(row.id).where(row.state.in_(states)))


def _paid_of(narrowing: CaseFilter, least: Money, *, by_money: bool) -> ColumnElement[bool]:
    """Of a product, or of what a person decided, not by the index of what was paid: few of all are."""
    if by_money and (narrowing.product_key or narrowing.decided_by is not None):
        return and_(
            Case.paid_currency + "" == least.currency, Case.paid_minor >= least.amount_minor
        )
    return paid_enough(least, by_money=by_money)


def paid_enough(least: Money, *, by_money: bool) -> ColumnElement[bool]:
    """At least so much, in its currency. In the order of ids the ids come from the index alone: SQLite
    would read all these cases to sort them."""
    row = Case if by_money else aliased(Case)
    enough = and_(row.paid_currency == least.currency, row.paid_minor >= least.amount_minor)
    return enough if by_money else Case.id.in_(select(row.id).where(enough))


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


def decisions_of(seller_id: int, since: datetime | None) -> ColumnElement[bool]:
    """Whether a decision is this person's, made since then."""
    theirs = Decision.seller_id == seller_id
    return theirs if since is None else theirs & (Decision.decided_at >= since)


def _decided_by(seller_id: int, opened_since: datetime | None) -> Sequence[ColumnElement[bool]]:
    """Whether this person decided last. Found by what the person has decided, which is not much beside all
    cases; nothing was before its case was opened."""
    last = (
        select(Decision.seller_id)
        .where(Decision.case_id == Case.id)
        .order_by(Decision.id.desc())
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )
    theirs = select(Decision.case_id).where(decisions_of(seller_id, opened_since))
    return Case.id.in_(theirs), last == seller_id


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
