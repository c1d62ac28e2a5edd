"""What was changed from one text to the next, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum


class Change(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some letters of the older or the newer text."""

    change: Change
    letters: str


def changes(older: str, newer: str) -> list[Piece]:
    """The older text turned into the newer one; what stayed, what went and what came, in order."""
    before, after = (re.findall(r"\n|\S+[^\S\n]*|[^\S\n]+", text) for text in (older, newer))
    pieces = []
    matcher = SequenceMatcher(None, before, after)
    for how, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        gone, new = "".join(before[old_start:old_end]), "".join(after[new_start:new_end])
        if how == "equal":
            pieces.append(Piece(Change.SAME, gone))
            continue
        pieces += [Piece(Change.GONE, gone)] if gone else []
        pieces += [Piece(Change.NEW, new)] if new else []
    return pieces
