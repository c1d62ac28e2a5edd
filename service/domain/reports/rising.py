"""What to fix first: causes and products whose complaints surely rose, and those too few to say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from service.domain.reports.figures import Line

FEWEST = 5
"""Complaints of both periods together below which a change is chance as likely as not."""
_Z = 1.96
"""Of a normal distribution, for an interval that holds 95 of 100 times."""


@dataclass(frozen=True, slots=True)
class Rise:
    """How a line compares with the period before: the share of both periods' complaints that fell
    into this one, as an interval in per cent. 50 is no change; above, it rose."""

    line: Line
    low: float
    high: float

    @property
    def is_sure(self) -> bool:
        """Even the low end says that it rose."""
        return self.low > 50


def rises(lines: Iterable[Line]) -> tuple[list[Rise], list[Line]]:
    """Lines that surely rose, the surest first, and those of which there are too few to say.

    The interval is Wilson's for a share (https://doi.org/10.1080/01621459.1927.10502953): with no
    change, each complaint falls into either period as likely.
    """
    rose: list[Rise] = []
    too_few: list[Line] = []
    for line in lines:
        number = len(line.cases)
        if number + line.before < FEWEST:
            too_few.append(line)
            continue
        rise = Rise(line, *_wilson(number, number + line.before))
        if rise.is_sure:
            rose.append(rise)
    return sorted(rose, key=lambda rise: -rise.low), too_few


def _wilson(part: int, whole: int) -> tuple[float, float]:
    share, square = part / whole, _Z * _Z
    middle = (share + square / (2 * whole)) / (1 + square / whole)
    half = _Z * sqrt(share * (1 - share) / whole + square / (4 * whole * whole))
    half /= 1 + square / whole
    return 100 * (middle - half), 100 * (middle + half)


def costliest(lines: Sequence[Line], currency: str, most: int = 3) -> list[Line]:
    """The lines that cost most in a currency, the dearest first."""

    costs = [(line, _cost(line, currency)) for line in lines]
    dearest = sorted((pair for pair in costs if pair[1]), key=lambda pair: pair[1], reverse=True)
    return [line for line, _minor in dearest[:most]]


def _cost(line: Line, currency: str) -> int:
    worths = (worth for case in line.cases for _kind, worth in case.given)
    return sum(worth.amount_minor for worth in worths if worth and worth.currency == currency)
