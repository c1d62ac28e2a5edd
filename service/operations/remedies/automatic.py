"""Approves what the owner's automatic limit covers, its sums added up under the shop's lock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from integrations.remedies import Remedy
from service.db import queries
from service.db.models import Case, Shop
from service.db.transaction import Transaction
from service.domain.days import day_begins, day_of
from service.domain.remedies.limits import AutomaticLimits, may_go_by_itself
from service.domain.staff.authority import LIMIT
from service.operations.remedies.decisions import decide


def approve(session: Transaction, case: Case, shop: Shop, remedy: Remedy, now: datetime) -> None:
    """Approve a proposal about which there is no doubt, where the limit covers it. What has no
    amount is covered by none."""
    amount = remedy.amount
    limits = None if amount is None else shop.automatic.get(amount.currency)
    if amount is None or limits is None:
        return
    queries.lock_shops(session, [shop.id])
    currency, day = amount.currency, day_of_limit(shop, now)
    by_shop = _spent(session, shop.id, currency, day, None)
    by_buyer = _spent(session, shop.id, currency, day, case.buyer_key)
    if may_go_by_itself(
        amount, AutomaticLimits(**limits), by_shop.amount_minor, by_buyer.amount_minor
    ):
        decide(session, case, remedy, actor=LIMIT, reason="", limit=str(limits), now=now)
        for spent in (by_shop, by_buyer):
            spent.amount_minor += amount.amount_minor


def day_of_limit(shop: Shop, now: datetime) -> datetime:
    """When the shop's day began."""
    return day_begins(day_of(now, shop.zone), shop.zone)


@dataclass(slots=True)
class _Sum:
    amount_minor: int


class _Sums:
    """What is added up in one transaction, by shop, currency and, for a buyer's part, buyer."""

    def __init__(self) -> None:
        self.sums: dict[tuple[int, str, str | None], _Sum] = {}


def _spent(
    session: Transaction, shop_id: int, currency: str, day: datetime, buyer_key: str | None
) -> _Sum:
    """What went by itself today, with what this transaction adds to it; read once in it, under the
    lock."""
    sums = session.part(_Sums).sums
    key = (shop_id, currency, buyer_key)
    if key not in sums:
        sums[key] = _Sum(queries.spent(session, shop_id, currency, day, buyer_key))
    return sums[key]
