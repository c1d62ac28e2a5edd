"""What the classifier of causes sees of a complaint: words, parts of words, ideas in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise, product
from typing import NamedTuple

from service.domain.complaints.words import Word, goods, ideas, meaning, words

WEIGHTS = {
    "word": 1.2,
    "letters": 1.4,
    "idea": 1.0,
    "ideas apart": 0.3,
    "goods": 0.3,
    "goods and word": 0.5,
    "shape": 0.2,
}
"""The views on a text and how much each counts; found by cross-validation (docs/causes.md)."""
_LETTERS = (2, 3, 4, 5)
_STOP = "|"


class Feature(NamedTuple):
    """Something seen in a text: by which view, and in which words."""

    view: str
    name: str
    words: tuple[Word, ...]


def features(text: str, product_name: str = "") -> list[Feature]:
    """All that is seen, repeated as often as it stands there.

    `product_name` may be empty: it helps to tell a lamp that is "rusak" from a box that is.
    """
    pieces = words(text)
    spoken = [piece for piece in pieces if not piece.is_mark]
    return [
        *_of_words(spoken),
        *_of_letters(spoken),
        *_of_ideas(pieces),
        *_of_goods(spoken, product_name),
    ]


def _of_words(spoken: Sequence[Word]) -> Iterator[Feature]:
    for word in spoken:
        yield Feature("word", meaning(word.spelling), (word,))
    for pair in pairwise(spoken):
        yield Feature("word", " ".join(meaning(word.spelling) for word in pair), pair)
    yield Feature("shape", f"about 2^{len(spoken).bit_length()} words", ())


def _of_letters(spoken: Sequence[Word]) -> list[Feature]:
    return [Feature("letters", part, (word,)) for word in spoken for part in _parts(word.spelling)]


@lru_cache(20_000)
def _parts(spelling: str) -> tuple[str, ...]:
    padded = f"<{spelling}>"
    return tuple(
        padded[start : start + length]
        for length in _LETTERS
        for start in range(len(padded) - length + 1)
    )


def _of_ideas(pieces: Sequence[Word]) -> Iterator[Feature]:
    sequence: list[tuple[tuple[str, ...], Word]] = []
    for piece in pieces:
        if not piece.is_mark:
            if names := ideas(piece.spelling):
                sequence.append((names, piece))
        elif piece.spelling in ".,;!?\n" and sequence and sequence[-1][0] != (_STOP,):
            sequence.append(((_STOP,), piece))
    for length in (1, 2, 3):
        for start in range(len(sequence) - length + 1):
            part = sequence[start : start + length]
            yield from _combined("idea", " ", part)
    without_stops = [item for item in sequence if item[0] != (_STOP,)]
    for place, item in enumerate(without_stops):
        for other in without_stops[place + 2 : place + 5]:
            yield from _combined("ideas apart", "..", (item, other))
    if without_stops:
        for idea in without_stops[0][0]:
            yield Feature("shape", f"first {idea}", (without_stops[0][1],))


def _combined(
    view: str, joint: str, part: Sequence[tuple[tuple[str, ...], Word]]
) -> Iterator[Feature]:
    seen = tuple(word for _, word in part if not word.is_mark)
    for names in product(*(options for options, _ in part)):
        yield Feature(view, joint.join(names), seen)


def _of_goods(spoken: Sequence[Word], product_name: str) -> Iterator[Feature]:
    names = [word.spelling for word in words(product_name) if not word.is_mark]
    for name in names:
        yield Feature("goods", name, ())
    for kind in sorted({kind for name in names for kind in goods(name)}):
        for word in spoken:
            yield Feature("goods and word", f"{kind} {meaning(word.spelling)}", (word,))
