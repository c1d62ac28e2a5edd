"""The days, weeks and months that are reported on, in the zone of a shop."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from service.domain.days import day_begins

EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)
"""The days one may ask for; beyond, the calendar has no next period."""


class PeriodKind(StrEnum):
    """How long a report's period is; a week begins on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Days:
    """Local days of `zone` that follow each other."""

    first: date
    last: date
    zone: str

    @property
    def begins(self) -> datetime:
        """Their first moment, in UTC."""
        return day_begins(self.first, self.zone)

    @property
    def ends(self) -> datetime:
        """The first moment after them, in UTC."""
        return day_begins(self.last + timedelta(days=1), self.zone)

    def __iter__(self) -> Iterator[date]:
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=number)


@dataclass(frozen=True, slots=True)
class Period:
    """A local day, week or month. `first` is its first day in `zone`."""

    kind: PeriodKind
    first: date
    zone: str

    @classmethod
    def around(cls, day: date, kind: PeriodKind, zone: str) -> Period:
        """The period of this kind in which a day lies; a day outside EARLIEST to LATEST is moved to
        the nearer of them."""
        day = min(max(day, EARLIEST), LATEST)
        if kind is PeriodKind.WEEK:
            day -= timedelta(days=day.weekday())
        elif kind is PeriodKind.MONTH:
            day = day.replace(day=1)
        return cls(kind, day, zone)

    @property
    def last(self) -> date:
        """Its last day."""
        if self.kind is PeriodKind.MONTH:
            return self.first.replace(day=monthrange(self.first.year, self.first.month)[1])
        return self.first + timedelta(days=6 if self.kind is PeriodKind.WEEK else 0)

    @property
    def days(self) -> Days:
        """Each of its days."""
        return Days(self.first, self.last, self.zone)

    @property
    def before(self) -> Period:
        """The period of the same kind before it."""
        return Period.around(self.first - timedelta(days=1), self.kind, self.zone)

    @property
    def after(self) -> Period:
        """The period of the same kind after it."""
        return Period.around(self.last + timedelta(days=1), self.kind, self.zone)
