"""What a page sends is read by forms only: no view looks into the request itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    path: ast.parse(path.read_text("utf-8"))
    for path in sorted((ROOT / "service" / "web").rglob("*.py"))
}
TYPED = {"form", "values", "files"}
"""What Flask calls the fields and files of a form that was sent."""


def _name(node: ast.expr | None) -> str:
    """The last part of a dotted name; of `type[X]` and `X | None` the X."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=ast.Name(id="type"), slice=inner) | ast.BinOp(left=inner):
            return _name(inner)
    return ""


def _forms() -> set[str]:
    """The names of all classes that come from the form of WTForms."""
    bases = {
        node.name: {_name(base) for base in node.bases}
        for tree in PAGES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    forms = {"Form", "BaseForm"}
    while more := {name for name, above in bases.items() if above & forms} - forms:
        forms |= more
    return forms


def _makers() -> set[str]:
    """What may be called with what was sent: forms, functions that give one, arguments that are one."""
    makers = _forms()
    for tree in PAGES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and _name(node.returns) in makers:
                makers.add(node.name)
            if isinstance(node, ast.arg) and _is_class_of(node.annotation, makers):
                makers.add(node.arg)
    return makers


def _is_class_of(annotation: ast.expr | None, forms: set[str]) -> bool:
    is_class = isinstance(annotation, ast.Subscript) and _name(annotation.value) == "type"
    return is_class and _name(annotation) in forms


def _reads(tree: ast.AST) -> Iterator[ast.Attribute]:
    """Each place that speaks of what was sent."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in TYPED
            and _name(node.value) == "request"
        ):
            yield node


def _handed_on(tree: ast.AST, makers: set[str]) -> set[ast.expr]:
    """What goes straight into a form."""
    return {
        argument
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and _name(call.func) in makers
        for argument in call.args
    }


def _wrong(tree: ast.AST, makers: set[str]) -> list[int]:
    handed_on = _handed_on(tree, makers)
    return [read.lineno for read in _reads(tree) if read not in handed_on]


def test_what_is_sent_goes_straight_into_a_form() -> None:
    makers = _makers()
    wrong = {
        str(path.relative_to(ROOT)): lines
        for path, tree in PAGES.items()
        if (lines := _wrong(tree, makers))
    }

    assert wrong == {}
    assert sum(1 for tree in PAGES.values() for _ in _reads(tree)) > 40


def test_view_that_reads_by_itself_is_found() -> None:
    makers = _makers()
    odd = (
        "request.form.get('a')",
        "form = request.form",
        "request.form['a']",
        "'a' in request.form",
        "flask.request.values.getlist('a')",
        "save(request.form)",
        "request.files.get('a')",
        "DeskForm(dict(request.form))",
    )

    assert [line for line in odd if not _wrong(ast.parse(line), makers)] == []
    assert _wrong(ast.parse("DeskForm(request.form, key='a')"), makers) == []
