"""What a platform sends, loaded by marshmallow into dictionaries or values that are as documented."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError

from integrations import json_input
from integrations.contract import Inbound
from integrations.errors import Permanent, Unreadable
from integrations.sentence import Words

Loaded = Mapping[str, Any]
"""What a schema has read: each of its fields by name."""


class Loose(Schema):
    """Ignores fields that nobody asked for."""

    class Meta:
        unknown = EXCLUDE


class NotAsDocumented(Permanent):
    """What was read is something else; the message names each wrong field."""


def load(schema: type[Schema], data: Any, path: str, where: str = "") -> Any:
    """Read `data` that came from a path; raises `NotAsDocumented`."""
    try:
        return read(schema, data, where)
    except ValidationError as error:
        raise NotAsDocumented(
            "the shop's answer about %(what)s is not as documented: %(wrong)s",
            what=subject_of(path),
            wrong=error.messages[0],
        ) from error


def json_of(request: Inbound) -> Any:
    """The body of a delivery; raises `Unreadable` where it is no JSON."""
    try:
        return json_input.read(request.body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("the body is not JSON in UTF-8") from error


def delivered(schema: type[Schema], data: Any, where: str = "") -> Any:
    """Read what a delivery holds; raises `Unreadable`."""
    try:
        return read(schema, data, where)
    except ValidationError as error:
        raise Unreadable(Words(error.messages[0])) from error


def read(schema: type[Schema], data: Any, where: str = "") -> Any:
    """Read `data`, into a dictionary where the schema makes nothing else of it; raises
    `ValidationError` whose only message names each wrong field, such as
    `data.review.rating: must be from 1 to 5`. `where`: its place in what the shop sent."""
    try:
        return _made(schema).load(data)
    except ValidationError as error:
        raise ValidationError("; ".join(_flat(error.messages, where))[:300]) from error


def subject_of(path: str) -> str:
    """What a path is about: its first part."""
    return path.strip("/").split("/")[0]


@cache
def _made(schema: type[Schema]) -> Schema:
    """One for all threads: making a schema takes longer than reading with it, which keeps nothing."""
    return schema()


def _flat(messages: Any, path: str) -> list[str]:
    if isinstance(messages, Mapping):
        return [
            line
            for name, below in messages.items()
            for line in _flat(
                below, path if name == "_schema" else f"{path}.{name}" if path else str(name)
            )
        ]
    texts = " ".join(map(str, messages)) if isinstance(messages, list) else str(messages)
    return [f"{path}: {texts}" if path else texts]
