"""Times of follow-ups: window, zones, clock changes, settings."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from babel.core import get_global
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import WrongInput
from service.domain.messages.follow_ups import FollowUpPlan, plan, plan_from_data, plan_to_data
from service.domain.messages.kinds import Step
from service.domain.messages.sending_time import SendingWindow, next_sending_time
from service.domain.messages.zones import zones_for

DAY = SendingWindow()
EVERY_DAY = SendingWindow(days=frozenset(range(7)))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("wanted", "zone", "due"),
    [
        ("2026-11-24T05:00", "Asia/Jakarta", "2026-11-24T05:00"),
        ("2026-11-24T00:00", "Asia/Jakarta", "2026-11-24T01:00"),
        ("2026-11-24T01:00", "Asia/Jakarta", "2026-11-24T01:00"),
        ("2026-11-24T13:00", "Asia/Jakarta", "2026-11-25T01:00"),
        ("2026-11-28T13:00", "Asia/Jakarta", "2026-11-30T01:00"),
        ("2026-11-28T17:30", "Asia/Jakarta", "2026-11-30T01:00"),
        ("2026-03-28T21:00", "Europe/Berlin", "2026-03-30T06:00"),
        ("2026-10-24T21:00", "Europe/Berlin", "2026-10-26T07:00"),
        ("2026-11-24T03:00", "Asia/Kathmandu", "2026-11-24T03:00"),
        ("2026-11-24T02:00", "Asia/Kathmandu", "2026-11-24T02:15"),
    ],
)
def test_a_message_waits_for_the_window_when_it_is_closed(wanted: str, zone: str, due: str) -> None:
    assert next_sending_time(at(wanted), zone, DAY) == at(due)


def test_the_opening_is_still_found_when_the_clocks_skip_it() -> None:
    window = SendingWindow(time(2, 15), time(4), frozenset(range(7)))

    due = next_sending_time(at("2026-03-28T23:00"), "Europe/Berlin", window)

    assert due == at("2026-03-29T01:00")
    assert due.astimezone(ZoneInfo("Europe/Berlin")).time() == time(3)


def test_the_first_of_two_openings_is_taken_when_an_hour_comes_twice() -> None:
    window = SendingWindow(time(2, 30), time(4), frozenset(range(7)))

    assert next_sending_time(at("2026-10-24T23:00"), "Europe/Berlin", window) == at(
        "2026-10-25T00:30"
    )


def test_the_day_after_is_taken_when_a_zone_skips_a_whole_day() -> None:
    friday_night = datetime(2011, 12, 29, 22, tzinfo=ZoneInfo("Pacific/Apia"))

    due = next_sending_time(friday_night, "Pacific/Apia", EVERY_DAY)

    assert due.astimezone(ZoneInfo("Pacific/Apia")).date().isoformat() == "2011-12-31"


@given(
    minutes=st.integers(0, 60 * 24 * 365 * 20),
    zone=st.sampled_from(sorted(available_timezones())),
    opens=st.integers(0, 22),
    span=st.integers(1, 23),
    days=st.frozensets(st.integers(0, 6), min_size=1),
)
def test_the_time_is_inside_the_window_and_soon_for_any_zone(
    minutes: int, zone: str, opens: int, span: int, days: frozenset[int]
) -> None:
    wanted = datetime(2015, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    window = SendingWindow(time(opens), time(min(opens + span, 23)), days)

    due = next_sending_time(wanted, zone, window)

    assert window.holds(due.astimezone(ZoneInfo(zone)))
    assert wanted <= due <= wanted + timedelta(days=9)
    assert next_sending_time(due, zone, window) == due


@pytest.mark.parametrize(
    ("opens", "closes", "minutes"),
    [(time(2, 15), time(2, 45), 30), (time(2), time(3), 60), (time(2, 59), time(3), 1)],
)
def test_a_window_that_the_clocks_skip_is_as_long_after(
    opens: time, closes: time, minutes: int
) -> None:
    window = SendingWindow(opens, closes, frozenset({6}))
    first = at("2026-03-29T01:00")

    assert next_sending_time(at("2026-03-28T12:00"), "Europe/Berlin", window) == first
    last = first + timedelta(minutes=minutes, seconds=-1)
    assert next_sending_time(last, "Europe/Berlin", window) == last
    later = next_sending_time(first + timedelta(minutes=minutes), "Europe/Berlin", window)
    assert later.astimezone(ZoneInfo("Europe/Berlin")).time() == opens


CHANGES = st.sampled_from(sorted(available_timezones()))


@given(
    zone=CHANGES,
    day=st.dates(date(2000, 1, 1), date(2036, 1, 1)),
    opens=st.integers(0, 24 * 60 - 2),
    length=st.integers(1, 120),
    days=st.frozensets(st.integers(0, 6), min_size=1),
)
def test_every_window_opens_in_every_zone_whatever_the_clocks_do(
    zone: str, day: date, opens: int, length: int, days: frozenset[int]
) -> None:
    place, closes = ZoneInfo(zone), min(opens + length, 24 * 60 - 1)
    window = SendingWindow(time(*divmod(opens, 60)), time(*divmod(closes, 60)), days)
    wanted = datetime.combine(day, time(), tzinfo=place).astimezone(UTC)

    due = next_sending_time(wanted, zone, window)

    assert wanted <= due <= wanted + timedelta(days=15)
    assert next_sending_time(due, zone, window) == due
    assert window.holds(due.astimezone(place)) or not _exists_on(due, place, window)


def _exists_on(due: datetime, place: ZoneInfo, window: SendingWindow) -> bool:
    """Some minute of the window is on the clocks of the day before it closed."""
    day = (due - timedelta(minutes=1)).astimezone(place).date()
    minutes = (
        datetime.combine(day, window.opens) + timedelta(minutes=each)
        for each in range(int(window.length.total_seconds() // 60))
    )
    return any(
        minute.replace(tzinfo=place).astimezone(UTC).astimezone(place).replace(tzinfo=None)
        == minute
        for minute in minutes
    )


@pytest.mark.parametrize(
    ("wanted", "zones", "due"),
    [
        (
            "2026-11-24T00:30",
            ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"],
            "2026-11-24T01:00",
        ),
        (
            "2026-11-24T11:00",
            ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"],
            "2026-11-25T01:00",
        ),
        (
            "2026-11-24T10:59",
            ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"],
            "2026-11-24T10:59",
        ),
        ("2026-11-24T13:00", ["America/New_York", "Pacific/Honolulu"], "2026-11-24T18:00"),
    ],
)
def test_the_hours_fit_all_zones_where_the_zone_is_not_known(
    wanted: str, zones: list[str], due: str
) -> None:
    assert next_sending_time(at(wanted), zones, DAY) == at(due)


def test_the_likeliest_zone_decides_when_no_hour_fits_all() -> None:
    window = SendingWindow(time(9), time(10))

    due = next_sending_time(at("2026-11-24T00:00"), ["Asia/Jakarta", "Asia/Jayapura"], window)

    assert due == at("2026-11-24T02:00")


@given(
    country=st.sampled_from(sorted({*get_global("territory_zones"), "ZZ", ""})),
    minutes=st.integers(0, 60 * 24 * 365 * 10),
)
def test_nobody_is_written_to_outside_the_hours_wherever_they_live_in_their_country(
    country: str, minutes: int
) -> None:
    wanted = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    zones = zones_for("", country, "", "Asia/Jakarta")

    due = next_sending_time(wanted, zones, EVERY_DAY)

    # Antarctica is all around the clock.
    assert country == "AQ" or all(EVERY_DAY.holds(due.astimezone(ZoneInfo(zone))) for zone in zones)


def test_every_step_is_planned_when_a_make_good_was_carried_out() -> None:
    due = plan(FollowUpPlan(), at("2026-11-24T05:00"), ["Asia/Jakarta"])

    assert due == {
        Step.CONFIRMATION: at("2026-11-24T05:00"),
        Step.RESOLUTION_CHECK: at("2026-11-27T05:00"),
        Step.UPDATE_INVITATION: at("2026-11-30T01:00"),
    }


def test_only_wanted_steps_are_planned_when_some_are_named() -> None:
    due = plan(FollowUpPlan(), at("2026-11-24T05:00"), ["UTC"], (Step.CONFIRMATION,))

    assert list(due) == [Step.CONFIRMATION]


def test_settings_come_back_when_they_are_written_and_read() -> None:
    settings = FollowUpPlan(
        resolution_check_after=timedelta(hours=50),
        window=SendingWindow(time(9, 30), time(17), frozenset({0, 6})),
    )

    assert plan_from_data(plan_to_data(settings)) == settings


def test_the_standard_settings_hold_when_nothing_is_given() -> None:
    assert plan_from_data({}) == FollowUpPlan()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("silent_hours", -1),
        ("silent_hours", 1.5),
        ("confirmation_hours", 99_999),
        ("opens", "8 o'clock"),
        ("opens", 8),
        ("closes", "07:00"),
        ("days", []),
        ("days", [7]),
        ("days", "Mon"),
        ("days", [True]),
        ("days", [[1]]),
        ("day", [1]),
    ],
)
def test_the_key_is_named_when_settings_are_wrong(key: str, value: object) -> None:
    with pytest.raises(WrongInput, match=f"follow-ups: {key} "):
        plan_from_data({key: value})
