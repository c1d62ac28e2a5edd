"""What is known of a buyer over all their cases: orders, what they paid, what they were given."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.money import Money
from integrations.remedies import RemedyKind


@dataclass(frozen=True, slots=True)
class Spent:
    """What was paid for so many orders in one currency, as their shop said when it was last asked."""

    orders: int
    paid: Money


@dataclass(frozen=True, slots=True)
class Given:
    """How often a kind of remedy was carried out for this buyer, and its worth in one currency; None of
    a kind without an amount."""

    kind: RemedyKind
    number: int
    amount: Money | None


@dataclass(frozen=True, slots=True)
class BuyerSummary:
    """`cases`: of the buyer in this shop, the one looked at among them. Orders without a case are known
    to the shop alone, and not counted."""

    cases: int
    spent: tuple[Spent, ...]
    given: tuple[Given, ...]

    @property
    def orders(self) -> int:
        """Different orders, of all currencies."""
        return sum(each.orders for each in self.spent)
