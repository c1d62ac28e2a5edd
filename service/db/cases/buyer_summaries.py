"""What is known of a buyer over all their cases, added up by the database."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, Integer, Select, and_, cast, func, select
from sqlalchemy import case as choose
from sqlalchemy.orm import Session, contains_eager, selectinload

from integrations.money import Money
from integrations.remedies import KINDS
from service.db.cases import buyer_marks
from service.db.models import Case, MakeGood
from service.domain.cases.buyer_summary import BuyerSummary, Given, Spent
from service.domain.remedies.states import CARRIED_OUT


def summary(session: Session, case: Case) -> BuyerSummary:
    """Over all cases of the buyer of this one, whatever they are known by; two statements."""
    rows = session.execute(_orders(case.id)).all()
    spent = (Spent(orders, Money(int(paid), unit)) for unit, _, orders, paid in rows if orders)
    given = (
        Given(KINDS[kind], number, Money(int(amount or 0), unit) if unit else None)
        for kind, unit, number, amount in session.execute(_make_goods(case.id))
    )
    return BuyerSummary(sum(cases for _, cases, _, _ in rows), tuple(spent), tuple(given))


def _orders(case_id: int) -> Select[str, int, int, int]:
    """Cases, different orders and what was paid for them, by currency ('' of cases without an order).
    Cases of one order count it once, as it was last seen."""
    newest_first = (
        func.row_number()
        .over(
            partition_by=(Case.order_connection_id, Case.order_id),
            order_by=(func.coalesce(Case.order["seen_at"].as_string(), "").desc(), Case.id.desc()),
        )
        .label("turn")
    )
    unit = func.coalesce(Case.order["currency"].as_string(), "").label("unit")
    # An amount in minor units outgrows 32 bits.
    paid = cast(Case.order["paid"].as_string(), BigInteger).label("paid")
    seen = (
        select(unit, paid, newest_first).where(buyer_marks.of_buyer(case_id)).subquery("seen_order")
    )
    counts = and_(seen.c.turn == 1, seen.c.unit != "")
    return (
        select(
            seen.c.unit,
            func.count(),
            func.sum(choose((counts, 1), else_=0), type_=Integer),
            func.sum(choose((counts, seen.c.paid), else_=0)),
        )
        .group_by(seen.c.unit)
        .order_by(seen.c.unit)
    )


def _make_goods(case_id: int) -> Select[str, str, int, int | None]:
    """How many were carried out, and their worth, by kind and currency."""
    return (
        select(
            MakeGood.kind,
            MakeGood.currency,
            func.count(),
            func.sum(MakeGood.amount_minor),
        )
        .join(Case, Case.id == MakeGood.case_id)
        .where(buyer_marks.of_buyer(case_id), MakeGood.state.in_(CARRIED_OUT))
        .group_by(MakeGood.kind, MakeGood.currency)
        .order_by(MakeGood.kind, MakeGood.currency)
    )


def other_cases(session: Session, case: Case, *, most: int = 10) -> Sequence[Case]:
    """The newest other cases of the buyer, with reviews and make-goods; two statements."""
    rows = (
        select(Case)
        .join(Case.review)
        .where(buyer_marks.of_buyer(case.id), Case.id != case.id)
        .options(contains_eager(Case.review), selectinload(Case.make_goods))
        .order_by(Case.id.desc())
        .limit(most)
    )
    return session.scalars(rows).all()
