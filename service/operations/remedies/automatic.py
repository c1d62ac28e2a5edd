"""Approves what the owner's automatic limit covers, its sums added up under the shop's lock."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
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
from service.operations.cases import history, search
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
    *,
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
    spent = _spent(session, shop.id, currency, day)
    if not may_go_by_itself(
        amount, AutomaticLimits(**limits), spent.of_case.total(), spent.on_buyer(session, case)
    ):
        return
    grant = Grant(LIMIT, "", _described(limits, currency), now)
    if is_never_picked:
        history.note(session, case, "choice_left_out", at=now, detail=CANNOT_PICK)
    if terms is None:
        grants.approve(session, case, remedies[0], grant)
    else:
        grants.offer(session, case, remedies, terms, grant)
    spent.add(case.buyer_key, case.id, amount.amount_minor)


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


class _Spent:
    """Minor units of one shop and currency that went by themselves today, as a transaction knows them."""

    def __init__(self, stored: Mapping[tuple[str, int], int]) -> None:
        self.of_case: Counter[int] = Counter()
        self._with_key: defaultdict[str, set[int]] = defaultdict(set)
        for (buyer_key, case_id), minor in stored.items():
            self.add(buyer_key, case_id, minor)

    def add(self, buyer_key: str, case_id: int, minor: int) -> None:
        """So much more goes for this case of this buyer."""
        self.of_case[case_id] += minor
        self._with_key[buyer_key].add(case_id)

    def on_buyer(self, session: Transaction, case: Case) -> int:
        """What went to the buyer of this case, by all they are known by. Buyers of whom nothing is known
        count as one."""
        others = search.others_of_buyer(session, case)
        return sum(self.of_case[of] for of in self._with_key[case.buyer_key] | others | {case.id})


class _SpentOfShops:
    """By shop and currency."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, str], _Spent] = {}


def _spent(session: Transaction, shop_id: int, currency: str, day: datetime) -> _Spent:
    """What went by itself today, with what this transaction adds to it; read once in it, under the
    lock."""
    known = session.part(_SpentOfShops).known
    if (shop_id, currency) not in known:
        stored = remedy_queries.spent_on_buyers(session, shop_id, currency, day)
        known[shop_id, currency] = _Spent(stored)
    return known[shop_id, currency]
