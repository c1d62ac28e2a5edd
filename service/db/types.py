"""Column types that all tables share."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Enum,
    Integer,
    String,
    TypeDecorator,
)
from sqlalchemy.orm import MappedColumn, mapped_column

from integrations.sentence import Said, Text, Words, from_data, to_data

_JSON = json.JSONDecoder()


def read_json(data: str | bytes) -> Any:
    """What `json.loads` gives for the JSON of a column, without its guesses: it is UTF-8, and nothing
    stands behind it."""
    text = data if isinstance(data, str) else data.decode()
    return _JSON.raw_decode(text.lstrip())[0]


BigId = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in an INTEGER primary key."""


class UtcTime(TypeDecorator[datetime]):
    """Aware UTC in and out. SQLite keeps `YYYY-MM-DD HH:MM:SS.ffffff`, which sorts as text."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone was about to be stored")
        utc = value if value.tzinfo is UTC else value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class TextColumn(TypeDecorator[Said]):
    """A sentence with its values, as JSON; '' for none.

    What is no such JSON was written before sentences were kept apart from their values, and is
    shown as it stands.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Said | None, dialect: Dialect) -> str:
        if not value:
            return ""
        return json.dumps(to_data(value), ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Said | None:
        if not value:
            return None
        try:
            sentence = from_data(json.loads(value))
        except ValueError:
            return Words(value)
        return sentence if isinstance(sentence, Text | Words) else Words(value)


class Ranks(TypeDecorator[IntEnum]):
    """An enumeration whose numbers are an order: kept as these, so that the database sorts by them."""

    impl = Integer
    cache_ok = True

    def __init__(self, enum_class: type[IntEnum]) -> None:
        super().__init__()
        self.enum_class = enum_class
        self.name = _check_name(enum_class)

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        return None if value is None else int(self.enum_class(value))

    def process_result_value(self, value: int | None, dialect: Dialect) -> IntEnum | None:
        return None if value is None else self.enum_class(value)


def rank_column(name: str, ranks: type[IntEnum]) -> MappedColumn[Any]:
    """A column of an enumeration that is an order: its values as numbers, checked by the database."""
    kind = Ranks(ranks)
    allowed = ", ".join(str(int(rank)) for rank in ranks)
    return mapped_column(name, kind, CheckConstraint(f"{name} IN ({allowed})", name=kind.name))


def state_column(states: type[StrEnum], **options: Any) -> MappedColumn[Any]:
    """A column of an enumeration: its values as text, checked by the database."""
    kind = Enum(
        states,
        native_enum=False,
        length=32,
        create_constraint=True,
        name=_check_name(states),
        values_callable=lambda members: [member.value for member in members],
    )
    return mapped_column(kind, **options)


def _check_name(names: type[StrEnum] | type[IntEnum]) -> str:
    """What the check of an enumeration is called: the name of its class, in small letters."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", names.__name__).lower()
