"""What the cases of a period add up to. Nothing is estimated: what too few cases carry is None."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil
from statistics import mean, median_low

from integrations.money import Money


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """One case as far as figures go.

    `given`: kind and worth (None: it has none) of each make-good that was carried out.
    `first_answer`, `remedied`: how long after its opening the first message went out and the first
    make-good was carried out.
    `solved`, `handling`: the buyer's last answer to the question, and its stars.
    `asked`: the invitation to update the review went out. `rise`: stars gained by a raised review.
    """

    id: int
    day: date
    product_key: str
    product: str
    cause: str
    given: tuple[tuple[str, Money | None], ...] = ()
    first_answer: timedelta | None = None
    remedied: timedelta | None = None
    solved: bool | None = None
    handling: int | None = None
    asked: bool = False
    recovered: bool = False
    rise: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`, as a percentage where there is a whole."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """None of nothing is no percentage."""
        return 100 * self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of some spans, and what nine of ten stay within."""

    middle: timedelta
    most: timedelta


@dataclass(frozen=True, slots=True)
class Figures:
    """What some cases add up to. `cost`: worth given, by currency; a resend counts what its lines
    were paid, a voucher what it is worth, used or not."""

    opened: int
    made_good: int
    cost: tuple[Money, ...]
    first_answer: Spread | None
    remedied: Spread | None
    solved: Share
    handling: float | None
    recovered: Share
    recovered_asked: Share
    recovered_unasked: Share
    rise: float | None


def figures_of(cases: Sequence[CaseFacts]) -> Figures:
    """Add up some cases."""
    answers = [case.solved for case in cases if case.solved is not None]
    stars = [case.handling for case in cases if case.handling is not None]
    rises = [case.rise for case in cases if case.rise is not None]
    return Figures(
        opened=len(cases),
        made_good=sum(1 for case in cases if case.given),
        cost=total(worth for case in cases for _, worth in case.given if worth),
        first_answer=_spread([case.first_answer for case in cases]),
        remedied=_spread([case.remedied for case in cases]),
        solved=Share(sum(answers), len(answers)),
        handling=mean(stars) if stars else None,
        recovered=_recovered(cases),
        recovered_asked=_recovered([case for case in cases if case.asked]),
        recovered_unasked=_recovered([case for case in cases if not case.asked]),
        rise=mean(rises) if rises else None,
    )


def _recovered(cases: Sequence[CaseFacts]) -> Share:
    return Share(sum(case.recovered for case in cases), len(cases))


def _spread(spans: Iterable[timedelta | None]) -> Spread | None:
    sorted_spans = sorted(span for span in spans if span is not None)
    return (
        Spread(median_low(sorted_spans), sorted_spans[ceil(0.9 * len(sorted_spans)) - 1])
        if sorted_spans
        else None
    )


def total(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """Amounts added up, one for each currency, in the order of their codes."""
    sums: Counter[str] = Counter()
    for amount in amounts:
        sums[amount.currency] += amount.amount_minor
    return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()))


@dataclass(slots=True)
class Line:
    """One row of a table: the cases of one cause, remedy or product, and of the period before."""

    key: str
    name: str
    cases: list[CaseFacts] = field(default_factory=list)
    before: int = 0

    @property
    def figures(self) -> Figures:
        """What they add up to."""
        return figures_of(self.cases)


def by_cause(cases: Sequence[CaseFacts], before: Sequence[CaseFacts]) -> list[Line]:
    """A line for each cause, the most frequent first."""
    return _lines(cases, before, lambda case: (case.cause, case.cause))


def by_product(cases: Sequence[CaseFacts], before: Sequence[CaseFacts]) -> list[Line]:
    """A line for each product that the platform names, the most complained about first."""
    return _lines(cases, before, lambda case: (case.product_key, case.product))


def _lines(
    cases: Sequence[CaseFacts],
    before: Sequence[CaseFacts],
    key_and_name: Callable[[CaseFacts], tuple[str, str]],
) -> list[Line]:
    earlier = Counter(key_and_name(case)[0] for case in before)
    lines: dict[Hashable, Line] = {}
    for case in cases:
        key, name = key_and_name(case)
        if key:
            lines.setdefault(key, Line(key, name, before=earlier[key])).cases.append(case)
    return sorted(lines.values(), key=lambda line: (-len(line.cases), line.name))


@dataclass(frozen=True, slots=True)
class RemedyLine:
    """How often a kind of make-good was carried out, and what it cost."""

    kind: str
    number: int
    cost: tuple[Money, ...]


def by_remedy(cases: Iterable[CaseFacts]) -> list[RemedyLine]:
    """A line for each kind that was carried out, the most frequent first."""
    worths_of: dict[str, list[Money | None]] = defaultdict(list)
    for case in cases:
        for kind, worth in case.given:
            worths_of[kind].append(worth)
    lines = [
        RemedyLine(kind, len(worths), total(worth for worth in worths if worth))
        for kind, worths in worths_of.items()
    ]
    return sorted(lines, key=lambda line: (-line.number, line.kind))
