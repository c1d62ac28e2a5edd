"""Working hours: by when somebody has looked, over nights, weekends, holidays and clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.messages.working_hours import (
    NINE_TO_FIVE,
    WorkingHours,
    days_of,
    promise,
    years_of,
)

JAKARTA = "Asia/Jakarta"
FOUR = timedelta(hours=4)


def _at(text: str, zone: str = JAKARTA) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _told(moment: datetime, zone: str = JAKARTA) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("start", "opens", "by"),
    [
        ("2026-11-24 10:00", None, "2026-11-24 14:00"),
        ("2026-11-24 15:00", None, "2026-11-25 11:00"),
        ("2026-11-24 20:00", "2026-11-25 09:00", "2026-11-25 13:00"),
        ("2026-11-25 06:00", "2026-11-25 09:00", "2026-11-25 13:00"),
        ("2026-11-28 16:00", None, "2026-11-30 12:00"),
        ("2026-12-24 16:00", None, "2026-12-26 12:00"),
        ("2026-12-25 08:00", "2026-12-26 09:00", "2026-12-26 13:00"),
    ],
    ids=["morning", "over night", "evening", "early", "over sunday", "over christmas", "christmas"],
)
def test_looking_takes_working_hours(start: str, opens: str | None, by: str) -> None:
    look = promise(WorkingHours(), _at(start), FOUR, JAKARTA, "ID")

    assert look is not None
    assert _told(look.by) == by
    assert (look.opens and _told(look.opens)) == opens


def test_joint_leave_and_own_days_are_kept_where_the_shop_says_so() -> None:
    hours = WorkingHours(joint_leave=True, closed=frozenset({date(2026, 12, 26)}))

    look = promise(hours, _at("2026-12-23 16:00"), FOUR, JAKARTA, "ID")

    assert look is not None
    assert _told(look.by) == "2026-12-28 12:00"


def test_a_shop_that_rests_every_day_promises_nothing() -> None:
    assert promise(WorkingHours(week={}), _at("2026-11-24 10:00"), FOUR, JAKARTA, "ID") is None


def test_hours_are_those_of_the_clock_on_the_wall_when_clocks_change() -> None:
    zone = "Europe/Berlin"

    look = promise(WorkingHours(), _at("2027-03-27 16:00", zone), FOUR, zone, "DE")

    assert look is not None
    assert _told(look.by, zone) == "2027-03-29 12:00"


@given(
    minutes=st.integers(0, 60 * 24 * 30),
    work=st.integers(1, 60),
    days=st.sets(st.integers(0, 6), min_size=1),
    closed=st.sets(st.integers(0, 40)),
)
def test_the_time_promised_is_worked_and_lies_in_the_hours(
    minutes: int, work: int, days: set[int], closed: set[int]
) -> None:
    start = datetime(2026, 12, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    rests = frozenset(date(2026, 12, 1) + timedelta(days=day) for day in closed)
    hours = WorkingHours(week=dict.fromkeys(days, NINE_TO_FIVE), closed=rests)

    look = promise(hours, start, timedelta(hours=work), JAKARTA, "ID")

    if look is None:
        return
    local = look.by.astimezone(ZoneInfo(JAKARTA))
    assert not hours.rests_on(local.date(), "ID")
    assert time(9) < local.time() <= time(17)
    worked = sum(
        (
            min(ends, look.by) - begins
            for begins, ends in hours.spans(start, JAKARTA, "ID")
            if begins < look.by
        ),
        timedelta(),
    )
    assert worked == timedelta(hours=work)
    assert look.opens is None or look.opens > start


def test_holidays_are_those_of_the_joint_decree() -> None:
    """For 2026 it names 17 holidays and 8 days of joint leave."""
    known = days_of("id", 2026)

    assert (len(known.holidays), len(known.joint_leave)) == (17, 8)
    assert known.holidays[date(2026, 3, 21)] == "Hari Raya Idul Fitri"
    assert date(2026, 12, 24) in known.joint_leave
    assert known.source
    assert known.checked_on is not None
    assert years_of("ID") == [2026, 2027]
    assert days_of("DE", 2026).holidays == {}


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-24 10:00", "2026-11-24 14:30", 4.5),
        ("2026-11-24 20:00", "2026-11-25 08:00", 0),
        ("2026-11-27 16:00", "2026-11-30 10:00", 10),
        ("2026-12-24 16:00", "2026-12-26 10:00", 2),
        ("2026-11-24 10:00", "2026-11-24 10:00", 0),
    ],
)
def test_time_is_counted_while_somebody_works(start: str, end: str, hours: float) -> None:
    """Six days from nine to five; Sunday and Christmas are of rest."""
    worked = WorkingHours().worked(_at(start), _at(end), JAKARTA, "ID")

    assert worked == timedelta(hours=hours)


def test_nothing_is_worked_where_nobody_works() -> None:
    assert WorkingHours({}).worked(
        _at("2026-11-24 10:00"), _at("2026-12-24 10:00"), JAKARTA, "ID"
    ) == (timedelta())
