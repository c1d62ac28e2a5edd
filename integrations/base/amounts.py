"""Amounts as a shop books and shows them, which may be coarser than its currency."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from integrations.errors import Rejected
from integrations.money import Money


def step_of(decimals: int | None, currency: str) -> int:
    """The smallest amount of a shop that books so many decimals, in minor units: 100 for a euro
    without cents. None: it does not say."""
    if decimals is None:
        return 1
    return max(1, Money.of(Decimal(1).scaleb(-decimals), currency).amount_minor)


def booked(amount: Decimal, decimals: int | None) -> Decimal:
    """An amount as the shop charged it: kept with more digits than are ever paid."""
    if decimals is None:
        return amount
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def is_shown(shown: Decimal, amount: Money) -> bool:
    """Whether an amount of the shop is ours to the decimals it is shown with."""
    return amount.amount.quantize(abs(shown), ROUND_HALF_UP) == abs(shown)


def check_step(amount: Money, step: int) -> None:
    """Raises `Rejected` for an amount that the shop cannot book."""
    if amount.amount_minor % step:
        raise Rejected(
            "the shop books %(least)s at least: round %(amount)s to that",
            least=Money(step, amount.currency),
            amount=amount,
        )


def check_left(left: Money, amount: Money) -> None:
    """Raises `Rejected` where less than the amount is left of an order."""
    if left.currency != amount.currency:
        raise Rejected(
            "the order is in %(currency)s: propose the amount in it", currency=left.currency
        )
    if left < amount:
        raise Rejected(
            "only %(left)s of this order can still be refunded: change the amount", left=left
        )
