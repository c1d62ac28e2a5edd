"""What to fix first: causes and products whose complaints surely rose, and those too few to say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from service.domain.reports.figures import FEWEST
from service.domain.reports.totals import Line

_Z = 1.96
"""The z-score of a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Rise:
    """How a line compares with the period before: the share of both periods' complaints that fell
    into this one, as an interval in per cent. 50 is no change; above, it rose."""

    line: Line
    low: float
    high: float

    @property
    def times(self) -> tuple[float, float | None]:
        """The same as how many times as many there are; None: nobody can say how many at most."""
        most = self.high / (100 - self.high) if self.line.before else None
        return self.low / (100 - self.low), most

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
        number = line.sums.number
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
    dear = [line for line in lines if line.sums.worth[currency]]
    return sorted(dear, key=lambda line: -line.sums.worth[currency])[:most]
