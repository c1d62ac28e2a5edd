"""The list of cases: filtered, searched and paged by key."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, false, select
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager, joinedload

from service.db.cases.search import matching, numbered
from service.db.models import Case, Decision, MakeGood, Message, Review
from service.domain.cases.states import CaseState, CloseReason
from service.domain.messages.editable import Editable
from service.domain.messages.kinds import Answer, Step
from service.domain.messages.states import MessageState


class Outcome(StrEnum):
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
    make-good that was carried out.
    """

    words: str = ""
    shop_id: int | None = None
    state: CaseState | None = None
    cause: str = ""
    stars: int | None = None
    opened_since: datetime | None = None
    opened_before: datetime | None = None
    product_key: str = ""
    remedy: str = ""
    root_cause: str = ""
    courier: str = ""
    outcome: Outcome | None = None
    assignee_id: int | None = None
    decided_by: int | None = None
    """Of whoever decided last."""


def list_cases(
    session: Session,
    shop_ids: Collection[int],
    narrowing: CaseFilter,
    *,
    most: int,
    after: int | None = None,
    oldest_first: bool = False,
) -> Sequence[Case]:
    """A page of the cases of these shops with review and shop at hand, newest first, in one statement. `after` is the
    id of the last one shown before. Where all that was typed is the number of an order or a reference, cases of
    that one alone, for one statement more."""
    of_shops = _of_shops(shop_ids, narrowing)
    cases = (
        select(Case)
        .join(Case.review)
        .where(of_shops)
        .options(contains_eager(Case.review), joinedload(Case.shop))
        .order_by(Case.id if oldest_first else Case.id.desc())
        .limit(most)
    )
    if after is not None:
        cases = cases.where(Case.id > after if oldest_first else Case.id < after)
    if narrowing.words.strip():
        cases = cases.where(_with_words(session, narrowing.words, of_shops))
    return session.scalars(_narrowed(cases, narrowing)).all()


def _of_shops(shop_ids: Collection[int], narrowing: CaseFilter) -> ColumnElement[bool]:
    """Of one shop by its index; of several in the order of the list: SQLite would take the index of
    shops there too, and sort all of their cases."""
    if narrowing.shop_id is not None:
        shop_ids = {narrowing.shop_id} & set(shop_ids)
    if len(shop_ids) == 1:
        return Case.shop_id == next(iter(shop_ids))
    is_dated = narrowing.opened_since is not None and narrowing.opened_before is not None
    return (Case.shop_id if is_dated else Case.shop_id + 0).in_(shop_ids)


def _with_words(session: Session, typed: str, of_shops: ColumnElement[bool]) -> ColumnElement[bool]:
    """What a person looks for by a number is that one, not what begins or goes on like it."""
    if ids := numbered(session, typed, of_shops):
        return Case.id.in_(ids)
    matches = matching(session, typed)
    return false() if matches is None else matches


def _narrowed(cases: Select[Case], narrowing: CaseFilter) -> Select[Case]:
    if narrowing.state is not None:
        cases = cases.where(Case.state == narrowing.state)
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
    if narrowing.remedy:
        cases = cases.where(Case.make_goods.any(_carried_out(narrowing.remedy)))
    if narrowing.assignee_id is not None:
        cases = cases.where(Case.assignee_id == narrowing.assignee_id)
    if narrowing.decided_by is not None:
        cases = cases.where(_last_decider() == narrowing.decided_by)
    if narrowing.outcome is not None:
        cases = cases.where(_came_to(narrowing.outcome))
    return cases


def _carried_out(kind: str = "") -> ColumnElement[bool]:
    done = MakeGood.done_at.is_not(None)
    return done & (MakeGood.kind == kind) if kind else done


def _came_to(outcome: Outcome) -> ColumnElement[bool]:
    match outcome:
        case Outcome.MADE_GOOD:
            return Case.make_goods.any(_carried_out())
        case Outcome.RECOVERED:
            return Case.close_reason == CloseReason.RECOVERED
        case Outcome.RECOVERED_ASKED:
            return (Case.close_reason == CloseReason.RECOVERED) & Case.messages.any(_INVITED)
        case Outcome.RECOVERED_UNASKED:
            return (Case.close_reason == CloseReason.RECOVERED) & ~Case.messages.any(_INVITED)
        case Outcome.EDITABLE:
            return Case.editable != Editable.NO
        case Outcome.ASSUMED:
            return Case.editable == Editable.ASSUMED
        case Outcome.STARRED:
            return _last_answer(Message.stars).is_not(None)
        case Outcome.SOLVED | Outcome.PARTLY | Outcome.NOT_SOLVED:
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
