"""Each word under which something stands in the history of a case is one that pages can say."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from service.domain.cases.states import Move
from service.domain.remedies.states import MOVES_OF_CASE, MakeGoodMove
from service.web.words import DEEDS

OPERATIONS = Path(__file__).resolve().parents[2] / "service" / "operations"


def _noted(path: Path) -> Iterator[str]:
    """The words that a module hands to `history.note`, by themselves or by a table of its moves."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="history"), attr="note"),
                args=[_, _, ast.Constant(value=str(word))],
            ):
                yield word
            case ast.AnnAssign(target=ast.Name(id="_DEEDS"), value=ast.Dict(values=words)):
                yield from (str(ast.literal_eval(word)) for word in words)


def test_every_word_of_history_can_be_said() -> None:
    noted = {word for path in sorted(OPERATIONS.rglob("*.py")) for word in _noted(path)}
    # A move of a case that goes along with one of its make-good has no line of its own.
    of_case = set(Move) - set(MOVES_OF_CASE.values())
    moves = {str(move) for move in (*of_case, *MakeGoodMove)}

    assert len(noted) > 30
    assert (noted | moves) - set(DEEDS) == set()
