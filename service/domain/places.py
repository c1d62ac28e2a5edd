"""Countries, zones and languages as sellers choose them; every entry is checked before it is kept."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from service.data import LANGUAGES, zone_table
from service.domain.errors import WrongInput


@cache
def countries() -> frozenset[str]:
    """The codes of ISO 3166-1 alpha-2, from the table that comes with the tz database."""
    return frozenset(code for code, *_ in zone_table("iso3166.tab"))


@cache
def zones() -> tuple[str, ...]:
    """Names of zones to choose from, those of zone.tab, which the tz database has for choosing. Its other names
    (US/Pacific, Asia/Calcutta) are older ones of the same zones; `check_zone` takes them all."""
    return (*sorted(zone for _, _, zone, *_ in zone_table("zone.tab")), "UTC")


def check_country(text: str) -> str:
    """A country's code in capitals, '' for none; raises `WrongInput`."""
    country = text.strip().upper()
    if country and country not in countries():
        raise WrongInput(
            "“%(country)s” is no country code. Use two letters such as ID.", country=country
        )
    return country


def check_zone(text: str) -> str:
    """The name of a zone; raises `WrongInput`."""
    zone = text.strip()
    if zone not in available_timezones():
        raise WrongInput("“%(zone)s” is no time zone. Use a name such as Asia/Jakarta.", zone=zone)
    return zone


def check_language(text: str) -> str:
    """A language in which there are texts for buyers; raises `WrongInput`."""
    if text not in LANGUAGES:
        raise WrongInput("Choose the language of the messages.")
    return text
