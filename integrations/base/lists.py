"""Lists: read row by row, so that one unreadable row hides no other, and searched for one row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema

from integrations.base.loading import NotAsDocumented, load, subject_of
from integrations.contract import UnreadRow
from integrations.errors import Permanent
from integrations.sentence import Said
from integrations.signatures import body_hash


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that is not as documented: as it came, and what is wrong with it."""

    raw: Any
    problem: Said

    def value(self, name: str) -> object:
        """What it holds under a name, None where it holds nothing."""
        return self.raw.get(name) if isinstance(self.raw, dict) else None

    def holds(self, mark: str) -> bool:
        """Whether this text is anywhere in it."""
        return mark in json.dumps(self.raw)


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of a list; what could not be read of it stands beside what could. `cursor`: where
    the next page begins, for platforms that say so."""

    rows: list[Any]
    unread: list[Unread]
    more: bool = False
    cursor: str = ""


def rows_in(
    data: Any,
    schema: type[Schema],
    path: str,
    where: str = "",
    *,
    more: bool = False,
    cursor: str = "",
) -> Rows:
    """A page of a list; raises `Permanent` where it is none."""
    if not isinstance(data, list):
        raise Permanent("the shop's answer about %(what)s is no list", what=subject_of(path))
    rows: list[Any] = []
    unread: list[Unread] = []
    for raw in data:
        try:
            rows.append(load(schema, raw, path, where))
        except NotAsDocumented as error:
            unread.append(Unread(raw, error.text))
    return Rows(rows, unread, more, cursor)


def unread_row(
    row: Unread,
    number: object,
    delivery: object,
    headers: Mapping[str, str] | None = None,
    *,
    kind: str = "row",
) -> UnreadRow:
    """A row of polled reviews that could not be read, as the delivery it would have come in.

    Its key is the same whenever it is met: its `number`, where that is one, else what it holds.
    """
    body = json.dumps(delivery).encode()
    name = str(number).strip()[:100] if isinstance(number, int | str) else ""
    key = f"{kind}:{name}" if name and name.isprintable() else f"row:{body_hash(body)}"
    return UnreadRow(key, headers or {}, body, row.problem)


def pages(page: Callable[[int], Rows], *, most: int, too_many: Permanent) -> Iterator[Rows]:
    """Pages 0, 1, 2 … up to the last; raises `too_many` where there are more than `most`."""
    for number in range(most):
        listed = page(number)
        yield listed
        if not listed.more:
            return
    raise too_many


def search(page: Callable[[int], Rows], mark: str, *, most: int, what: str) -> Iterator[Any]:
    """The rows of pages 0, 1, 2 …, among which one with `mark` is looked for.

    Raises `Permanent`, outcome unknown, after `most` pages, and where a row with `mark` cannot be
    read: not finding it would mean that it is not there.
    """
    too_many = Permanent(
        "the shop has too many %(what)s to look through: look there for the reference, then mark"
        " this as done or carry it out again",
        what=what,
        outcome="unknown",
    )
    for listed in pages(page, most=most, too_many=too_many):
        yield from listed.rows
        if any(row.holds(mark) for row in listed.unread):
            raise Permanent(
                "the shop holds %(mark)s, but it cannot be read: look at it there",
                mark=mark,
                outcome="unknown",
            )
