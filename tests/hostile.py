"""What a field may hold when the other side has a fault or means ill, as raw JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

from marshmallow import Schema, fields

from integrations import json_input

Path = tuple[str | int, ...]
"""Where a field stands in a sample: names, and numbers of rows."""

MISSING = ""
"""In place of raw JSON: the field is not there at all."""
TWICE = "twice"
"""In place of raw JSON: the field comes twice, first odd, then right."""

TEXTS = {
    "empty": "",
    "space": " ",
    "zero": "\0",
    "zero inside": "a\0b",
    "half surrogate": "\ud800",
    "surrogates turned round": "\udc00\ud800",
    "noncharacter": "\uffff\ufdd0",
    "line break": "a\nb",
    "line break at the end": "EUR\n",
    "line separator": "a\u2028b\x85c",
    "right to left": "\u202egpj.exe\u202c",
    "look-alikes": "\u0405\u0430r\u0456",
    "invisible": "\u200b\ufeff\u00ad",
    "marks piled up": "a" + "\u0301" * 3000,
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "markup": "<script>alert(1)</script>&lt;&#0;&#99999999999;",
    "placeholders": "%(x)s {y} %s {{ 7*7 }}",
    "quotes": "'; DROP TABLE review; --\"\\",
    "longest id": "x" * 190,
    "longest label": "x" * 501,
    "longest text": "x" * 20_000,
    "too long": "x" * 20_001,
    "number as text": "7",
    "Arabic digits": "\u0661\u0662",
    "digit that is no number": "\u00b2",
    "tiny": "1e-999999999",
    "huge": "1e999999999",
    "many decimals": "0." + "1" * 5000,
    "many digits": "9" * 5000,
    "not a number": "NaN",
    "naive": "2026-11-24T08:14:58",
    "day": "2026-11-24",
    "year one": "0001-01-01T00:00:00Z",
    "year 9999": "9999-12-31T23:59:59-12:00",
    "year 1971": "1971-01-01T00:00:00+14:00",
    "far zone": "2026-11-24T08:14:58+99:99",
    "picoseconds": "2026-11-24T08:14:58.123456789012Z",
    "leap second": "2016-12-31T23:59:60Z",
}
HOSTILE: dict[str, str] = {
    "missing": MISSING,
    "twice": TWICE,
    "null": "null",
    "true": "true",
    "false": "false",
    "0": "0",
    "-1": "-1",
    "half": "0.5",
    "2.0": "2.0",
    "2**31": str(2**31),
    "2**53+1": str(2**53 + 1),
    "2**63-1": str(2**63 - 1),
    "2**63": str(2**63),
    "-2**63-1": str(-(2**63) - 1),
    "10**400": "1" + "0" * 400,
    "10**5000": "1" + "0" * 5000,
    "1e999": "1e999",
    "1e-999": "1e-999",
    "NaN": "NaN",
    "[]": "[]",
    "{}": "{}",
    "[null]": "[null]",
    "[[]]": "[[]]",
    "object": '{"id": "1", "a": 1}',
    "a thousand ids": json.dumps([str(number) for number in range(1000)]),
    "deep": "[" * 700 + "]" * 700,
    "deep object": '{"a":' * 900 + "1" + "}" * 900,
    **{name: json.dumps(text) for name, text in TEXTS.items()},
}
SHORT: dict[str, str] = {
    name: raw
    for name, raw in HOSTILE.items()
    if name not in TEXTS
    or name
    in ("empty", "zero inside", "half surrogate", "marks piled up", "too long", "tiny", "huge")
    or "digit" in name
    or "decimals" in name
}
"""For what takes long: nothing is told apart by the other texts."""
_PLACE = "\u0001here\u0001"


def mutations(
    sample: Any, paths: Sequence[Path], values: Mapping[str, str] = HOSTILE
) -> Iterator[tuple[str, bytes]]:
    """The sample with one field at a time holding one hostile value, as JSON, and what was done."""
    assert paths, "nothing of it would be tried"
    for path in paths:
        for name, raw in values.items():
            yield f"{'.'.join(map(str, path))}: {name}", put(sample, path, raw)


def put(sample: Any, path: Path, raw: str) -> bytes:
    """The sample as JSON with raw JSON at one place."""
    changed = json.loads(json.dumps(sample))
    inside = changed
    for name in path[:-1]:
        inside = inside[name]
    last = path[-1]
    if raw == MISSING:
        del inside[last]
        return json.dumps(changed).encode()
    if raw == TWICE:
        right = json.dumps(inside[last])
        raw = right if isinstance(last, int) else f"0.5, {json.dumps(last)}: {right}"
    inside[last] = _PLACE
    return json.dumps(changed).replace(json.dumps(_PLACE), raw).encode()


def together(sample: Any, paths: Sequence[Path], raw: str, is_read: Callable[[bytes], bool]) -> Any:
    """The sample with one hostile value in every field that may hold it: where `is_read` says that
    the whole is read all the same."""
    for path in paths:
        body = put(sample, path, raw)
        if is_read(body):
            sample = json_input.read(body)
    return sample


def paths_of(sample: Any, known: frozenset[Path] | None = None) -> list[Path]:
    """Every field of a sample, in the first row of each list; only those `known`, rows not
    numbered, where that is given."""
    found = list(_paths(sample))
    return [path for path in found if known is None or unnumbered(path) in known]


def _paths(sample: Any) -> Iterator[Path]:
    inside: Any = ()
    if isinstance(sample, Mapping):
        inside = sample.items()
    elif isinstance(sample, list):
        inside = list(enumerate(sample))[:1]
    for name, value in inside:
        yield (name,)
        yield from ((name, *path) for path in _paths(value))


def leaves_of(sample: Any) -> list[Path]:
    """The fields of a sample in which no others are."""
    found = list(_paths(sample))
    return [path for path in found if not any(path == each[: len(path)] != each for each in found)]


def unnumbered(path: Path) -> Path:
    """The path of a field as a schema knows it."""
    return tuple(name for name in path if isinstance(name, str))


def fields_of(schema: type[Schema]) -> frozenset[Path]:
    """Every field that a schema reads, rows of lists not numbered."""
    return frozenset(_fields(schema))


def _fields(schema: type[Schema]) -> Iterator[Path]:
    for name, field in schema._declared_fields.items():
        key = field.data_key or name
        yield (key,)
        inner = _schema_in(field)
        yield from ((key, *path) for path in (_fields(inner) if inner else ()))


def outermost(module: ModuleType) -> set[type[Schema]]:
    """The schemas of a module that are in no other one of it."""
    schemas = {
        value
        for name, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, Schema)
        and value.__module__ == module.__name__
        and not name.startswith("_")
    }
    inner = {
        schema
        for outer in schemas
        for field in outer._declared_fields.values()
        if (schema := _schema_in(field))
    }
    return schemas - inner


def _schema_in(field: Any) -> type[Schema] | None:
    """The schema of what is nested in a field, however many fields are wrapped around it."""
    if isinstance(field, fields.Nested):
        return type(field.schema)
    for inside in vars(field).values():
        if isinstance(inside, fields.Field) and (schema := _schema_in(inside)):
            return schema
    return None
