"""Reads what the cases opened in a period came to, a few statements whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from integrations.money import Money
from service.db.models import Case, History, MakeGood, Message, Review
from service.domain.cases.states import CloseReason
from service.domain.complaints.causes import UNCLEAR
from service.domain.days import day_of
from service.domain.messages.kinds import Answer, Step
from service.domain.messages.states import MessageState
from service.domain.reports.figures import CaseFacts
from service.domain.reports.periods import Period

BATCH = 500


@dataclass(slots=True)
class _Messages:
    """What was said to the buyer of a case and what came back."""

    first_sent: datetime | None = None
    asked: bool = False
    solved: bool | None = None
    handling: int | None = None


def facts_of(session: Session, shop_ids: Collection[int], period: Period) -> list[CaseFacts]:
    """The cases of these shops that were opened in a period, oldest first."""
    opened = _opened_in(shop_ids, period)
    make_goods = _make_goods(session, opened)
    messages = _messages(session, opened)
    rises = _rises(session, opened)
    return [
        _facts(row, period.zone, make_goods[row.id], messages[row.id], rises.get(row.id))
        for row in session.execute(
            select(
                Case.id,
                Case.opened_at,
                Case.product_key,
                Case.cause,
                Case.close_reason,
                Review.product_name,
            )
            .join(Case.review)
            .where(opened)
            .order_by(Case.id)
        )
    ]


def _opened_in(shop_ids: Collection[int], period: Period) -> ColumnElement[bool]:
    return and_(
        Case.shop_id.in_(shop_ids),
        Case.opened_at >= period.begins,
        Case.opened_at < period.ends,
    )


def _facts(
    row: Any,
    zone: str,
    make_goods: Sequence[Any],
    messages: _Messages,
    rise: int | None,
) -> CaseFacts:
    recovered = row.close_reason == CloseReason.RECOVERED
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
        solved=messages.solved,
        handling=messages.handling,
        asked=messages.asked,
        recovered=recovered,
        rise=rise if recovered else None,
    )


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
        messages.solved, messages.handling = row.answer is Answer.SOLVED, row.stars


def _rises(session: Session, opened: ColumnElement[bool]) -> dict[int, int]:
    """By how many stars each case's rating went up from its first change to its last."""
    changes: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(
        select(History.case_id, History.old, History.new)
        .join(Case, Case.id == History.case_id)
        .where(opened, History.what == "review_changed")
        .order_by(History.id)
    ):
        changes[row.case_id].append(row)
    return {
        case_id: int(rows[-1].new) - int(rows[0].old)
        for case_id, rows in changes.items()
        if rows[-1].new.isdecimal() and rows[0].old.isdecimal()
    }


def cases_in(session: Session, shop_ids: Collection[int], period: Period) -> Iterator[Case]:
    """The cases themselves, oldest first, with what a table says of them; read in batches."""
    last = 0
    while True:
        cases = session.scalars(
            select(Case)
            .where(_opened_in(shop_ids, period), Case.id > last)
            .order_by(Case.id)
            .limit(BATCH)
            .options(
                joinedload(Case.review),
                joinedload(Case.shop),
                selectinload(Case.make_goods),
                selectinload(Case.messages),
            )
        ).all()
        yield from cases
        if len(cases) < BATCH:
            return
        last = cases[-1].id
