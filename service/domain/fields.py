"""Strict reading of settings that people write: every error names the place and the key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from integrations.money import is_currency
from integrations.sentence import Text
from service.domain.errors import WrongInput

Choice = TypeVar("Choice", bound=StrEnum)
MOST_MINOR = 10**15
"""Minor units: more than anything costs, and what a database holds."""


def wrong(where: str | Text, key: str, problem: str | Text) -> WrongInput:
    """The error for one key of one place."""
    return WrongInput(
        "%(where)s: %(key)s %(problem)s",
        fields={key: problem},
        problem=problem,
        where=where,
        key=key,
    )


def table(value: object, where: str | Text, allowed: Iterable[str]) -> Mapping[str, object]:
    """A table with known keys only; raises `WrongInput`."""
    if not isinstance(value, Mapping):
        raise WrongInput("%(where)s must be a table of keys and values", where=where)
    keys = sorted(allowed)
    for key in value:
        if key not in keys:
            raise wrong(
                where, str(key), Text("is not known; use one of %(value)s", value=", ".join(keys))
            )
    return value


def text(data: Mapping[str, object], key: str, where: str | Text) -> str:
    """A text that is not empty; raises `WrongInput`."""
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        raise wrong(where, key, Text("must be a text and not empty"))
    return value.strip()


def number(
    data: Mapping[str, object], key: str, where: str | Text, *, least: int, most: int
) -> int | None:
    """A whole number within bounds, None where the key is absent; raises `WrongInput`."""
    value = data.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise wrong(
            where,
            key,
            Text("must be a whole number from %(least)s to %(most)s", least=least, most=most),
        )
    return value


def needed_number(
    data: Mapping[str, object], key: str, where: str | Text, *, least: int, most: int
) -> int:
    """As `number`, but the key must be there."""
    value = number(data, key, where, least=least, most=most)
    if value is None:
        raise wrong(where, key, Text("is missing"))
    return value


def flag(data: Mapping[str, object], key: str, where: str | Text, *, default: bool) -> bool:
    """Yes or no; raises `WrongInput`."""
    value = data.get(key, default)
    if not isinstance(value, bool):
        raise wrong(where, key, Text("must be true or false"))
    return value


def choice(data: Mapping[str, object], key: str, where: str | Text, kinds: type[Choice]) -> Choice:
    """One value of an enumeration; raises `WrongInput`."""
    try:
        return kinds(str(data.get(key, "")))
    except ValueError as error:
        raise wrong(where, key, Text("must be one of %(value)s", value=", ".join(kinds))) from error


def texts(data: Mapping[str, object], key: str, where: str | Text) -> tuple[str, ...]:
    """A list of texts, empty where the key is absent; raises `WrongInput`."""
    value = data.get(key, ())
    if not isinstance(value, list | tuple):
        raise wrong(where, key, Text("must be a list of texts"))
    if not all(isinstance(item, str) and item.strip() for item in value):
        raise wrong(where, key, Text("must hold texts that are not empty"))
    return tuple(item.strip() for item in value)


def amounts(data: Mapping[str, object], key: str, where: str | Text) -> dict[str, int]:
    """Minor units per currency, empty where the key is absent; raises `WrongInput`."""
    value = data.get(key, {})
    if not isinstance(value, Mapping):
        raise wrong(where, key, Text("must give an amount for each currency, such as {EUR = 500}"))
    for currency, minor in value.items():
        if not is_currency(str(currency)):
            raise wrong(where, key, f"names {currency!r}, which is no currency code such as EUR")
        if isinstance(minor, bool) or not isinstance(minor, int) or not 0 < minor <= MOST_MINOR:
            raise wrong(
                where,
                key,
                Text(
                    "must give %(currency)s as a whole number of minor units from 1 to %(most)s",
                    currency=currency,
                    most=MOST_MINOR,
                ),
            )
    return dict(value)
