"""Whether a review only praises: with few stars it is most likely a slip of the finger."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from itertools import groupby

from service.data import read_file
from service.domain.complaints.words import Word, words

_LONGEST = 500
"""Characters; who writes more has more to say than praise."""
_SMILES = re.compile(r"[:;]-?[)D]+|<3")
_OF_PICTURES = re.compile("[\u200d\ufe0f\U0001f3fb-\U0001f3ff]")
"""What joins pictures and gives them a colour."""
_TAKE_NOTHING_BACK = frozenset(".,!&+/-~%^\n")
"""Marks; a question, quotation marks and a sad face may take praise back."""
_SHORTEST_DRAWN_OUT = 4
_Phrase = tuple[str, ...]


def only_praises(text: str) -> bool:
    """True when something is praised and nothing else is said.

    All words have to be known ones: "tidak bagus", "bagus tapi pecah", "katanya bagus" and "too good
    to be true" have others, and so has whatever a buyer complains of.
    """
    if len(text) > _LONGEST:
        return False
    plain = _OF_PICTURES.sub("", _SMILES.sub(" ", text))
    left = [_listed(word.spelling) for word in words(plain) if not _says_nothing(plain, word)]
    praised = False
    while left:
        phrase = _first_phrase(left)
        if not phrase:
            return False
        praised = praised or phrase in _phrases("praises")
        del left[: len(phrase)]
    return praised


def _says_nothing(text: str, word: Word) -> bool:
    return word.is_mark and _TAKE_NOTHING_BACK.issuperset(text[word.start : word.end])


def _first_phrase(spellings: Sequence[str]) -> _Phrase:
    """The longest phrase that the words begin with; empty where none is listed."""
    beginnings = (tuple(spellings[:length]) for length in range(_longest_phrase(), 0, -1))
    return next((phrase for phrase in beginnings if phrase in _all_phrases()), ())


def _listed(spelling: str) -> str:
    """A word as the lists have it: `barangnya` as `barang`, `mantaap` as `mantap`. "Bagusnya" stays:
    it may be what should have been, or all there is to praise."""
    noun = spelling.removesuffix("nya")
    if (noun,) in _phrases("beside"):
        return noun
    single = "".join(letter for letter, _ in groupby(spelling))
    is_drawn_out = len(single) >= _SHORTEST_DRAWN_OUT and (single,) in _phrases("praises")
    return single if is_drawn_out else spelling


@cache
def _longest_phrase() -> int:
    return max(map(len, _all_phrases()))


@cache
def _all_phrases() -> frozenset[_Phrase]:
    return _phrases("praises") | _phrases("beside")


@cache
def _phrases(part: str) -> frozenset[_Phrase]:
    entries = tomllib.loads(read_file("causes", "praise.toml"))[part].split()
    return frozenset(
        tuple(word.spelling for word in words(entry.replace("_", " "))) for entry in entries
    )
