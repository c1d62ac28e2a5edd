"""What can still be given of an order: what its platform last said is left, without what was
promised since and is not in that figure yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from integrations.money import Money
from integrations.remedies import Spends
from service.db.models import Case, MakeGood
from service.db.remedies import remedy_queries
from service.domain.remedies.states import CARRIED_OUT, MakeGoodState
from service.operations.cases.orders import SeenOrder, seen_order

_MAY_BE_CHOICE = (MakeGoodState.HELD, MakeGoodState.OFFERED)


def left_of(
    session: Session,
    case: Case,
    *,
    without: MakeGood | None = None,
    seen: SeenOrder | None = None,
) -> Money:
    """What is left of the case's order (as it was `seen`, else as the case keeps it), all its cases
    counted, never below zero; `without` is not counted. Whoever decides by it holds the shop's lock
    (`shop_queries.lock_shops`)."""
    seen = seen or seen_order(case)
    promised = promised_of(session, case, without=without, seen=seen)
    return Money(max(0, seen.order.left.amount_minor - promised.amount_minor), promised.currency)


def promised_of(
    session: Session,
    case: Case,
    *,
    without: MakeGood | None = None,
    seen: SeenOrder | None = None,
) -> Money:
    """Money promised for the case's order that its platform's figure does not hold yet."""
    seen = seen or seen_order(case)
    currency, seen_at = seen.order.paid.currency, seen.at
    promised = sum(
        make_good.amount_minor or 0
        for make_good in remedy_queries.make_goods_of(
            session, case.order_connection_id or 0, case.order_id
        )
        if make_good is not without
        and make_good.state is not MakeGoodState.REFUSED
        and not make_good.is_thanks
        and make_good.currency == currency
        and not _is_seen(make_good, seen_at)
    )
    return Money(promised, currency)


def _is_seen(make_good: MakeGood, seen_at: datetime | None) -> bool:
    """It is in the platform's figure, or costs no money; a choice counts as long as it is open. A
    platform counts no credit as given, and does not know what was paid by hand."""
    if make_good.state in _MAY_BE_CHOICE and make_good.offer is not None:
        return False
    spends = make_good.remedy.kind.spends
    if spends is Spends.GOODS:
        return True
    by_platform = make_good.state in CARRIED_OUT and bool(make_good.vendor_id)
    if spends is not Spends.MONEY or not by_platform:
        return False
    done_at = make_good.done_at
    return seen_at is not None and done_at is not None and done_at <= seen_at
