"""Where a buyer lives, by the address: states and provinces of countries with several zones."""

from __future__ import annotations

import tomllib
from zoneinfo import available_timezones

import pytest

from service.data import read_file
from service.domain.messages.zones import zones_for, zones_of_country

REGIONS = tomllib.loads(read_file("regions.toml"))


@pytest.mark.parametrize(
    ("buyer", "country", "region", "zones"),
    [
        ("Asia/Makassar", "ID", "JK", ("Asia/Makassar",)),
        ("", "ID", "PA", ("Asia/Jayapura",)),
        ("", "id", "ID-PA", ("Asia/Jayapura",)),
        ("", "ID", "Provinsi Papua", ("Asia/Jayapura",)),
        ("", "ID", "bali", ("Asia/Makassar",)),
        ("", "ID", "D.I. Yogyakarta", ("Asia/Jakarta",)),
        ("", "US", "HI", ("Pacific/Honolulu",)),
        ("", "US", "California", ("America/Los_Angeles",)),
        ("", "US", "TN", ("America/New_York", "America/Chicago")),
        ("", "BR", "Sao Paulo", ("America/Sao_Paulo",)),
        ("", "CA", "Qu\u00e9bec", ("America/Blanc-Sablon", "America/Toronto")),
        ("", "MX", "Estado de M\u00e9xico", ("America/Mexico_City",)),
        (
            "",
            "RU",
            "\u041f\u0440\u0438\u043c\u043e\u0440\u0441\u043a\u0438\u0439 \u043a\u0440\u0430\u0439",
            ("Asia/Vladivostok",),
        ),
        ("", "DE", "BY", ("Europe/Berlin", "Europe/Busingen")),
        ("", "GB", "", ("Europe/London",)),
        ("Nowhere/Else", "", "", ("Asia/Jakarta",)),
        ("../etc/passwd", "ZZ", "", ("Asia/Jakarta",)),
    ],
)
def test_the_nearest_known_place_decides(
    buyer: str, country: str, region: str, zones: tuple[str, ...]
) -> None:
    assert zones_for(buyer, country, region, "Asia/Jakarta") == zones


def test_utc_is_taken_where_nothing_is_known() -> None:
    assert zones_for("", "", "", "") == ("UTC",)


@pytest.mark.parametrize("country", ["ID", "US", "BR", "RU", "AU", "CA", "MX"])
def test_all_zones_of_the_country_count_where_the_region_is_unknown(country: str) -> None:
    found = zones_for("", country, "Atlantis", "Europe/Berlin")

    assert set(found) == set(zones_of_country(country)) <= available_timezones()
    assert len(found) > 3


@pytest.mark.parametrize("country", sorted(REGIONS))
def test_a_region_lies_in_its_country(country: str) -> None:
    assert set(REGIONS[country]) <= set(zones_of_country(country))


@pytest.mark.parametrize(
    ("country", "codes"),
    [
        (
            "ID",
            "AC SU SB RI KR JA SS BB BE LA JK JB BT JT JI YO BA NB NT KB KT KS KI KU SA GO ST SR"
            " SN SG MA MU PA PB PD PE PS PT",
        ),
        (
            "US",
            "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE"
            " NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY",
        ),
        ("AU", "ACT NSW NT QLD SA TAS VIC WA"),
        ("CA", "AB BC MB NB NL NS NT NU ON PE QC SK YT"),
        ("BR", "AC AL AP AM BA CE DF ES GO MA MT MS MG PA PB PR PE PI RJ RN RS RO RR SC SP SE TO"),
        (
            "MX",
            "AGU BCN BCS CAM CHH CHP CMX COA COL DUR GRO GUA HID JAL MEX MIC MOR NAY NLE OAX PUE"
            " QUE ROO SIN SLP SON TAB TAM TLA VER YUC ZAC",
        ),
    ],
)
def test_every_state_and_province_is_known(country: str, codes: str) -> None:
    unknown = [
        each
        for each in codes.split()
        if zones_for("", country, each, "UTC") == zones_of_country(country)
    ]

    assert not unknown
