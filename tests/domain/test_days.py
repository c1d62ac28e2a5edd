"""Days of a place, whatever its clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.days import day_begins, day_of, last_day

ZONES = st.sampled_from(sorted(available_timezones()))


@given(ZONES, st.dates(date(1990, 1, 1), date(2037, 1, 1)))
def test_a_day_begins_with_its_first_moment(zone: str, day: date) -> None:
    begins = day_begins(day, zone)

    # A zone that changes the side of the date line skips a day.
    assert day_of(begins, zone) in (day, day + timedelta(days=1))
    assert day_of(begins - timedelta(microseconds=1), zone) < day


@given(ZONES, st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_moment_lies_in_its_day(zone: str, moment: datetime) -> None:
    day = day_of(moment, zone)

    assert day_begins(day, zone) <= moment < day_begins(day + timedelta(days=1), zone)


@pytest.mark.parametrize(
    ("day", "zone", "begins"),
    [
        ("2026-11-24", "Asia/Jakarta", "2026-11-23T17:00"),
        ("2026-11-24", "America/New_York", "2026-11-24T05:00"),
        ("2024-04-26", "Africa/Cairo", "2024-04-25T22:00"),
        ("2026-11-01", "America/Havana", "2026-11-01T04:00"),
    ],
)
def test_a_day_begins_where_the_shop_is(day: str, zone: str, begins: str) -> None:
    expected = datetime.fromisoformat(begins).replace(tzinfo=UTC)

    assert day_begins(date.fromisoformat(day), zone) == expected


@given(
    st.lists(ZONES, min_size=1, max_size=4),
    st.datetimes(datetime(2020, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_a_last_day_is_over_for_nobody_before_it_begins(zones: list[str], end: datetime) -> None:
    last = last_day(end, tuple(zones))

    assert all(day_begins(last, zone) < end for zone in zones)


def test_a_voucher_that_ends_at_night_in_new_york_is_not_told_a_day_late() -> None:
    end = datetime(2026, 12, 31, 3, tzinfo=UTC)

    assert last_day(end, ("America/New_York",)) == date(2026, 12, 30)
    assert last_day(end, ("Asia/Jakarta",)) == date(2026, 12, 31)
