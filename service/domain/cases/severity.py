"""Complaints that no automatic limit may answer: health, injury, fire, law, fraud, discrimination.

A small model decides by words, forms and neighbours (“untung ga kebakaran”, “racun tikus” and
“killer deal” are none); docs/wording.md says how it is taught and measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from integrations import text as outside
from service.domain.wording import examples
from service.domain.wording.features import features_of
from service.domain.wording.words import words_of

KINDS = examples.GRAVE_KINDS
_SURE, _PLAIN, _KIND_SURE = 0.5, 0.95, 0.5
_LONGEST, _SHORTEST = 20, 8
"""Words looked at together; a longer stretch without a full stop is read in overlapping windows."""


@dataclass(frozen=True, slots=True)
class Grave:
    """Why a person has to read a complaint first: kinds of harm, and the words they went by."""

    kinds: tuple[str, ...]
    words: tuple[str, ...]


def grave(text: str) -> Grave | None:
    """What is grave in a complaint, else None; linear in the length of the text."""
    model, kinds, said = examples.model("severity"), dict[str, None](), dict[str, None]()
    for words, sure in _stretches(text):
        seen = features_of(words)
        if model.probability("grave", seen) < sure:
            continue
        likely = {kind: model.probability(kind, seen) for kind in KINDS}
        best = max(likely, key=lambda kind: likely[kind])
        kinds |= dict.fromkeys([best, *(kind for kind in KINDS if likely[kind] >= _KIND_SURE)])
        strong = model.strongest("grave", {word: features_of([word]) for word in words})[:4]
        said |= dict.fromkeys(word for word in words if word in strong)
    return Grave(tuple(kinds), tuple(said)) if kinds and said else None


def is_grave(text: str) -> bool:
    """True when a person has to read this before anything happens."""
    return grave(text) is not None


def _stretches(text: str) -> Iterator[tuple[list[str], float]]:
    """The whole of a short complaint; the sentences and windows of a long one, with how sure the
    model must be of each: few words say much only where they are plain."""
    # A pile of marks on a letter says nothing and would take long.
    text = outside.paragraphs(text)
    whole = words_of(text)
    if len(whole) <= _LONGEST:
        if whole:
            yield whole, _SURE
        return
    for sentence in re.split(r"[.!?\n]+", text):
        words = words_of(sentence)
        for start in range(0, max(1, len(words) - _LONGEST // 2), _LONGEST // 2):
            if window := words[start : start + _LONGEST]:
                yield window, _SURE
    for start in range(0, len(whole) - _SHORTEST + 1, _SHORTEST // 4):
        yield whole[start : start + _SHORTEST], _PLAIN
