"""The drawings of states in the docs are those of the tables."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.structure.states import FOLDER, ROOT, pages, tables


def test_drawings_in_the_docs_are_those_of_the_tables() -> None:
    drawn = {path.name: path.read_text("utf-8") for path in FOLDER.iterdir()}

    assert {"case.md", "make-good.md", "task.md"} <= set(drawn)
    assert drawn == pages(), "docs/states is out of date: run `make states`"


def _functions(path: Path) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Each function of a module, by where it stands."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield f"{path.relative_to(ROOT)}: {node.name}", node


def _moved_by() -> dict[str, set[str]]:
    """The functions that ask each table for the state after a move."""
    moved: dict[str, set[str]] = {}
    for path in (ROOT / "service").rglob("*.py"):
        for name, function in _functions(path):
            for node in ast.walk(function):
                match node:
                    case ast.Call(func=ast.Attribute(value=ast.Name(id=table), attr="after")):
                        moved.setdefault(table, set()).add(name)
    return moved


def test_one_function_moves_each_thing() -> None:
    moved = _moved_by()

    assert {table: by for table, by in moved.items() if len(by) > 1} == {}
    assert len(moved) == len(tables())


def test_a_state_changes_by_its_table_only() -> None:
    moving = {name for by in _moved_by().values() for name in by}
    changing = {
        name
        for path in (ROOT / "service").rglob("*.py")
        for name, function in _functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and node.attr == "state"
    }

    assert changing <= moving
