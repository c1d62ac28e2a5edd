"""What platforms, law and channels say about asking, read strictly from TOML data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import TypeVar

from integrations.contract import Channel
from service.data import LANGUAGES, read_file
from service.domain import fields
from service.domain.errors import WrongInput
from service.domain.messages.editing import Anchor, Lock
from service.domain.messages.kinds import SURVEY, Step


class Layer(StrEnum):
    """Who said it."""

    PLATFORM = "platform"
    LAW = "law"
    CHANNEL = "channel"
    SHOP = "shop"


class Ruling(StrEnum):
    """May it be asked? BASIS: with a lawful basis. TOOL: only by the platform's own form."""

    YES = "yes"
    NEUTRAL = "neutral"
    BASIS = "basis"
    TOOL = "tool"
    NO = "no"
    UNKNOWN = "unknown"


class Release(StrEnum):
    """Who lets a message go when its time has come. PERSON: each is looked at before it goes."""

    TIMER = "timer"
    PERSON = "person"


class Duty(StrEnum):
    """What a message has to carry."""

    STOP_LINK = "stop_link"
    POSTAL_ADDRESS = "postal_address"


class Confidence(StrEnum):
    """A official words seen, B described by others, C one secondary source, U unconfirmed."""

    A = "A"
    B = "B"
    C = "C"
    U = "U"


@dataclass(frozen=True, slots=True)
class Entry:
    """What one layer says for `names`: regions, countries or a channel; `*` is all others."""

    layer: Layer
    names: tuple[str, ...]
    contact: Ruling
    resolution_check: Ruling
    ask_update: Ruling
    source: str
    checked_on: date
    confidence: Confidence
    note: Mapping[str, str] = field(default_factory=dict)
    """For people, by language."""
    min_wait_days: int = 0
    max_asks: int | None = None
    channels: frozenset[Channel] | None = None
    stop_link: bool = True
    duties: frozenset[Duty] = frozenset()
    edit_window_days: int | None = None
    low_rating_max: int = 3
    release: Release = Release.TIMER
    show_elsewhere: Ruling = Ruling.UNKNOWN
    """May reviews written there be shown on the shop's own site?"""
    review_kind: str = "product"
    """What is rated: a product, a seller, a place."""
    window_from: Anchor = Anchor.REVIEW
    edits: int | None = None
    """How often a buyer can change a review; None: no limit is known."""
    always_editable: bool = False
    """A review can be changed at any time, however often."""
    locks: frozenset[Lock] = frozenset()
    address: str = ""
    """Where the source stands, '' where no lasting address is known."""

    def answer(self, step: Step | None) -> Ruling:
        """What this layer says to one kind of message."""
        if step is Step.UPDATE_INVITATION:
            return self.ask_update
        # A thanks is nearer to advertising than the question is: what forbids that, forbids this.
        return self.resolution_check if step in (*SURVEY, Step.THANKS) else self.contact


_COMMON = {
    "contact",
    "resolution_check",
    "ask_update",
    "source",
    "checked_on",
    "confidence",
    "note",
    "address",
}
_PLATFORM = _COMMON | {
    "region",
    "min_wait_days",
    "max_asks",
    "channels",
    "stop_link",
    "edit_window_days",
    "low_rating_max",
    "incentive",
    "release",
    "show_elsewhere",
    "review_kind",
    "window_from",
    "edits",
    "always_editable",
    "locks",
}
_YEARS = 3650
Chosen = TypeVar("Chosen", bound=StrEnum)
_MOST_EDITS = 100

UNKNOWN_PLATFORM = Entry(
    layer=Layer.PLATFORM,
    names=("*",),
    contact=Ruling.YES,
    resolution_check=Ruling.YES,
    ask_update=Ruling.UNKNOWN,
    source="no entry for this platform and region",
    checked_on=date(2026, 11, 23),
    confidence=Confidence.U,
    max_asks=0,
    channels=frozenset({Channel.PLATFORM}),
)
"""Helping is allowed, asking is not."""


def platform_entries(data: Mapping[str, object]) -> tuple[Entry, ...]:
    """Read an adapter's `policy.toml`; raises `WrongInput` naming the entry and the key."""
    if not data:
        return ()
    where = "platform policy"
    return _each_once(where, tuple(_platform(row, at) for row, at in _rows(data, where)))


def _each_once(where: str, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Refuse two entries for one name: the milder one might be read."""
    names = [name.upper() for entry in entries for name in entry.names]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise WrongInput(
            "%(where)s: %(value)s may have one entry only", where=where, value=", ".join(twice)
        )
    return entries


@cache
def law_entries() -> tuple[Entry, ...]:
    """What the law of each known country says."""
    rows = _rows(_shipped("law.toml"), "law policy")
    law = tuple(_other(row, where, Layer.LAW, "countries") for row, where in rows)
    return _each_once("law policy", law)


@cache
def channel_entries() -> tuple[Entry, ...]:
    """What each channel asks for."""
    rows = _rows(_shipped("channel.toml"), "channel policy")
    channels = tuple(_other(row, where, Layer.CHANNEL, "channel") for row, where in rows)
    return _each_once("channel policy", channels)


def _shipped(name: str) -> dict[str, object]:
    return tomllib.loads(read_file("policies", name))


def _rows(data: Mapping[str, object], where: str) -> list[tuple[object, str]]:
    rows = fields.table(data, where, ("entry",)).get("entry")
    if not isinstance(rows, list) or not rows:
        raise fields.wrong(where, "entry", "must be given at least once, as [[entry]]")
    return [(row, f"{where}, entry {number}") for number, row in enumerate(rows, start=1)]


def _platform(row: object, where: str) -> Entry:
    data = fields.table(row, where, _PLATFORM)
    region = fields.text(data, "region", where)
    if data.get("incentive") != "no":
        raise fields.wrong(where, "incentive", 'must be "no": a make-good is never for a review')
    ask = fields.choice(data, "ask_update", where, Ruling)
    most = fields.needed_number(data, "max_asks", where, least=0, most=1)
    if most and ask not in (Ruling.YES, Ruling.NEUTRAL, Ruling.BASIS):
        raise fields.wrong(where, "max_asks", f"must be 0 where ask_update is {ask}")
    return Entry(
        layer=Layer.PLATFORM,
        names=(region,),
        contact=_answer(data, "contact", where),
        resolution_check=_answer(data, "resolution_check", where),
        ask_update=ask,
        source=fields.text(data, "source", where),
        checked_on=_day(data, where),
        confidence=fields.choice(data, "confidence", where, Confidence),
        note=_note(data, where),
        min_wait_days=fields.needed_number(data, "min_wait_days", where, least=0, most=_YEARS),
        max_asks=most,
        channels=_several(data, "channels", where, Channel),
        stop_link=fields.flag(data, "stop_link", where, default=True),
        edit_window_days=fields.number(data, "edit_window_days", where, least=1, most=_YEARS),
        low_rating_max=fields.number(data, "low_rating_max", where, least=1, most=4) or 3,
        release=_chosen(data, "release", where, Release.TIMER),
        show_elsewhere=_chosen(data, "show_elsewhere", where, Ruling.UNKNOWN),
        review_kind=str(data.get("review_kind", "product")),
        window_from=_chosen(data, "window_from", where, Anchor.REVIEW),
        edits=fields.number(data, "edits", where, least=0, most=_MOST_EDITS),
        always_editable=_always_editable(data, where),
        locks=_several(data, "locks", where, Lock),
        address=_address(data, where),
    )


def _always_editable(data: Mapping[str, object], where: str) -> bool:
    is_always = fields.flag(data, "always_editable", where, default=False)
    if is_always and {"edit_window_days", "edits", "locks"} & data.keys():
        raise fields.wrong(where, "always_editable", "may not stand beside a limit of editing")
    return is_always


def _several(
    data: Mapping[str, object], key: str, where: str, kinds: type[Chosen]
) -> frozenset[Chosen]:
    try:
        return frozenset(kinds(name) for name in fields.texts(data, key, where))
    except ValueError as error:
        raise fields.wrong(where, key, f"may hold {', '.join(kinds)}") from error


def _address(data: Mapping[str, object], where: str) -> str:
    address = str(data.get("address", ""))
    if address and not address.startswith("https://"):
        raise fields.wrong(where, "address", "must be an address such as https://help.example/12")
    return address


def _other(row: object, where: str, layer: Layer, key: str) -> Entry:
    data = fields.table(row, where, _COMMON | {key, "duties"})
    names = (
        fields.texts(data, key, where)
        if key == "countries"
        else (str(fields.choice(data, key, where, Channel)),)
    )
    return Entry(
        layer=layer,
        names=names,
        contact=_answer(data, "contact", where),
        resolution_check=_answer(data, "resolution_check", where),
        ask_update=fields.choice(data, "ask_update", where, Ruling),
        source=fields.text(data, "source", where),
        checked_on=_day(data, where),
        confidence=fields.choice(data, "confidence", where, Confidence),
        note=_note(data, where),
        duties=_several(data, "duties", where, Duty),
        address=_address(data, where),
    )


def _note(data: Mapping[str, object], where: str) -> Mapping[str, str]:
    notes = fields.table(data.get("note", {}), f"{where}, note", LANGUAGES)
    return {language: fields.text(notes, language, where) for language in notes}


def _chosen(data: Mapping[str, object], key: str, where: str, otherwise: Chosen) -> Chosen:
    return fields.choice(data, key, where, type(otherwise)) if key in data else otherwise


def _answer(data: Mapping[str, object], key: str, where: str) -> Ruling:
    return _chosen(data, key, where, Ruling.YES)


def _day(data: Mapping[str, object], where: str) -> date:
    day = data.get("checked_on")
    if not isinstance(day, date) or isinstance(day, datetime):
        raise WrongInput(
            "%(where)s: checked_on must be a date such as 2026-11-23", where=where, key="checked_on"
        )
    return day
