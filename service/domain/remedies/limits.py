"""Who may approve how much, and what may go through by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from integrations.money import Money


class SellerRole(StrEnum):
    """OWNER may do everything, AGENT decides within limits, VIEWER only looks."""

    OWNER = "owner"
    AGENT = "agent"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class AutomaticLimits:
    """What the owner lets through without a person, in minor units of one currency.

    `each`: the largest single make-good. `shop_day` and `buyer_day`: most per day.
    """

    each: int
    shop_day: int
    buyer_day: int


def may_decide(role: SellerRole) -> bool:
    """True for those who may decide at all."""
    return role in (SellerRole.OWNER, SellerRole.AGENT)


def may_approve(role: SellerRole, limits: Mapping[str, int], amount: Money | None) -> bool:
    """True when this role may approve the amount alone.

    `limits` maps a currency to minor units; a currency without a limit is not for agents, nor is
    what has no amount to hold against one.
    """
    if role is SellerRole.OWNER:
        return True
    most = None if amount is None else limits.get(amount.currency)
    if amount is None or most is None:
        return False
    return role is SellerRole.AGENT and amount.amount_minor <= most


def may_go_by_itself(
    amount: Money, limits: AutomaticLimits | None, shop_spent: int, buyer_spent: int
) -> bool:
    """True when the owner's automatic limit covers the amount; what was spent today is given."""
    if limits is None:
        return False
    minor = amount.amount_minor
    return (
        minor <= limits.each
        and shop_spent + minor <= limits.shop_day
        and buyer_spent + minor <= limits.buyer_day
    )
