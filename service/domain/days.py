"""Days of a place: when one begins, and which one a moment falls on there."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_begins(day: date, zone: str) -> datetime:
    """The first moment of a local day, in UTC; of a day that the zone skips, of the next."""
    # Where the clocks skip midnight the clock before the change gives the moment of the change.
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def day_of(moment: datetime, zone: str) -> date:
    """The local day on which an aware moment falls."""
    return moment.astimezone(ZoneInfo(zone)).date()


def last_day(end: datetime, zones: tuple[str, ...]) -> date:
    """The last day that is true wherever of these zones somebody lives, of what holds until `end`."""
    return min(day_of(end - timedelta(microseconds=1), zone) for zone in zones)
