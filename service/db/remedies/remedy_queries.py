"""Named reads of proposals and make-goods, and the sums that count against limits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from service.db.models import (
    Connection,
    MakeGood,
    Proposal,
)
from service.db.transaction import Lock, Transaction
from service.domain.remedies.states import MakeGoodState


def proposal(session: Session, case_id: int) -> Proposal | None:
    """The newest proposal of a case."""
    return session.scalar(
        select(Proposal).where(Proposal.case_id == case_id).order_by(Proposal.id.desc()).limit(1)
    )


def spent(
    session: Transaction, shop_id: int, currency: str, since: datetime, buyer_key: str | None = None
) -> int:
    """Minor units that went by themselves since then, for a shop or one of its buyers; under the lock
    of the shop."""
    session.require(Lock.SHOP, shop_id)
    asked = {"shop": shop_id, "currency": currency, "since": since}
    if buyer_key is None:
        return int(session.scalar(_SPENT, asked) or 0)
    return int(session.scalar(_SPENT_ON_BUYER, {**asked, "buyer": buyer_key}) or 0)


_SPENT = select(func.coalesce(func.sum(MakeGood.amount_minor), 0)).where(
    MakeGood.shop_id == bindparam("shop"),
    MakeGood.currency == bindparam("currency"),
    MakeGood.decided_at >= bindparam("since"),
    MakeGood.automatic.is_(True),
    MakeGood.state != "cancelled",
)
_SPENT_ON_BUYER = _SPENT.where(MakeGood.buyer_key == bindparam("buyer"))


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


def add_make_good(session: Transaction, make_good: MakeGood) -> None:
    """Store a make-good that is new; `make_goods_of` gives it from here on."""
    session.require(Lock.SHOP, make_good.shop_id)
    make_goods_of(session, make_good.connection_id, make_good.order_id)
    of_order = session.part(_OfOrders).by_order
    of_order[make_good.connection_id, make_good.order_id].append(make_good)
    session.add(make_good)


_OF_ORDER = (
    select(MakeGood)
    .where(
        MakeGood.connection_id == bindparam("connection"), MakeGood.order_id == bindparam("order")
    )
    .where(MakeGood.state != "cancelled")
    .order_by(MakeGood.id)
)
