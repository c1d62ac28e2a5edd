"""What the cases of some days add up to, kept so that totals of days become those of weeks and months:
a case is added to its day, days are merged, and no case is looked at again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from service.domain.reports.figures import (
    FEWEST,
    CaseFacts,
    Effect,
    ReviewFacts,
    Spread,
    kept_minutes,
    spread_of,
)
from service.domain.reports.sums import Sums


class Dimension(StrEnum):
    """By what cases are told apart in a table of a report."""

    CAUSE = "cause"
    ROOT_CAUSE = "root_cause"
    PRODUCT = "product"
    COURIER = "courier"
    STAFF = "staff"
    REMEDY = "remedy"
    """Here make-goods are counted, not cases."""


@dataclass(slots=True)
class Totals:
    """What all cases and reviews of some days add up to.

    `first_answers`, `remedied_after`: how often each number of minutes was counted, by the clock and in
    working hours. `days`: cases of each day.
    `reviews`: of each product how many there are (`number`), what their stars add up to (`stars`) and
    how many of these are due to a raised review (`gained`). `names`: of products.
    """

    sums: Sums = field(default_factory=Sums)
    first_answers: Counter[int] = field(default_factory=Counter)
    remedied_after: Counter[int] = field(default_factory=Counter)
    first_answers_worked: Counter[int] = field(default_factory=Counter)
    remedied_worked: Counter[int] = field(default_factory=Counter)
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
        for counts, span in (
            (self.first_answers, case.first_answer),
            (self.remedied_after, case.remedied),
            (self.first_answers_worked, case.first_answer_worked),
            (self.remedied_worked, case.remedied_worked),
        ):
            if span is not None:
                counts[kept_minutes(span)] += 1
        for dimension, key in (
            (Dimension.CAUSE, case.cause),
            (Dimension.ROOT_CAUSE, case.root_cause),
            (Dimension.PRODUCT, case.product_key),
            (Dimension.COURIER, case.courier),
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
        lines = self.by[dimension]
        if key not in lines:
            lines[key] = Sums()
        return lines[key]

    def merge(self, other: Totals) -> None:
        """Add the totals of other days, or of another shop."""
        self.sums.merge(other.sums)
        self.first_answers.update(other.first_answers)
        self.remedied_after.update(other.remedied_after)
        self.first_answers_worked.update(other.first_answers_worked)
        self.remedied_worked.update(other.remedied_worked)
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
    def first_answer_in_hours(self) -> Spread | None:
        """The same in working hours."""
        return spread_of(self.first_answers_worked)

    @property
    def remedied(self) -> Spread | None:
        """How long it took till the first make-good was carried out."""
        return spread_of(self.remedied_after)

    @property
    def remedied_in_hours(self) -> Spread | None:
        """The same in working hours."""
        return spread_of(self.remedied_worked)

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
