"""Complaints that no automatic limit may answer: health, injury, fire, law, fraud, discrimination.

A small model decides by words, forms and neighbours (“untung ga kebakaran”, “racun tikus” and
“killer deal” are none); docs/wording.md says how it is taught and measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from integrations import text as outside
from service.domain.wording import examples
from service.domain.wording.features import features_of
from service.domain.wording.words import words_of

KINDS = examples.GRAVE_KINDS
SURE, _KIND_SURE = 0.3, 0.5
_STEP = 7
_SHORT = 2


@dataclass(frozen=True, slots=True)
class Grave:
    """Why a person has to read a complaint first: kinds of harm, and the words they went by."""

    kinds: tuple[str, ...]
    words: tuple[str, ...]


def grave(text: str) -> Grave | None:
    """What is grave in a complaint, else None; linear in the length of the text."""
    model, kinds, loudest = examples.model("severity"), dict[str, None](), dict[str, None]()
    for words in windows(text):
        seen = features_in(words)
        if model.probability("grave", seen) < SURE:
            continue
        likely = {kind: model.probability(kind, seen) for kind in KINDS}
        best = max(likely, key=lambda kind: likely[kind])
        kinds |= dict.fromkeys([best, *(kind for kind in KINDS if likely[kind] >= _KIND_SURE)])
        strong = model.strongest("grave", {word: features_of([word]) for word in words})[:4]
        loudest |= dict.fromkeys(word for word in words if word in strong)
    return Grave(tuple(kinds), tuple(loudest)) if kinds and loudest else None


def is_grave(text: str) -> bool:
    """True when a person has to read this before anything happens."""
    return grave(text) is not None


def features_in(window: Sequence[str]) -> list[str]:
    """What the model sees of a window. One that is short is marked as such: “saya” alone says
    nothing, though it stands in most sentences of harm."""
    return features_of(window, str(len(window)) if len(window) <= _SHORT else "")


def windows(text: str) -> Iterator[list[str]]:
    """The words of a complaint as they are judged, a sentence or an overlapping part of a long one:
    harm is told in few words, however many stand around it."""
    # A pile of marks on a letter says nothing and would take long.
    for sentence in re.split(r"[.!?;\n]+", outside.paragraphs(text)):
        words = words_of(sentence)
        for start in range(0, max(1, len(words) - _STEP), _STEP):
            if window := words[start : start + 2 * _STEP]:
                yield window
