"""Normalizes the spelling of buyers' words; each keeps its place in the text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from service.domain.complaints.lexicon import lexicon

_PIECE = re.compile(r"[^\W_]+(?:['’`][^\W\d_]+)?|[.,;:!?\n()]+|[^\w\s]")
_THREE_OR_MORE = re.compile(r"([^\W\d_])\1{2,}")
_SUFFIXES = ("nya", "in", "an", "lah", "ku", "mu")
_SHORTEST_STEM = 3
_ENDS_DOUBLE = "slfeo"
"""Letters that English words end in twice: glass, small, off, free, too."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word or mark of a text: how it is spelt here, and where it stands there."""

    spelling: str
    start: int
    end: int

    @property
    def is_mark(self) -> bool:
        """True for punctuation and pictures, which part clauses."""
        return not self.spelling[0].isalnum()


def words(text: str) -> list[Word]:
    """The words and marks of a text in order, in one spelling.

    Small letters; three of a letter are one; the `2` and `²` of reduplication and the second half
    of `lama-lama` are left out; shorthand is written out: `gk` is `tidak`, `gabisa` is two words.
    """
    return list(_words(text))


def _words(text: str) -> Iterator[Word]:
    earlier = last = ""
    for match in _PIECE.finditer(text):
        plain = _plain(match.group())
        if last == "-" and plain == earlier:
            last = plain
            continue
        if plain != "-":
            earlier = plain
        last = plain
        for spelling in _spelled_out(plain):
            yield Word(spelling, match.start(), match.end())


def _plain(piece: str) -> str:
    folded = unicodedata.normalize("NFKC", piece).casefold().replace("’", "'").replace("`", "'")
    if not folded[:1].isalnum():
        return piece[0]
    return _THREE_OR_MORE.sub(r"\1", folded)


@lru_cache(20_000)
def _spelled_out(plain: str) -> tuple[str, ...]:
    spellings = lexicon().spellings
    once = _once(plain)
    return spellings.get(plain) or spellings.get(once) or (once,)


def _once(plain: str) -> str:
    """`rusak2` as `rusak`, `jelekk` as `jelek`: no Indonesian word ends in a double letter."""
    if len(plain) > 4 and plain[-1] == "2" and plain[:-1].isalpha():
        return plain[:-1]
    if len(plain) > 3 and plain[-1] == plain[-2] and plain[-1] not in _ENDS_DOUBLE:
        return plain if plain[-1].isdigit() else plain[:-1]
    return plain


@lru_cache(20_000)
def stems(spelling: str) -> tuple[str, ...]:
    """What a word may be a form of, itself first: `kerusakan` and `dirusakin` give `rusak`."""
    forms = [spelling]
    for form in forms:
        for suffix in _SUFFIXES:
            if form.endswith(suffix):
                _add(forms, form.removesuffix(suffix))
            if form.startswith("ke") and form.endswith("an"):
                _add(forms, form[2:-2])
        if form.startswith("di"):
            _add(forms, form[2:])
    return tuple(forms)


def _add(forms: list[str], stem: str) -> None:
    if len(stem) < _SHORTEST_STEM:
        return
    for form in (stem, *lexicon().spellings.get(stem, ())[:1]):
        if form not in forms:
            forms.append(form)


@lru_cache(20_000)
def meaning(spelling: str) -> str:
    """The Indonesian word for an English or a rarer one; the word itself where there is none."""
    return lexicon().meanings.get(spelling, spelling)


@lru_cache(20_000)
def ideas(spelling: str) -> tuple[str, ...]:
    """The fields a word belongs to by itself or by its stem: DEFECT, LATE; none for most words."""
    ideas_by_word = lexicon().ideas
    return next(
        (
            ideas_by_word[meaning(form)]
            for form in stems(spelling)
            if meaning(form) in ideas_by_word
        ),
        (),
    )


@lru_cache(20_000)
def goods(spelling: str) -> tuple[str, ...]:
    """The kinds of goods a word in a product's name points to; none for most words."""
    goods_by_word = lexicon().goods
    return next(
        (
            goods_by_word[meaning(form)]
            for form in stems(spelling)
            if meaning(form) in goods_by_word
        ),
        (),
    )
