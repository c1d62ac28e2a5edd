"""The hours in which messages go out, by the clocks of wherever the buyer may live."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from service.domain.errors import WrongInput

_DAYS_AHEAD = 16
"""A week and a day finds the next open day; another week covers a day that a zone skips."""
_LONGEST_GAP = timedelta(hours=12)
"""Clocks skip an hour; zones that changed the side of the date line skipped a day."""


@dataclass(frozen=True, slots=True)
class SendingWindow:
    """Hours of the buyer's day, and days of the week (Monday is 0), in which messages go out."""

    opens: time = time(8)
    closes: time = time(20)
    days: frozenset[int] = frozenset(range(6))

    def holds(self, local: datetime) -> bool:
        """True when a local time lies inside."""
        return local.weekday() in self.days and self.opens <= local.time() < self.closes

    @property
    def length(self) -> timedelta:
        """How long it is open."""
        return datetime.combine(date.min, self.closes) - datetime.combine(date.min, self.opens)


def next_sending_time(
    earliest: datetime, zones: str | Collection[str], window: SendingWindow
) -> datetime:
    """The first moment at or after `earliest` inside the window in all zones, in UTC.

    `earliest` must be aware. Where no hour of the coming days fits all zones the first one decides.
    """
    names = (zones,) if isinstance(zones, str) else tuple(zones)
    return _next(earliest.astimezone(UTC), names, window)


@lru_cache(maxsize=256)
def _next(start: datetime, names: tuple[str, ...], window: SendingWindow) -> datetime:
    """Cases that are carried out together ask for the same moments."""
    places = _unlike(names, start)
    if all(_is_open(start, place, window) for place in places):
        return start
    for moment in heapq.merge(*(_openings(start, place, window) for place in places)):
        if moment > start and all(_is_open(moment, place, window) for place in places):
            return moment
    if len(places) > 1:
        return _next(start, names[:1], window)
    raise WrongInput("the sending window is never open; choose at least one day", zone=names[0])


def _unlike(names: Sequence[str], start: datetime) -> list[ZoneInfo]:
    """One zone of those whose clocks agree in the coming days."""
    if len(names) == 1:
        return [ZoneInfo(names[0])]
    ahead = [start + timedelta(days=days) for days in range(-1, _DAYS_AHEAD + 1)]
    places: dict[tuple[timedelta | None, ...], ZoneInfo] = {}
    for place in map(ZoneInfo, names):
        places.setdefault(tuple(moment.astimezone(place).utcoffset() for moment in ahead), place)
    return list(places.values())


def _openings(start: datetime, place: ZoneInfo, window: SendingWindow) -> Iterator[datetime]:
    """When the window opens on the coming days, in UTC and in order; twice where the hour comes
    twice."""
    today = start.astimezone(place).date()
    for ahead in range(_DAYS_AHEAD):
        local = datetime.combine(today + timedelta(days=ahead), window.opens, tzinfo=place)
        if local.weekday() not in window.days:
            continue
        yield from sorted({_moment(local), local.replace(fold=1).astimezone(UTC)})


def _is_open(moment: datetime, place: ZoneInfo, window: SendingWindow) -> bool:
    """By the clock on the wall; a window that the clocks skip as a whole is open as long after."""
    local = moment.astimezone(place)
    if window.holds(local):
        return True
    for day in (local.date(), local.date() - timedelta(days=1)):
        opens = datetime.combine(day, window.opens, tzinfo=place)
        if day.weekday() not in window.days or not _gap(opens):
            continue
        after_gap = _moment(opens)
        if after_gap == _moment(datetime.combine(day, window.closes, tzinfo=place)):
            return after_gap <= moment < after_gap + window.length
    return False


def _gap(local: datetime) -> timedelta:
    """How much the clocks skip at a local time; nothing where they skip a whole day."""
    before, after = local.utcoffset(), local.replace(fold=1).utcoffset()
    skipped = (after or timedelta()) - (before or timedelta())
    return skipped if timedelta() < skipped < _LONGEST_GAP else timedelta()


def _moment(local: datetime) -> datetime:
    """A local time in UTC; of one that the clocks skip, the first minute after."""
    if not _gap(local):
        return local.astimezone(UTC)
    # Counted by the clock after the change it lies before the change, by the other one after it.
    early, late = local.replace(fold=1).astimezone(UTC), local.astimezone(UTC)
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        if middle.astimezone(local.tzinfo).utcoffset() == local.utcoffset():
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)
