"""In which zones a buyer may live: by the buyer's own zone, the address, the country, the shop."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.data import read_file, zone_table

_FILLERS = frozenset(
    ["provinsi", "propinsi", "province", "state", "region", "of", "de", "do", "da", "the"]
)


def zones_for(zone: str, country: str, region: str, shop_zone: str) -> tuple[str, ...]:
    """The zones in which somebody may live of whom this is known, likeliest first; never empty.

    `region` is a state or province, as ISO 3166-2 code or name. A country with several zones and
    no region that is known gives all of them: what fits all fits everybody.
    """
    if exists(zone):
        return (zone,)
    land = country.strip().upper()
    within = _of_region(land, region) or zones_of_country(land)
    if within:
        return within
    return (shop_zone,) if exists(shop_zone) else ("UTC",)


def exists(zone: str) -> bool:
    """True for an IANA name."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def zones_of_country(country: str) -> tuple[str, ...]:
    """All zones of an ISO 3166 alpha-2 country, that of most people first; () for none."""
    zones = _countries().get(country, ())
    return tuple(sorted(zones, key=lambda zone: zone != _most_people().get(country)))


def _of_region(country: str, region: str) -> tuple[str, ...]:
    name = _folded(region.strip().upper().removeprefix(f"{country}-"))
    return _regions().get(country, {}).get(name, ()) if name else ()


@cache
def _countries() -> Mapping[str, tuple[str, ...]]:
    """Zones of each country from zone.tab: country, coordinates, zone, comments."""
    zones: dict[str, tuple[str, ...]] = {}
    for country, _, zone, *_ in zone_table("zone.tab"):
        zones[country] = (*zones.get(country, ()), zone)
    return zones


@cache
def _most_people() -> Mapping[str, str]:
    data: Mapping[str, str] = tomllib.loads(read_file("zones.toml"))
    return data


@cache
def _regions() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    regions_of: dict[str, dict[str, tuple[str, ...]]] = {}
    for country, zones in tomllib.loads(read_file("regions.toml")).items():
        names: dict[str, tuple[str, ...]] = regions_of.setdefault(country, {})
        for zone, regions in zones.items():
            for region in {_folded(code.removeprefix(f"{country}-")) for code in regions}:
                names[region] = (*names.get(region, ()), zone)
    return regions_of


def _folded(name: str) -> str:
    """One form for a name, however it is written: without accents, case, signs and "province of"."""
    bare = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(part for part in bare if not unicodedata.combining(part))
    words = re.sub(r"[\W_]+", " ", letters).split()
    # Delaware's code is DE.
    return "".join([part for part in words if part not in _FILLERS] or words)
