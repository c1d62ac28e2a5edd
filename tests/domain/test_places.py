"""Countries, zones and languages are checked before they are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import WrongInput
from service.domain.places import check_country, check_language, check_zone, countries, zones

NAMES = sorted(name for name in Locale("en").territories.values() if len(name) > 2)


@given(st.sampled_from(NAMES))
def test_a_name_of_a_country_never_becomes_the_code_of_another(name: str) -> None:
    with pytest.raises(WrongInput, match="no country code"):
        check_country(name)


@pytest.mark.parametrize("code", ["XX", "EU", "UK", "ZZ", "I", "1D", "\u0406D"])
def test_what_is_no_country_is_refused(code: str) -> None:
    with pytest.raises(WrongInput):
        check_country(code)


def test_countries_are_those_of_iso_3166() -> None:
    assert len(countries()) == 249
    assert check_country(" id ") == "ID"


@pytest.mark.parametrize("zone", ["Jakarta", "WIB", "../etc/passwd", "", "asia/jakarta"])
def test_what_is_no_zone_is_refused(zone: str) -> None:
    with pytest.raises(WrongInput, match="no time zone"):
        check_zone(zone)


def _times(zone: str) -> tuple[object, ...]:
    """How a zone counts, day and night, through a year."""
    hours = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=12 * n) for n in range(730))
    return tuple(hour.astimezone(ZoneInfo(zone)).utcoffset() for hour in hours)


def test_every_place_can_be_chosen_and_its_older_names_are_taken() -> None:
    offered = {_times(check_zone(zone)) for zone in zones()}
    named = {zone for zone in available_timezones() if "/" in zone and zone[:4] != "Etc/"}

    assert {zone for zone in named if _times(check_zone(zone)) not in offered} == set()
    assert len(named) > len(zones())


@pytest.mark.parametrize("language", ["", "de", "EN", "english"])
def test_a_language_without_texts_is_refused(language: str) -> None:
    with pytest.raises(WrongInput):
        check_language(language)
