"""The drawings of all things that have a life, made from their tables of states: `make states`
writes docs/states/."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from service import domain
from service.domain.state_table import StateTable

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "states"
Table = StateTable[StrEnum, StrEnum]


def tables() -> dict[str, Table]:
    """All tables of states in the rules, by the name of their thing, such as `make-good`."""
    found = {}
    for module in pkgutil.walk_packages(domain.__path__, f"{domain.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, StateTable):
                found[_name(type(value.first))] = value
    return dict(sorted(found.items()))


def _name(states: type[StrEnum]) -> str:
    words = re.findall("[A-Z][a-z]+", states.__name__.removesuffix("State"))
    return "-".join(words).lower()


def drawing(name: str, table: Table) -> str:
    """A page with the drawing and its states in words."""
    states = type(table.first)
    lines = [f'    state "{table.labels[state]}" as {state}' for state in states]
    lines += [f"    [*] --> {state}" for state in states if state in beginnings(table)]
    lines += [f"    {source} --> {target}: {how}" for source, target, how in _arrows(table)]
    left = {source for source, _, _ in _arrows(table)}
    lines += [f"    {state} --> [*]" for state in states if state not in left]
    return (
        f"# States: {name.replace('-', ' ')}\n\n"
        f"Made from the table in `{states.__module__.replace('.', '/')}.py` by `make states`.\n\n"
        "```mermaid\nstateDiagram-v2\n" + "\n".join(lines) + "\n```\n"
    )


def beginnings(table: Table) -> set[StrEnum]:
    """The states in which a thing may come to be: the usual one, and those to which no move leads."""
    entered = {target for sources, target in table.moves.values() if sources - {target}}
    return {table.first} | (set(type(table.first)) - entered)


def _arrows(table: Table) -> list[tuple[str, str, str]]:
    """Where the moves lead: those between the same two states on one arrow."""
    moves: dict[tuple[str, str], list[str]] = {}
    order = list(type(table.first))
    for move, (sources, target) in table.moves.items():
        for source in sorted(sources, key=order.index):
            moves.setdefault((source, target), []).append(move)
    return [(source, target, ", ".join(names)) for (source, target), names in moves.items()]


def pages() -> Mapping[str, str]:
    """The file of each drawing, and what stands in it."""
    return {f"{name}.md": drawing(name, table) for name, table in tables().items()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file, page in pages().items():
        (FOLDER / file).write_text(page, encoding="utf-8")
        print(f"docs/states/{file}")
