"""Reads the outcomes of the cases opened in a period, in a few statements however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from integrations.money import Money
from service.db.models import Case, Decision, History, MakeGood, Message, Review, Shop
from service.db.reviews.known_reviews import product_key
from service.domain.cases.states import CloseReason
from service.domain.complaints.causes import UNCLEAR
from service.domain.days import day_of
from service.domain.messages.answering import answering_from_data
from service.domain.messages.kinds import Answer, Step
from service.domain.messages.states import MessageState
from service.domain.messages.working_hours import WorkingHours
from service.domain.reports.figures import CaseFacts, ReviewFacts, VoucherFacts
from service.domain.reports.periods import Days

BATCH = 500
FOR_A_TABLE = (
    joinedload(Case.review),
    joinedload(Case.shop),
    selectinload(Case.make_goods),
    selectinload(Case.messages),
)
"""What a table says of a case."""


@dataclass(slots=True)
class _Messages:
    """What was said to the buyer of a case and what came back."""

    first_sent: datetime | None = None
    asked: bool = False
    answer: Answer | None = None
    handling: int | None = None


def facts_of(session: Session, shop_ids: Collection[int], days: Days) -> list[CaseFacts]:
    """The cases of these shops that were opened on these days, oldest first."""
    opened = opened_in(shop_ids, days)
    make_goods = _make_goods(session, opened)
    messages = _messages(session, opened)
    rises = _rises(session, and_(opened, Case.close_reason == CloseReason.RECOVERED))
    staff = _staff(session, opened)
    places = _places(session, shop_ids)
    return [
        _facts(
            row,
            days.zone,
            places[row.shop_id],
            make_goods[row.id],
            messages[row.id],
            rise=rises.get(row.id),
            staff=staff.get(row.id),
        )
        for row in session.execute(
            select(
                Case.id,
                Case.shop_id,
                Case.opened_at,
                Case.product_key,
                Case.cause,
                Case.root_cause,
                Case.close_reason,
                Case.courier,
                Case.editable,
                Review.product_name,
            )
            .join(Case.review)
            .where(opened)
            .order_by(Case.id)
        )
    ]


def opened_in(shop_ids: Collection[int], days: Days) -> ColumnElement[bool]:
    """Whether a case of these shops was opened on these days."""
    return and_(
        Case.shop_id.in_(shop_ids),
        Case.opened_at >= days.begins,
        Case.opened_at < days.ends,
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a shop's people are at work, and when."""

    zone: str
    country: str
    hours: WorkingHours

    def worked(self, opened_at: datetime, moment: datetime | None) -> timedelta | None:
        """How much they worked from the opening of a case to a moment; None of none, and where nobody
        works."""
        if moment is None or not self.hours.week:
            return None
        return self.hours.worked(opened_at, moment, self.zone, self.country)


def _places(session: Session, shop_ids: Collection[int]) -> dict[int, _Place]:
    rows = session.execute(
        select(Shop.id, Shop.zone, Shop.country, Shop.answering).where(Shop.id.in_(shop_ids))
    )
    return {
        row.id: _Place(row.zone, row.country, answering_from_data(row.answering).hours)
        for row in rows
    }


def _facts(
    row: Any,
    zone: str,
    place: _Place,
    make_goods: Sequence[Any],
    messages: _Messages,
    *,
    rise: int | None,
    staff: int | None,
) -> CaseFacts:
    done = min((make_good.done_at for make_good in make_goods), default=None)
    return CaseFacts(
        id=row.id,
        day=day_of(row.opened_at, zone),
        product_key=row.product_key,
        product=row.product_name,
        cause=row.cause or UNCLEAR,
        given=tuple((make_good.kind, _worth(make_good)) for make_good in make_goods),
        first_answer=_since(row.opened_at, messages.first_sent),
        remedied=_since(row.opened_at, done),
        root_cause=row.root_cause or "",
        staff=str(staff or ""),
        answer=messages.answer,
        handling=messages.handling,
        asked=messages.asked,
        recovered=row.close_reason == CloseReason.RECOVERED,
        rise=rise,
        first_answer_worked=place.worked(row.opened_at, messages.first_sent),
        remedied_worked=place.worked(row.opened_at, done),
        courier=row.courier,
        editable=row.editable,
        vouchers=tuple(_vouchers(make_goods)),
    )


def _vouchers(make_goods: Sequence[Any]) -> Iterator[VoucherFacts]:
    for row in make_goods:
        worth = _worth(row)
        if row.voucher_usage is not None and worth is not None:
            saved = None if row.saved_minor is None else Money(row.saved_minor, row.currency)
            yield VoucherFacts(row.voucher_usage, worth, saved)


def _worth(make_good: Any) -> Money | None:
    return (
        None
        if make_good.amount_minor is None
        else Money(make_good.amount_minor, make_good.currency)
    )


def _since(start: datetime, moment: datetime | None) -> timedelta | None:
    """What happened before the case was opened, of a case that came back, took no time."""
    return None if moment is None else max(moment - start, timedelta())


def _make_goods(session: Session, opened: ColumnElement[bool]) -> dict[int, list[Any]]:
    by_case: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(
        select(
            MakeGood.case_id,
            MakeGood.kind,
            MakeGood.amount_minor,
            MakeGood.currency,
            MakeGood.done_at,
            MakeGood.voucher_usage,
            MakeGood.saved_minor,
        )
        .join(MakeGood.case)
        .where(opened, MakeGood.done_at.is_not(None))
        .order_by(MakeGood.id)
    ):
        by_case[row.case_id].append(row)
    return by_case


def _messages(session: Session, opened: ColumnElement[bool]) -> dict[int, _Messages]:
    by_case: dict[int, _Messages] = defaultdict(_Messages)
    for row in session.execute(
        select(
            Message.case_id,
            Message.state,
            Message.step,
            Message.sent_at,
            Message.answer,
            Message.stars,
        )
        .join(Message.case)
        .where(opened)
        .order_by(Message.id)
    ):
        _count(by_case[row.case_id], row)
    return by_case


def _count(messages: _Messages, row: Any) -> None:
    if row.state == MessageState.SENT:
        messages.first_sent = min(filter(None, (messages.first_sent, row.sent_at)))
        messages.asked = messages.asked or row.step == Step.UPDATE_INVITATION
    if row.answer is not None:
        messages.answer, messages.handling = row.answer, row.stars


def _rises(session: Session, narrowing: ColumnElement[bool]) -> dict[int, int]:
    """By how many stars each case's rating went up from its first change to its last."""
    changes: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(
        select(History.case_id, History.old, History.new)
        .join(Case, Case.id == History.case_id)
        .join(Case.review)
        .where(narrowing, History.what == "review_changed")
        .order_by(History.id)
    ):
        changes[row.case_id].append(row)
    return {
        case_id: int(rows[-1].new) - int(rows[0].old)
        for case_id, rows in changes.items()
        if rows[-1].new.isdecimal() and rows[0].old.isdecimal()
    }


def _staff(session: Session, opened: ColumnElement[bool]) -> dict[int, int | None]:
    """Who decided each case last; None where nobody did."""
    rows = session.execute(
        select(Decision.case_id, Decision.seller_id)
        .join(Case, Case.id == Decision.case_id)
        .where(opened)
        .order_by(Decision.id)
    )
    return dict(rows.all())


def reviews_of(session: Session, shop_ids: Collection[int], days: Days) -> Iterator[ReviewFacts]:
    """The reviews of named products that were first seen on these days and stand, whatever their
    rating."""
    seen = and_(
        Review.shop_id.in_(shop_ids),
        Review.seen_at >= days.begins,
        Review.seen_at < days.ends,
    )
    gained = _gained(session, seen)
    rows = session.execute(
        select(
            Review.id, Review.connection_id, Review.product_id, Review.rating, Review.seen_at
        ).where(
            seen, Review.rating.is_not(None), Review.withdrawn.is_(False), Review.product_id != ""
        )
    )
    for row in rows:
        key = product_key(row.connection_id, row.product_id)
        yield ReviewFacts(day_of(row.seen_at, days.zone), key, row.rating, gained[row.id])


def _gained(session: Session, seen: ColumnElement[bool]) -> dict[int, int]:
    """How many stars the cases of each review brought it up, 0 for those that did not."""
    recovered = and_(seen, Case.close_reason == CloseReason.RECOVERED)
    review_of = dict(
        session.execute(select(Case.id, Case.review_id).join(Case.review).where(recovered)).all()
    )
    gained: dict[int, int] = defaultdict(int)
    for case_id, rise in _rises(session, recovered).items():
        gained[review_of[case_id]] += rise
    return gained


def cases_in(session: Session, shop_ids: Collection[int], days: Days) -> Iterator[Case]:
    """The cases themselves, oldest first, with what a table says of them; read in batches."""
    last = 0
    while True:
        cases = session.scalars(
            select(Case)
            .where(opened_in(shop_ids, days), Case.id > last)
            .order_by(Case.id)
            .limit(BATCH)
            .options(*FOR_A_TABLE)
        ).all()
        yield from cases
        if len(cases) < BATCH:
            return
        last = cases[-1].id
