"""What some cases add up to: shares, ratings and costs of a report's line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from integrations.money import Money
from service.domain.messages.editable import Editable
from service.domain.messages.kinds import Answer
from service.domain.remedies.vouchers import VoucherUsage
from service.domain.reports.figures import (
    FEWEST,
    CaseFacts,
    Rating,
    Share,
    VoucherFacts,
    money_of,
    total,
)


@dataclass(slots=True)
class Sums:
    """What some cases add up to. `worth`: what was given, in minor units by currency; a resend counts
    what its lines were paid, a voucher what it is worth, used or not. `vouchers`: how many there are of each
    use, `voucher_worth`: what these are worth, by use and currency (`used IDR`), `vouchers_cost`: what the
    used ones cost. `editable`: reviews that could still be
    changed when their case was opened, `assumed`: those of them of which no rule says so. `raised`: reviews
    of which it is known by how many stars, `rise`, they went up."""

    number: int = 0
    made_good: int = 0
    worth: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    stars: int = 0
    starred: int = 0
    recovered_cases: int = 0
    asked: int = 0
    recovered_asked_cases: int = 0
    editable: int = 0
    editable_asked: int = 0
    assumed: int = 0
    raised: int = 0
    rise: int = 0
    raised_asked: int = 0
    rise_asked: int = 0
    vouchers: Counter[str] = field(default_factory=Counter)
    voucher_worth: Counter[str] = field(default_factory=Counter)
    vouchers_cost: Counter[str] = field(default_factory=Counter)

    def add(self, case: CaseFacts) -> None:
        """Count one more case."""
        self.number += 1
        self.made_good += bool(case.given)
        for _kind, worth in case.given:
            self.give(worth)
        for voucher in case.vouchers:
            self.count_voucher(voucher)
        if case.answer is not None:
            self.answers[case.answer.value] += 1
        if case.handling is not None:
            self.stars, self.starred = self.stars + case.handling, self.starred + 1
        self.asked += case.asked
        if case.editable is not Editable.NO:
            self.editable, self.editable_asked = self.editable + 1, self.editable_asked + case.asked
            self.assumed += case.editable is Editable.ASSUMED
        self.recovered_cases += case.recovered
        self.recovered_asked_cases += case.recovered and case.asked
        if case.rise is not None:
            self.raised, self.rise = self.raised + 1, self.rise + case.rise
            if case.asked:
                self.raised_asked, self.rise_asked = (
                    self.raised_asked + 1,
                    self.rise_asked + case.rise,
                )

    def give(self, worth: Money | None) -> None:
        """Count what was given."""
        if worth is not None:
            self.worth[worth.currency] += worth.amount_minor

    def count_voucher(self, voucher: VoucherFacts) -> None:
        """Count a voucher by what became of it."""
        worth = voucher.worth
        self.vouchers[voucher.usage] += 1
        self.voucher_worth[f"{voucher.usage} {worth.currency}"] += worth.amount_minor
        if voucher.cost is not None:
            self.vouchers_cost[voucher.cost.currency] += voucher.cost.amount_minor

    def merge(self, other: Sums) -> None:
        """Add what other cases add up to."""
        for name in _NAMES:
            if theirs := getattr(other, name):
                mine = getattr(self, name)
                if isinstance(mine, Counter):
                    mine.update(theirs)
                else:
                    setattr(self, name, mine + theirs)

    def to_data(self) -> dict[str, Any]:
        """Plain data for JSON, without what is zero."""
        values = {name: getattr(self, name) for name in _NAMES}
        return {
            name: dict(value) if isinstance(value, Counter) else value
            for name, value in values.items()
            if value
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Sums:
        """What `to_data` kept."""
        values: dict[str, Any] = {
            name: Counter(value) if isinstance(value, dict) else value
            for name, value in data.items()
        }
        return cls(**values)

    @property
    def cost(self) -> tuple[Money, ...]:
        """Worth given, one amount for each currency."""
        return money_of(self.worth)

    def vouchers_of(self, usage: VoucherUsage) -> tuple[Money, ...]:
        """What the vouchers of one use are worth, one amount for each currency."""
        sums = {
            name.split(" ")[1]: minor
            for name, minor in self.voucher_worth.items()
            if name.split(" ")[0] == usage
        }
        return money_of(sums)

    @property
    def vouchers_worth(self) -> tuple[Money, ...]:
        """What all vouchers are worth that were given, one amount for each currency."""
        return total(worth for usage in VoucherUsage for worth in self.vouchers_of(usage))

    @property
    def cost_used(self) -> tuple[Money, ...]:
        """What it has cost so far: of vouchers only those that were used, by what the buyer paid less."""
        used = self.worth.copy()
        used.update(self.vouchers_cost)
        for name, minor in self.voucher_worth.items():
            used[name.split(" ")[1]] -= minor
        return money_of(used)

    @property
    def cost_of_recovered(self) -> tuple[Money, ...] | None:
        """What was given in all cases for each review that was raised; None of too few."""
        if self.recovered_cases < FEWEST:
            return None
        return tuple(
            Money(round(each.amount_minor / self.recovered_cases), each.currency)
            for each in self.cost
        )

    @property
    def solved(self) -> Share:
        """Of those who answered."""
        return Share(self.answers[Answer.SOLVED.value], self.answers.total())

    @property
    def partly(self) -> Share:
        """Solved only in part, of those who answered."""
        return Share(self.answers[Answer.PARTLY.value], self.answers.total())

    @property
    def handling(self) -> Rating:
        """Stars that buyers gave for the handling."""
        return Rating.of(self.stars, self.starred)

    @property
    def recovered(self) -> Share:
        """Reviews that were raised, of those that could still be changed."""
        return Share(self.recovered_cases, self.editable)

    @property
    def recovered_asked(self) -> Share:
        """The same of those who were invited to update theirs."""
        return Share(self.recovered_asked_cases, self.editable_asked)

    @property
    def recovered_unasked(self) -> Share:
        """The same of those who were not."""
        raised = self.recovered_cases - self.recovered_asked_cases
        return Share(raised, self.editable - self.editable_asked)

    @property
    def uplift(self) -> float | None:
        """Stars gained where the review was raised."""
        return self.rise / self.raised if self.raised else None

    @property
    def uplift_asked(self) -> float | None:
        """The same of those who were invited."""
        return self.rise_asked / self.raised_asked if self.raised_asked else None

    @property
    def uplift_unasked(self) -> float | None:
        """The same of those who were not."""
        number = self.raised - self.raised_asked
        return (self.rise - self.rise_asked) / number if number else None


_NAMES = [each.name for each in fields(Sums)]
"""Found once: sums are merged and written by the million."""
