"""A sentence for people with its values apart: said once in English, stored as data, translated
when it is shown.

`Text("Only %(left)s can still be refunded.", left=order.left)` names its English sentence; Babel
finds it there. Values keep their type, so that an amount or a time is written as its reader writes
it. `Words` are a person's own: nothing translates, formats or matches them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from integrations.money import Money


@dataclass(frozen=True, slots=True)
class Words:
    """What a person, a shop or a platform wrote; shown letter for letter.

    `translations`: the same by the same hand in other languages, as pairs of language and words.
    """

    words: str
    translations: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.words

    def in_language(self, language: str) -> str:
        """The words for readers of a language."""
        return dict(self.translations).get(language, self.words)


class Text:
    """A sentence `id` with `%(name)s` for each of its `values`."""

    __slots__ = ("id", "values")

    def __init__(self, id: str, /, **values: Value) -> None:
        self.id = id
        self.values: Mapping[str, Value] = values

    def __str__(self) -> str:
        """The English sentence, for logs and programs."""
        return self.id % self.values if self.values else self.id

    def __repr__(self) -> str:
        return f"Text({self.id!r}, {dict(self.values)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and (self.id, self.values) == (other.id, other.values)

    def __hash__(self) -> int:
        return hash(
            (self.id, tuple(sorted((key, str(value)) for key, value in self.values.items())))
        )


class Counted(Text):
    """A sentence that is `singular` where its first value is 1, and else its `id`."""

    __slots__ = ("singular",)

    def __init__(self, singular: str, plural: str, /, **values: Value) -> None:
        super().__init__(plural, **values)
        self.singular = singular

    @property
    def number(self) -> int:
        """What it counts."""
        return int(str(next(iter(self.values.values()))))

    def __str__(self) -> str:
        return (self.singular if self.number == 1 else self.id) % self.values


Value = str | int | Decimal | Money | datetime | date | Words | Text
Said = Text | Words
"""What a column of sentences holds."""


def N_(id: str) -> str:  # noqa: N802 - the name that tools for translation know
    """Marks a sentence that becomes a `Text` elsewhere."""
    return id


def to_data(value: Value) -> Any:
    """Plain JSON data of a sentence or a value, which `from_data` reads back to an equal one."""
    match value:
        case Counted():
            values = {name: to_data(inner) for name, inner in value.values.items()}
            return {"text": value.id, "one": value.singular, "values": values}
        case Text():
            return {"text": value.id, "values": {k: to_data(v) for k, v in value.values.items()}}
        case Words(translations=()):
            return {"words": value.words}
        case Words():
            return {"words": value.words, "translations": dict(value.translations)}
        case Money():
            return {"money": [value.amount_minor, value.currency]}
        case Decimal():
            return {"number": str(value)}
        case datetime():
            return {"time": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case _:
            return value


def from_data(data: Any) -> Any:
    """The sentence or value of `to_data`; raises `ValueError` for anything else."""
    if isinstance(data, str | int):
        return data
    match data:
        case {"text": str(id), "one": str(one), "values": dict(values)}:
            return Counted(one, id, **{key: from_data(value) for key, value in values.items()})
        case {"text": str(id), "values": dict(values)}:
            return Text(id, **{key: from_data(value) for key, value in values.items()})
        case {"words": str(words)}:
            return Words(words, tuple(data.get("translations", {}).items()))
        case {"money": [int(minor), str(currency)]}:
            return Money(minor, currency)
        case {"number": str(number)}:
            return Decimal(number)
        case {"time": str(time)}:
            return datetime.fromisoformat(time)
        case {"day": str(day)}:
            return date.fromisoformat(day)
    raise ValueError("no sentence and no value of one")


def without(sentence: Said | None, pattern: re.Pattern[str]) -> Said | None:
    """The sentence with what the pattern finds in its values struck out."""
    if sentence is None:
        return None
    if isinstance(sentence, Words):
        return Words(
            pattern.sub("…", sentence.words),
            tuple((language, pattern.sub("…", text)) for language, text in sentence.translations),
        )
    values = {name: _without(value, pattern) for name, value in sentence.values.items()}
    if isinstance(sentence, Counted):
        return Counted(sentence.singular, sentence.id, **values)
    return Text(sentence.id, **values)


def _without(value: Value, pattern: re.Pattern[str]) -> Value:
    if isinstance(value, str):
        return pattern.sub("…", value)
    if isinstance(value, Text | Words):
        return without(value, pattern) or ""
    return value
