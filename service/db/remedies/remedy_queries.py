"""Named reads of proposals and make-goods, and the sums that count against limits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select, tuple_, union
from sqlalchemy.orm import Session, contains_eager

from service.db.cases import case_parts
from service.db.models import (
    Case,
    Connection,
    MakeGood,
    Proposal,
    Review,
)
from service.db.transaction import Lock, Transaction
from service.domain.remedies.states import MakeGoodState


def proposal(session: Session, case_id: int) -> Proposal | None:
    """The newest proposal of a case."""
    return session.scalar(
        select(Proposal).where(Proposal.case_id == case_id).order_by(Proposal.id.desc()).limit(1)
    )


def newest_proposals(session: Session, case_ids: Collection[int]) -> dict[int, Proposal]:
    """The newest proposal of each of these cases, by case."""
    newest = (
        select(func.max(Proposal.id))
        .where(Proposal.case_id.in_(case_ids))
        .group_by(Proposal.case_id)
    )
    proposals = session.scalars(select(Proposal).where(Proposal.id.in_(newest)))
    return {proposal.case_id: proposal for proposal in proposals}


def held_of(session: Session, references: Sequence[str]) -> Sequence[MakeGood]:
    """What can still be undone of these cases, with its case and shop."""
    return session.scalars(
        select(MakeGood)
        .join(MakeGood.case)
        .where(Case.reference.in_(references), MakeGood.state == MakeGoodState.HELD)
        .options(contains_eager(MakeGood.case).joinedload(Case.shop))
        .order_by(MakeGood.id)
    ).all()


def spent_on_buyers(
    session: Transaction, shop_id: int, currency: str, since: datetime
) -> dict[tuple[str, int], int]:
    """Minor units that went by themselves since then for a shop, by the key of the buyer and the id of
    the case; under the lock of the shop."""
    session.require(Lock.SHOP, shop_id)
    asked = {"shop": shop_id, "currency": currency, "since": since}
    rows = session.connection().execute(_SPENT_ON_BUYERS, asked)
    return {(buyer_key, case_id): int(spent or 0) for buyer_key, case_id, spent in rows}


_SPENT_ON_BUYERS = (
    select(MakeGood.buyer_key, MakeGood.case_id, func.sum(MakeGood.amount_minor))
    .where(
        MakeGood.shop_id == bindparam("shop"),
        MakeGood.currency == bindparam("currency"),
        MakeGood.decided_at >= bindparam("since"),
        MakeGood.automatic.is_(True),
        MakeGood.state != MakeGoodState.CANCELLED,
    )
    .group_by(MakeGood.buyer_key, MakeGood.case_id)
)


class _OfOrders:
    """The make-goods of orders, as a transaction that holds the lock of their shops knows them."""

    def __init__(self) -> None:
        self.by_order: dict[tuple[int, str], list[MakeGood]] = {}


def make_goods_of(session: Session, connection_id: int, order_id: str) -> list[MakeGood]:
    """The make-goods of an order that were not taken back, of all its cases, oldest first; also
    those that are new in this transaction. Read once under the lock of their shop, which lets nobody
    else add one."""
    asked = {"connection": connection_id, "order": order_id}
    shop_id = session.get_one(Connection, connection_id).shop_id
    if not (isinstance(session, Transaction) and session.holds(Lock.SHOP, shop_id)):
        return list(session.scalars(_OF_ORDER, asked))
    by_order = session.part(_OfOrders).by_order
    if (connection_id, order_id) not in by_order:
        by_order[connection_id, order_id] = list(session.scalars(_OF_ORDER, asked))
    of_order = by_order[connection_id, order_id]
    return [make_good for make_good in of_order if make_good.state != MakeGoodState.CANCELLED]


def make_goods_about(session: Session, case: Case, of_buyer: Collection[int]) -> list[MakeGood]:
    """The make-goods of other cases that were not taken back and have this one's review, its order, or
    its product and buyer, by their key or in one of these other cases `of_buyer`. `make_goods_of` then
    gives those of the order without asking again."""
    asked = {
        "review": case.review_id,
        "connection": case.order_connection_id,
        "order": case.order_id,
        "shop": case.shop_id,
        "buyer": case.buyer_key,
        "of_buyer": list(of_buyer),
        "product": case.review.product_id,
    }
    rows = session.scalars(_ABOUT, asked).all()
    if isinstance(session, Transaction) and session.holds(Lock.SHOP, case.shop_id):
        order = (case.order_connection_id or 0, case.order_id)
        of_order = [row for row in rows if (row.connection_id, row.order_id) == order]
        session.part(_OfOrders).by_order.setdefault(order, of_order)
    return [row for row in rows if row.case_id != case.id]


_OF_CASE = select(MakeGood.id).join(Case, Case.id == MakeGood.case_id)
_OF_REVIEW = _OF_CASE.where(Case.review_id == bindparam("review"))
_IS_OF_ORDER = (
    MakeGood.connection_id == bindparam("connection"),
    MakeGood.order_id == bindparam("order"),
)
_OF_BUYER_AND_PRODUCT = (
    _OF_CASE.join(Review, Review.id == Case.review_id)
    .where(Case.shop_id == bindparam("shop"), Case.buyer_key == bindparam("buyer"))
    .where(Case.buyer_key != "", Review.product_id == bindparam("product"))
)
_OF_BUYER: BindParameter[Any] = bindparam("of_buyer", expanding=True)
_OF_CASES_AND_PRODUCT = _OF_CASE.join(Review, Review.id == Case.review_id).where(
    Case.id.in_(_OF_BUYER), Review.product_id == bindparam("product")
)
_ABOUT = (
    select(MakeGood)
    .where(
        MakeGood.id.in_(
            union(
                _OF_REVIEW,
                select(MakeGood.id).where(*_IS_OF_ORDER),
                _OF_BUYER_AND_PRODUCT,
                _OF_CASES_AND_PRODUCT,
            )
        )
    )
    .where(MakeGood.state != MakeGoodState.CANCELLED)
    .order_by(MakeGood.id)
)


def approved_of(session: Session, orders: Collection[tuple[int, str]]) -> Sequence[int]:
    """The ids of the approved make-goods of orders, each by its connection and id."""
    return session.scalars(_APPROVED_OF_ORDERS, {"orders": list(orders)}).all()


_ORDERS: BindParameter[Any] = bindparam("orders", expanding=True)
_APPROVED_OF_ORDERS = select(MakeGood.id).where(
    tuple_(MakeGood.connection_id, MakeGood.order_id).in_(_ORDERS),
    MakeGood.state == MakeGoodState.APPROVED,
)


def add_make_good(session: Transaction, case: Case, make_good: MakeGood) -> None:
    """Store a make-good of a case that is new; `make_goods_of` gives it from here on."""
    session.require(Lock.SHOP, make_good.shop_id)
    make_goods_of(session, make_good.connection_id, make_good.order_id)
    of_order = session.part(_OfOrders).by_order
    of_order[make_good.connection_id, make_good.order_id].append(make_good)
    case_parts.add(session, case, case.make_goods, make_good)


_OF_ORDER = (
    select(MakeGood)
    .where(*_IS_OF_ORDER, MakeGood.state != MakeGoodState.CANCELLED)
    .order_by(MakeGood.id)
)
