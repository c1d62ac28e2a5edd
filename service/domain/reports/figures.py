"""The facts of one case that figures are computed from; shares, means, spreads. Nothing is estimated: what too few cases
carry is None."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from integrations.money import Money
from service.domain.messages.editable import Editable
from service.domain.messages.kinds import Answer
from service.domain.remedies.vouchers import VoucherUsage


@dataclass(frozen=True, slots=True)
class VoucherFacts:
    """A voucher among what was given, and what became of it. `saved`: what its buyer paid less by it, where
    the platform says."""

    usage: VoucherUsage
    worth: Money
    saved: Money | None = None

    @property
    def cost(self) -> Money | None:
        """What it has cost so far; None: nothing, or nobody knows."""
        return (self.saved or self.worth) if self.usage is VoucherUsage.USED else None


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """One case as far as figures go.

    `given`: kind and worth (None: it has none) of each make-good that was carried out.
    `first_answer`, `remedied`: how long after its opening the first message went out and the first
    make-good was carried out; `first_answer_worked`, `remedied_worked`: how much of that lay in the shop's
    working hours.
    `answer`, `handling`: the buyer's last answer to the question, and its stars. `root_cause`: as a
    person said, '' where nobody has. `staff`: the id of who decided last, '' where nobody has.
    `asked`: the invitation to update the review went out. `rise`: stars gained by a raised review, which
    was editable then. `courier`: who carried the order, '' where nobody says. `vouchers`: those among `given`.
    """

    id: int
    day: date
    product_key: str
    product: str
    cause: str
    given: tuple[tuple[str, Money | None], ...] = ()
    first_answer: timedelta | None = None
    remedied: timedelta | None = None
    root_cause: str = ""
    staff: str = ""
    answer: Answer | None = None
    handling: int | None = None
    asked: bool = False
    recovered: bool = False
    rise: int | None = None
    first_answer_worked: timedelta | None = None
    remedied_worked: timedelta | None = None
    courier: str = ""
    editable: Editable = Editable.ASSUMED
    vouchers: tuple[VoucherFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """One review of any rating. `gained`: by how many stars a case of it brought it up, else 0."""

    day: date
    product_key: str
    stars: int
    gained: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`, as a percentage where there is a whole."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """None of nothing is no percentage."""
        return 100 * self.part / self.whole if self.whole else None


FEWEST = 5
"""Cases below which a mean, or a change, is chance as likely as not."""


@dataclass(frozen=True, slots=True)
class Rating:
    """The mean of so many stars; None where there are too few to say."""

    mean: float | None
    number: int

    @classmethod
    def of(cls, stars: int, number: int) -> Rating:
        """The rating of `number` reviews with `stars` in total."""
        return cls(stars / number if number >= FEWEST else None, number)


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of some spans, and what nine of ten stay within."""

    middle: timedelta
    most: timedelta


@dataclass(frozen=True, slots=True)
class Effect:
    """What raised reviews did to the average of a product: as it is, and had they not been raised."""

    now: float
    without: float
    reviews: int


STEPS = ((180, 1), (2_880, 10))
"""Minutes up to which spans are kept, and by how many minutes; beyond by three hours."""
LONG_STEP = 180


def kept_minutes(span: timedelta) -> int:
    """A span as it is counted: to the minute up to three hours, to ten minutes up to two days."""
    minutes = int(span.total_seconds()) // 60
    step = next((step for most, step in STEPS if minutes < most), LONG_STEP)
    return minutes - minutes % step


def spread_of(spans: Mapping[int, int]) -> Spread | None:
    """The spread of spans, given how often each number of minutes was counted; None for none."""
    number = sum(spans.values())
    if not number:
        return None
    return Spread(_at(spans, ceil(number / 2)), _at(spans, ceil(0.9 * number)))


def _at(spans: Mapping[int, int], rank: int) -> timedelta:
    """The span at a place in their order, counted from 1."""
    passed = 0
    for minutes in sorted(spans):
        passed += spans[minutes]
        if passed >= rank:
            return timedelta(minutes=minutes)
    raise ValueError(f"there are no {rank} spans")


def total(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """Amounts added up, one for each currency, in the order of their codes."""
    sums: Counter[str] = Counter()
    for amount in amounts:
        sums[amount.currency] += amount.amount_minor
    return money_of(sums)


def money_of(sums: Mapping[str, int]) -> tuple[Money, ...]:
    """Sums by currency as amounts, in the order of their codes."""
    return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()) if minor)
