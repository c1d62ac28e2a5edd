"""Every sentence for people can be found by Babel's extraction, wherever it is declared."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = [
    path
    for folder in ("service", "integrations", "jobs")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]


def _takes_sentences() -> set[str]:
    """What the Makefile tells the extraction to look for, but marks that are not calls of ours."""
    listed = re.search(r"SENTENCES := ((?:.*\\\n)*.*)", (ROOT / "Makefile").read_text())
    assert listed is not None
    names = listed[1].replace("\\\n", " ").split()
    return {name.partition(":")[0] for name in names} - {"_", "lazy", "N_"}


def _name(function: ast.expr) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))


def _assigned(tree: ast.Module) -> dict[str, list[ast.expr]]:
    """What is assigned to each name of a module, in whatever function."""
    values: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            targets = [node.target]
        for target in targets:
            if isinstance(target, ast.Name):
                values.setdefault(target.id, []).append(node.value)  # type: ignore[attr-defined]
    return values


def _unmarked(value: ast.expr) -> Iterator[str]:
    """Plain strings that a value may be: no call marks them."""
    match value:
        case ast.Constant(value=str(sentence)) if " " in sentence:
            yield sentence
        case ast.Dict():
            for below in value.values:
                yield from _unmarked(below)
        case ast.IfExp():
            yield from _unmarked(value.body)
            yield from _unmarked(value.orelse)


def _hidden_in(path: Path, takes: set[str], assigned: dict[str, list[ast.expr]]) -> Iterator[str]:
    for call in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not (isinstance(call, ast.Call) and call.args and _name(call.func) in takes):
            continue
        first = call.args[0]
        name = _name(first.value if isinstance(first, ast.Subscript) else first)
        for value in assigned.get(name, []):
            for sentence in _unmarked(value):
                yield f"{path.relative_to(ROOT)}:{call.lineno}: mark with N_(): {sentence}"


def test_no_sentence_is_hidden_behind_a_name() -> None:
    takes = _takes_sentences()
    trees = {path: _assigned(ast.parse(path.read_text("utf-8"))) for path in MODULES}
    constants: dict[str, list[ast.expr]] = {}
    for values in trees.values():
        for name, found in values.items():
            if name.isupper():
                constants.setdefault(name, []).extend(found)
    hidden = [
        line for path in MODULES for line in _hidden_in(path, takes, {**constants, **trees[path]})
    ]

    assert hidden == []


def test_each_error_that_is_given_a_sentence_is_looked_for() -> None:
    takes = _takes_sentences()
    trees = [ast.parse(path.read_text("utf-8")) for path in MODULES]
    ours = {"DomainError", "AdapterError", *takes}
    for _generation in range(3):
        ours |= {
            node.name
            for tree in trees
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and {_name(base) for base in node.bases} & ours
        }
    given = {
        _name(call.func)
        for tree in trees
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and call.args and any(map(bool, _unmarked(call.args[0])))
    }

    assert given & ours <= takes
