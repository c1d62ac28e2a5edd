"""Finds every sentence that may reach a person, for the translations: what is marked with gettext,
and what the domain, the operations and the adapters say in plain English.

Used by `pybabel extract` through babel.cfg and by test_translations.py. An f-string becomes a
sentence with places, `f"Only {left} is left"` -> `Only %(left)s is left`, as service.web.told
looks it up.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import IO, Any

MARKED = frozenset({"_", "gettext", "lazy", "lazy_gettext"})
LOGS = frozenset({"debug", "info", "warning", "error", "exception"})
REFUSALS = (
    "NotFound",
    "WrongState",
    "NotPermitted",
    "OverLimit",
    "WrongInput",
    "Permanent",
    "Temporary",
    "Misconfigured",
    "Unsupported",
    "Unreadable",
)
LABELS = {"Field": 1, "Finding": 0, **dict.fromkeys(REFUSALS, 0)}
"""Calls whose argument at this place is shown however short it is."""
NOT_SAID = re.compile(
    r"^(SELECT|INSERT|UPDATE|WITH|PRAGMA|CREATE|SET) |IS (NOT )?NULL|\\b|\(\?|\||<a href|"
    r"^(Bearer|Makegood|Replacement for order|a time without|another worker|settled meanwhile|says)"
    r" |^Invalid refund amount$|per (minute|hour)|^(If you like|Jika berkenan),|"
    r"^(\d{3}|answers after|records the refund) |^no such|, (once|twice)$"
)
"""What only looks like a sentence: SQL, patterns, headers, notes inside platforms and programs,
examples that stay in their language, and what only testers of the sandbox read."""
JOINED = re.compile(r"(“%\(\w+\)s”|%\(where\)s): %")
"""Sentences made of others, without a word of their own."""
PLACE = re.compile(r"%\(\w+\)s")


def extract(
    fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Babel's extraction method: line, function, message, comments."""
    for line, text in sentences(fileobj.read().decode("utf-8")):
        yield line, "_", text, []


def sentences(source: str) -> list[tuple[int, str]]:
    """All sentences of a Python file with their lines."""
    tree = ast.parse(source)
    silent = _silent(tree)
    found: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for said in _said_by(node):
                found.setdefault(said, node.lineno)
                silent.add(id(node.args[0]))
    for node in ast.walk(tree):
        if id(node) not in silent:
            text = template(node)
            if text is not None and _is_sentence(text, isinstance(node, ast.JoinedStr)):
                found.setdefault(text, getattr(node, "lineno", 0))
    return [(line, text) for text, line in found.items()]


def _said_by(call: ast.Call) -> Iterator[str]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name in MARKED and call.args:
        text = template(call.args[0])
        if text:
            yield text
    elif name in LABELS and len(call.args) > LABELS[name]:
        text = template(call.args[LABELS[name]])
        if text:
            yield text


def _silent(tree: ast.AST) -> set[int]:
    """Docstrings, arguments of logs, and parts of f-strings."""
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            silent |= {id(part) for value in node.values for part in ast.walk(value)}
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in LOGS:
            silent |= {id(part) for part in ast.walk(node)}
    return silent


def template(node: ast.AST) -> str | None:
    """The text of a string or f-string, with `%(name)s` for each value; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"\{(\w+)\}", r"%(\1)s", node.value)
    if not isinstance(node, ast.JoinedStr):
        return None
    text, names = "", list[str]()
    for value in node.values:
        if isinstance(value, ast.Constant):
            text += str(value.value).replace("%", "%%")
        elif isinstance(value, ast.FormattedValue):
            names.append(_name(value.value, names))
            text += f"%({names[-1]})s"
    return text


def _name(value: ast.expr, taken: list[str]) -> str:
    own = getattr(value, "attr", getattr(value, "id", ""))
    name = own.lower() if re.fullmatch(r"[A-Za-z]\w*", own) else "value"
    return name if name not in taken else f"{name}{len(taken)}"


def _is_sentence(text: str, is_template: bool) -> bool:
    if NOT_SAID.search(text):
        return False
    if is_template and JOINED.match(text):
        return True
    words = re.findall(r"[A-Za-z’'“”-]{2,}", PLACE.sub(" ", text))
    wanted = 1 if is_template else 3
    return " " in text.strip() and len(words) >= wanted and not text.startswith(" ")
