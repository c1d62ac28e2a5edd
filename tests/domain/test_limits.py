"""What may go through by itself."""

from __future__ import annotations

import pytest

from integrations.money import Money
from service.domain.remedies.limits import AutomaticLimits, may_go_by_itself

AUTOMATIC = AutomaticLimits(each=1_000, shop_day=5_000, buyer_day=2_000)


@pytest.mark.parametrize(
    ("minor", "shop_spent", "buyer_spent", "may"),
    [
        (1_000, 0, 0, True),
        (1_000, 4_000, 1_000, True),
        (1_001, 0, 0, False),
        (0, 0, 0, False),
        (-1_000, 0, 0, False),
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
