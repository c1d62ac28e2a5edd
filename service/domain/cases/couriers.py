"""Who carried an order: names of couriers, however platforms and shops spell them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import takewhile

from service.data import read_file

LONGEST = 40
"""Letters of a name that is kept."""
_WORD = re.compile(r"[^\W_]+")
_OF_NO_NAME = re.compile(r"\d|://")
"""In a word of a parcel's number, or of the address where it is followed."""


def courier_of(tracking: Iterable[str]) -> str:
    """Who carried the first parcel that names somebody, as `courier_named` writes it; '' where none does.

    `tracking`: courier and number of each parcel (integrations.contract.Order). Which of several parcels
    a complaint is about nobody knows, so a case has one courier: that of the first.
    """
    names = (_known(parcel) or _unknown(parcel) for parcel in tracking)
    return next(filter(None, names), "")


def courier_named(typed: str) -> str:
    """A courier's name in the one way it is kept; one that is not known as it was given, LONGEST letters
    of it."""
    return _known(typed) or _bounded(typed.split())


def known_couriers() -> list[str]:
    """All names that are known by more than one spelling, in order."""
    return sorted(set(_names().values()), key=str.casefold)


def _known(text: str) -> str:
    words = _WORD.findall(text.casefold())
    beginnings = ("".join(words[:number]) for number in range(len(words), 0, -1))
    return next((_names()[each] for each in beginnings if each in _names()), "")


def _unknown(parcel: str) -> str:
    """The words before the parcel's number."""
    name = _bounded(takewhile(lambda word: not _OF_NO_NAME.search(word), parcel.split()))
    return name if _WORD.search(name) else ""


def _bounded(words: Iterable[str]) -> str:
    return " ".join(words)[:LONGEST].rstrip()


@cache
def _names() -> Mapping[str, str]:
    """The name behind each spelling."""
    shipped: dict[str, list[str]] = tomllib.loads(read_file("couriers.toml"))
    return {spelling: name for name, spellings in shipped.items() for spelling in spellings}
