"""Times of follow-ups: window, zones, clock changes, settings."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import WrongInput
from service.domain.messages.kinds import Step
from service.domain.messages.schedule import (
    FollowUpPlan,
    SendingWindow,
    next_sending_time,
    plan,
    plan_from_data,
    plan_to_data,
    zone_for,
)

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

    assert due == at("2026-03-29T01:15")
    assert due.astimezone(ZoneInfo("Europe/Berlin")).time() == time(3, 15)


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
    ("buyer", "country", "shop", "zone"),
    [
        ("Asia/Makassar", "ID", "Europe/Berlin", "Asia/Makassar"),
        ("", "ID", "Europe/Berlin", "Asia/Jakarta"),
        ("", "de", "Asia/Jakarta", "Europe/Berlin"),
        ("Nowhere/Else", "", "Asia/Jakarta", "Asia/Jakarta"),
        ("../etc/passwd", "ZZ", "Asia/Jakarta", "Asia/Jakarta"),
        ("", "", "", "UTC"),
    ],
)
def test_the_nearest_known_zone_is_taken_when_some_are_missing(
    buyer: str, country: str, shop: str, zone: str
) -> None:
    assert zone_for(buyer, country, shop) == zone


@pytest.mark.parametrize("country", ["ID", "US", "GB", "DE", "FR", "NL", "SG", "MY", "AU", "JP"])
def test_a_country_has_a_zone_that_exists_when_shops_sell_there(country: str) -> None:
    assert zone_for("", country, "") in available_timezones() - {"UTC"}


def test_every_step_is_planned_when_a_make_good_was_carried_out() -> None:
    due = plan(FollowUpPlan(), at("2026-11-24T05:00"), "Asia/Jakarta")

    assert due == {
        Step.CONFIRMATION: at("2026-11-24T05:00"),
        Step.RESOLUTION_CHECK: at("2026-11-27T05:00"),
        Step.UPDATE_INVITATION: at("2026-11-30T01:00"),
    }


def test_only_wanted_steps_are_planned_when_some_are_named() -> None:
    due = plan(FollowUpPlan(), at("2026-11-24T05:00"), "UTC", (Step.CONFIRMATION,))

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
