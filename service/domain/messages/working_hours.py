"""A shop's working hours: weekly hours, holidays, and extra days off."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from service.data import read_file

_DAYS_AHEAD = 90
"""Longer than any row of days on which a shop rests."""
NINE_TO_FIVE = time(9), time(17)


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """`week`: from and until, by weekday (Monday is 0); a day that is absent is one of rest.

    `holidays`, `joint_leave`: whether the country's are kept (service/data/holidays.toml). `closed`:
    days on which the shop rests besides.
    """

    week: Mapping[int, tuple[time, time]] = field(
        default_factory=lambda: dict.fromkeys(range(6), NINE_TO_FIVE)
    )
    holidays: bool = True
    joint_leave: bool = False
    closed: frozenset[date] = frozenset()

    def rests_on(self, day: date, country: str) -> bool:
        """True on a day without work, whatever the reason."""
        if day.weekday() not in self.week or day in self.closed:
            return True
        names = days_of(country, day.year)
        return (self.holidays and day in names.holidays) or (
            self.joint_leave and day in names.joint_leave
        )

    def spans(
        self, start: datetime, zone: str, country: str
    ) -> Iterator[tuple[datetime, datetime]]:
        """From when to when somebody works, in UTC, from `start` on."""
        place = ZoneInfo(zone)
        today = start.astimezone(place).date()
        for ahead in range(_DAYS_AHEAD):
            day = today + timedelta(days=ahead)
            if self.rests_on(day, country):
                continue
            opens, closes = (
                datetime.combine(day, at, tzinfo=place).astimezone(UTC)
                for at in self.week[day.weekday()]
            )
            if closes > start:
                yield max(opens, start), closes

    def worked(self, start: datetime, end: datetime, zone: str, country: str) -> timedelta:
        """How much of the time between two moments somebody works, in _DAYS_AHEAD days at most."""
        worked = timedelta()
        for begins, ends in self.spans(start, zone, country):
            if begins >= end:
                break
            worked += min(ends, end) - begins
        return worked


@dataclass(frozen=True, slots=True)
class Promise:
    """By when the seller will have looked. `opens`: when work begins; None: it is under way."""

    by: datetime
    opens: datetime | None


def promise(
    hours: WorkingHours, start: datetime, work: timedelta, zone: str, country: str
) -> Promise | None:
    """By when a question of `start` is looked at, if that takes so much of the working hours; None
    where nobody works in the coming weeks."""
    left, opens = work, None
    for begins, ends in hours.spans(start, zone, country):
        if left == work and begins > start:
            opens = begins
        if ends - begins >= left:
            return Promise(begins + left, opens)
        left -= ends - begins
    return None


@dataclass(frozen=True, slots=True)
class DaysOff:
    """The days of a year that a country keeps, with their names there."""

    holidays: Mapping[date, str]
    joint_leave: Mapping[date, str]
    source: str
    checked_on: date | None


NONE_KNOWN = DaysOff({}, {}, "", None)


def days_of(country: str, year: int) -> DaysOff:
    """The holidays of a country in a year; none where they are not known."""
    return _shipped().get((country.upper(), year), NONE_KNOWN)


def years_of(country: str) -> list[int]:
    """The years of which a country's holidays are known."""
    return sorted(year for code, year in _shipped() if code == country.upper())


@cache
def _shipped() -> Mapping[tuple[str, int], DaysOff]:
    years: list[dict[str, Any]] = tomllib.loads(read_file("holidays.toml"))["year"]
    return {(row["country"], row["year"]): _days_off(row) for row in years}


def _days_off(row: dict[str, Any]) -> DaysOff:
    holidays, leave = (
        {date.fromisoformat(f"{row['year']}-{day}"): name for day, name in row[kind].items()}
        for kind in ("holidays", "joint_leave")
    )
    return DaysOff(holidays, leave, row["source"], row["checked_on"])
