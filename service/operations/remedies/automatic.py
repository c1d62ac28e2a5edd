"""Approves what the owner's automatic limit covers, its sums added up under the shop's lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from integrations.money import Money
from integrations.remedies import Remedy
from integrations.sentence import Text
from service.db.models import Case, Shop
from service.db.remedies import remedy_queries
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.days import day_begins, day_of
from service.domain.remedies.limits import AutomaticLimits, may_go_by_itself
from service.domain.remedies.offers import OfferTerms, WithoutPick, dearest
from service.domain.staff.authority import LIMIT
from service.operations.cases import history
from service.operations.context import Context
from service.operations.messages.send_check import reaches_buyer
from service.operations.remedies import grants
from service.operations.remedies.grants import Grant

CANNOT_PICK = Text("The buyer cannot be written to.")


def approve(
    context: Context,
    session: Transaction,
    case: Case,
    remedies: Sequence[Remedy],
    terms: OfferTerms | None,
    now: datetime,
) -> None:
    """Approve a proposal about which there is no doubt, where the limit covers it: the first remedy,
    or the choice among all of them on these terms. What has no amount is covered by none. A buyer who
    cannot be written to would never choose: what the terms say of that comes about at once."""
    is_never_picked = terms is not None and not reaches_buyer(context, session, case)
    if is_never_picked and terms is not None:
        if terms.without_pick is WithoutPick.SELLER:
            return
        terms = None
    shop = shop_queries.shop(session, case.shop_id)
    amount = (remedies[0] if terms is None else dearest(remedies)).amount
    limits = None if amount is None else shop.automatic.get(amount.currency)
    if amount is None or limits is None:
        return
    shop_queries.lock_shops(session, [shop.id])
    currency, day = amount.currency, day_of_limit(shop, now)
    by_shop, by_buyer = _spent(session, shop.id, currency, day, case.buyer_key)
    if not may_go_by_itself(
        amount, AutomaticLimits(**limits), by_shop.amount_minor, by_buyer.amount_minor
    ):
        return
    grant = Grant(LIMIT, "", _described(limits, currency), now)
    if is_never_picked:
        history.note(session, case, "choice_left_out", at=now, detail=CANNOT_PICK)
    if terms is None:
        grants.approve(session, case, remedies[0], grant)
    else:
        grants.offer(session, case, remedies, terms, grant)
    for spent in (by_shop, by_buyer):
        spent.amount_minor += amount.amount_minor


def _described(limits: Mapping[str, int], currency: str) -> Text:
    amounts = {name: Money(minor, currency) for name, minor in limits.items()}
    return Text(
        "within the automatic limit of %(each)s for one, %(buyer_day)s a day for one buyer and"
        " %(shop_day)s a day in all",
        **amounts,
    )


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
    session: Transaction, shop_id: int, currency: str, day: datetime, buyer_key: str
) -> tuple[_Sum, _Sum]:
    """What went by itself today for the shop, and for the buyer, with what this transaction adds to
    them; read once in it, under the lock."""
    sums = session.part(_Sums).sums
    of_shop, of_buyer = (shop_id, currency, None), (shop_id, currency, buyer_key)
    if of_buyer not in sums:
        by_shop, by_buyer = remedy_queries.spent(session, shop_id, currency, day, buyer_key)
        sums.setdefault(of_shop, _Sum(by_shop))
        sums[of_buyer] = _Sum(by_buyer)
    return sums[of_shop], sums[of_buyer]
