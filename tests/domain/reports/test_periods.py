"""Days, weeks and months tile the calendar, whatever the zone does with its clocks."""

from __future__ import annotations

from datetime import date
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.reports.periods import EARLIEST, LATEST, Period, PeriodKind

ZONES = sorted(zone for zone in available_timezones() if "/" in zone)


@given(st.dates(EARLIEST, LATEST), st.sampled_from(list(PeriodKind)), st.sampled_from(ZONES))
def test_periods_follow_each_other_without_a_gap(day: date, kind: PeriodKind, zone: str) -> None:
    period = Period.around(day, kind, zone)

    assert period.first <= day <= period.last
    assert day in list(period.days)
    assert period.days.begins < period.days.ends
    if period.first > EARLIEST:
        assert period.before.days.ends == period.days.begins
    if period.last < LATEST:
        assert period.after.days.begins == period.days.ends
        assert period.after.before == period


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_day_beyond_any_calendar_is_moved_into_it(day: date) -> None:
    for kind in PeriodKind:
        period = Period.around(day, kind, "Asia/Jakarta")
        assert period.before.before.days.begins < period.after.after.days.ends


def test_a_week_begins_on_monday_where_the_shop_is() -> None:
    week = Period.around(date(2026, 11, 29), PeriodKind.WEEK, "Asia/Jakarta")

    assert (week.first, week.last) == (date(2026, 11, 23), date(2026, 11, 29))
    assert week.days.begins.isoformat() == "2026-11-22T17:00:00+00:00"
