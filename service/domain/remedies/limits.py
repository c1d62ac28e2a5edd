"""What may go through by itself, within the limits the owner set."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.money import Money


@dataclass(frozen=True, slots=True)
class AutomaticLimits:
    """What the owner lets through without a person, in minor units of one currency.

    `each`: the largest single make-good. `shop_day` and `buyer_day`: most per day.
    """

    each: int
    shop_day: int
    buyer_day: int


def may_go_by_itself(
    amount: Money, limits: AutomaticLimits | None, shop_spent: int, buyer_spent: int
) -> bool:
    """True when the owner's automatic limit covers the amount; what was spent today is given. What
    cost the buyer nothing is covered by none: what it costs the shop is not known."""
    if limits is None:
        return False
    minor = amount.amount_minor
    return (
        0 < minor <= limits.each
        and shop_spent + minor <= limits.shop_day
        and buyer_spent + minor <= limits.buyer_day
    )
