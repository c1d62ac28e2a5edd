"""Positive voices for the shop's own site: chosen quotes, shown against all reviews there are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from integrations.sentence import Text
from service.domain import fields
from service.domain.errors import WrongInput

LOWEST = 4
"""The lowest rating of a voice."""
MOST_SHOWN = 30
MOST_SITES = 10
LONGEST_NAME = 40
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .'’-])*")
STARS = range(5, 0, -1)
_SLUG = re.compile("[a-z0-9](?:[a-z0-9-]{4,62}[a-z0-9])")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Voice:
    """One quote. `raised`: the buyer rated lower at first. `name`: as the buyer let it be shown, else ''."""

    rating: int
    text: str
    product: str
    written_on: date | None
    raised: bool
    name: str = ""


@dataclass(frozen=True, slots=True)
class Voices:
    """What the public sees of a shop: quotes the shop chose, and all reviews they stand among.
    `counts`: how many of each rating, 5 to 1. `platforms`: where these reviews were written."""

    shop: str
    language: str
    platforms: Sequence[str]
    counts: Mapping[int, int]
    quotes: Sequence[Voice]

    @property
    def total(self) -> int:
        """How many reviews there are."""
        return sum(self.counts.values())

    @property
    def average(self) -> float | None:
        """The average rating of all reviews, to one digit; None where there are none."""
        if not self.total:
            return None
        return round(sum(stars * number for stars, number in self.counts.items()) / self.total, 1)


@dataclass(frozen=True, slots=True)
class VoicesSettings:
    """`on`: the public address answers. `sites`: origins whose pages may frame the block."""

    on: bool = False
    sites: tuple[str, ...] = ()


def voices_from_data(data: object) -> VoicesSettings:
    """Read a shop's settings, `{}` for off; raises `WrongInput`."""
    rows = fields.table(data, "voices", ("on", "sites"))
    sites = tuple(check_site(site) for site in fields.texts(rows, "sites", "voices"))
    if len(sites) > MOST_SITES:
        raise WrongInput("Enter %(most)s sites at most.", most=MOST_SITES)
    return VoicesSettings(fields.flag(rows, "on", "voices", default=False), sites)


def check_slug(text: str) -> str:
    """An address that the shop chose; raises `WrongInput`."""
    slug = text.strip().lower()
    if not _SLUG.fullmatch(slug):
        raise WrongInput("Use 6 to 64 small letters, digits and hyphens.")
    return slug


def check_name(text: str) -> str:
    """A name that a buyer lets be shown; raises `WrongInput`."""
    name = " ".join(text.split())
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise WrongInput(
            "Write a name of %(most)s letters at most, without number or address.",
            most=LONGEST_NAME,
        )
    return name


def check_site(text: str) -> str:
    """An origin such as https://toko.example, to be named in a header; raises `WrongInput`."""
    problem = Text("“%(text)s”: enter an address such as https://toko.example.", text=text)
    try:
        parts = urlsplit(text.strip().lower())
        port = parts.port
    except ValueError as error:
        raise WrongInput(problem) from error
    bare = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username)
    host = parts.hostname or ""
    if parts.scheme not in ("https", "http") or not bare or not _HOST.fullmatch(host):
        raise WrongInput(problem)
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")
