"""What the cases of some days add up to, kept so that totals of days become those of weeks and months:
a case is added to its day, days are merged, and no case is looked at again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Any

from integrations.money import Money
from service.domain.messages.kinds import Answer
from service.domain.reports.figures import (
    FEWEST,
    CaseFacts,
    Effect,
    Rating,
    ReviewFacts,
    Share,
    Spread,
    kept_minutes,
    money_of,
    spread_of,
)


class Dimension(StrEnum):
    """By what cases are told apart in a table of a report."""

    CAUSE = "cause"
    ROOT_CAUSE = "root_cause"
    PRODUCT = "product"
    STAFF = "staff"
    REMEDY = "remedy"
    """Here make-goods are counted, not cases."""


@dataclass(slots=True)
class Sums:
    """What some cases add up to. `worth`: what was given, in minor units by currency; a resend counts
    what its lines were paid, a voucher what it is worth, used or not. `raised`: reviews of which it is
    known by how many stars, `rise`, they went up."""

    number: int = 0
    made_good: int = 0
    worth: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    stars: int = 0
    starred: int = 0
    recovered_cases: int = 0
    asked: int = 0
    recovered_asked_cases: int = 0
    raised: int = 0
    rise: int = 0
    raised_asked: int = 0
    rise_asked: int = 0

    def add(self, case: CaseFacts) -> None:
        """Count one more case."""
        self.number += 1
        self.made_good += bool(case.given)
        for _kind, worth in case.given:
            self.give(worth)
        if case.answer is not None:
            self.answers[case.answer.value] += 1
        if case.handling is not None:
            self.stars, self.starred = self.stars + case.handling, self.starred + 1
        self.asked += case.asked
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

    def merge(self, other: Sums) -> None:
        """Add what other cases add up to."""
        for each in fields(self):
            mine, theirs = getattr(self, each.name), getattr(other, each.name)
            if isinstance(mine, Counter):
                mine.update(theirs)
            else:
                setattr(self, each.name, mine + theirs)

    def to_data(self) -> dict[str, Any]:
        """Plain data for JSON, without what is zero."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
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
        """Reviews that were raised, of all."""
        return Share(self.recovered_cases, self.number)

    @property
    def recovered_asked(self) -> Share:
        """The same of those who were invited to update theirs."""
        return Share(self.recovered_asked_cases, self.asked)

    @property
    def recovered_unasked(self) -> Share:
        """The same of those who were not."""
        return Share(self.recovered_cases - self.recovered_asked_cases, self.number - self.asked)

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


@dataclass(slots=True)
class Totals:
    """What all cases and reviews of some days add up to.

    `first_answer`, `remedied`: how often each number of minutes was counted. `days`: cases of each day.
    `reviews`: of each product how many there are (`number`), what their stars add up to (`stars`) and
    how many of these are due to a raised review (`gained`). `names`: of products.
    """

    sums: Sums = field(default_factory=Sums)
    first_answers: Counter[int] = field(default_factory=Counter)
    remedied_after: Counter[int] = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)
    by: dict[Dimension, dict[str, Sums]] = field(
        default_factory=lambda: {dimension: {} for dimension in Dimension}
    )
    reviews: dict[str, Counter[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def add(self, case: CaseFacts) -> None:
        """Count one more case."""
        self.sums.add(case)
        self.days[case.day] += 1
        if case.first_answer is not None:
            self.first_answers[kept_minutes(case.first_answer)] += 1
        if case.remedied is not None:
            self.remedied_after[kept_minutes(case.remedied)] += 1
        for dimension, key in (
            (Dimension.CAUSE, case.cause),
            (Dimension.ROOT_CAUSE, case.root_cause),
            (Dimension.PRODUCT, case.product_key),
            (Dimension.STAFF, case.staff),
        ):
            if key:
                self._line(dimension, key).add(case)
        for kind, worth in case.given:
            line = self._line(Dimension.REMEDY, kind)
            line.number += 1
            line.give(worth)
        if case.product_key:
            self.names[case.product_key] = case.product

    def add_review(self, review: ReviewFacts) -> None:
        """Count one more review."""
        counts = self.reviews.setdefault(review.product_key, Counter())
        counts.update(number=1, stars=review.stars, gained=review.gained)

    def _line(self, dimension: Dimension, key: str) -> Sums:
        return self.by[dimension].setdefault(key, Sums())

    def merge(self, other: Totals) -> None:
        """Add the totals of other days, or of another shop."""
        self.sums.merge(other.sums)
        self.first_answers.update(other.first_answers)
        self.remedied_after.update(other.remedied_after)
        self.days.update(other.days)
        for dimension, lines in other.by.items():
            for key, sums in lines.items():
                self._line(dimension, key).merge(sums)
        for key, counts in other.reviews.items():
            self.reviews.setdefault(key, Counter()).update(counts)
        self.names |= other.names

    @property
    def first_answer(self) -> Spread | None:
        """How long it took till the first message went out."""
        return spread_of(self.first_answers)

    @property
    def remedied(self) -> Spread | None:
        """How long it took till the first make-good was carried out."""
        return spread_of(self.remedied_after)

    def effect_on(self, product_key: str) -> Effect | None:
        """What raised reviews did to the average of the product's reviews of these days; None where
        none was raised, or there are too few."""
        counts = self.reviews.get(product_key, Counter())
        number, stars, gained = (counts[name] for name in ("number", "stars", "gained"))
        if number < FEWEST or not gained:
            return None
        return Effect(stars / number, (stars - gained) / number, number)


def totals_of(cases: Iterable[CaseFacts], reviews: Iterable[ReviewFacts] = ()) -> Totals:
    """Add up some cases and reviews."""
    totals = Totals()
    for case in cases:
        totals.add(case)
    for review in reviews:
        totals.add_review(review)
    return totals


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: what the cases of one cause, product or person add up to, and how many there
    were in the period before."""

    key: str
    name: str
    sums: Sums
    before: int = 0


def lines_of(now: Totals, before: Totals, dimension: Dimension) -> list[Line]:
    """A line for each, the most frequent first."""
    earlier = before.by[dimension]
    lines = [
        Line(
            key,
            now.names.get(key, key) if dimension is Dimension.PRODUCT else key,
            sums,
            earlier[key].number if key in earlier else 0,
        )
        for key, sums in now.by[dimension].items()
    ]
    return sorted(lines, key=lambda line: (-line.sums.number, line.name))
