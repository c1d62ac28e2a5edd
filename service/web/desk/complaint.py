"""A complaint for the page: its text in pieces, those that the cause was read from marked."""

from __future__ import annotations

from dataclasses import dataclass

from service.db.models import Case


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text; `counts`: the cause was read from it."""

    text: str
    counts: bool


def marked(case: Case) -> list[Piece]:
    """The whole text in order. Places that lie outside it, of another version, are passed over."""
    text = case.review.text
    pieces: list[Piece] = []
    at = 0
    for start, end in case.cause_read.get("places", []):
        if at <= start < end <= len(text):
            pieces += [Piece(text[at:start], False), Piece(text[start:end], True)]
            at = end
    return [piece for piece in [*pieces, Piece(text[at:], False)] if piece.text]
