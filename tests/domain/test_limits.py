"""Who may approve how much."""

from __future__ import annotations

import pytest

from integrations.money import Money
from service.domain.remedies.limits import (
    AutomaticLimits,
    SellerRole,
    may_approve,
    may_decide,
    may_go_by_itself,
)

TEN = Money(1_000, "EUR")
AUTOMATIC = AutomaticLimits(each=1_000, shop_day=5_000, buyer_day=2_000)


@pytest.mark.parametrize(
    ("role", "may"),
    [(SellerRole.OWNER, True), (SellerRole.AGENT, True), (SellerRole.VIEWER, False)],
)
def test_only_deciding_roles_decide_when_a_case_waits(role: SellerRole, may: bool) -> None:
    assert may_decide(role) is may


@pytest.mark.parametrize(
    ("role", "limits", "may"),
    [
        (SellerRole.OWNER, {}, True),
        (SellerRole.AGENT, {"EUR": 1_000}, True),
        (SellerRole.AGENT, {"EUR": 999}, False),
        (SellerRole.AGENT, {"IDR": 1_000_000}, False),
        (SellerRole.AGENT, {}, False),
        (SellerRole.VIEWER, {"EUR": 1_000_000}, False),
    ],
)
def test_an_amount_needs_a_limit_in_its_currency_when_an_agent_approves(
    role: SellerRole, limits: dict[str, int], may: bool
) -> None:
    assert may_approve(role, limits, TEN) is may


@pytest.mark.parametrize(
    ("minor", "shop_spent", "buyer_spent", "may"),
    [
        (1_000, 0, 0, True),
        (1_000, 4_000, 1_000, True),
        (1_001, 0, 0, False),
        (1_000, 4_001, 0, False),
        (1_000, 0, 1_001, False),
    ],
)
def test_each_automatic_limit_holds_when_nobody_is_asked(
    minor: int, shop_spent: int, buyer_spent: int, may: bool
) -> None:
    amount = Money(minor, "EUR")

    assert may_go_by_itself(amount, AUTOMATIC, shop_spent, buyer_spent) is may


def test_nothing_goes_by_itself_when_the_owner_set_no_limit() -> None:
    assert not may_go_by_itself(Money(1, "EUR"), None, 0, 0)
