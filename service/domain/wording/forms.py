"""The forms of a word: beginnings and endings come off, ideas are looked up by what is left."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from service.data import read_file

_ENDINGS_EN = ("ing", "ed", "es", "s", "er", "ers", "d", "'s")
_ENDINGS_ID = (
    "nya",
    "ny",
    "mu",
    "ku",
    "lah",
    "kah",
    "pun",
    "kan",
    "in",
    "an",
    "i",
    "e",
    "ne",
    "en",
    "na",
    "deh",
)
_BEGINNINGS_ID = (
    "di",
    "ng",
    "nge",
    "me",
    "mem",
    "men",
    "meng",
    "meny",
    "pe",
    "pem",
    "pen",
    "peng",
    "ter",
    "ber",
    "memper",
    "diper",
    "ke",
    "se",
    "nya",
    "ny",
    "n",
    "m",
    "per",
    "penge",
)
_MUTATED = {
    "mem": "p",
    "men": "t",
    "meng": "k",
    "meny": "s",
    "pem": "p",
    "pen": "t",
    "peng": "k",
    "ny": "s",
    "n": "t",
    "m": "p",
    "ng": "k",
}


@cache
def ideas() -> Mapping[str, frozenset[str]]:
    """A base form to the ideas it belongs to."""
    by_word: dict[str, set[str]] = {}
    for idea, words in _lexicon()["ideas"].items():
        for word in words.split():
            by_word.setdefault(word, set()).add(idea)
    return {word: frozenset(names) for word, names in by_word.items()}


@cache
def _lexicon() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(read_file("wording", "lexicon.toml"))


@cache
def _same() -> Mapping[str, str]:
    return {
        spelling: word
        for word, spellings in _lexicon()["same"].items()
        for spelling in spellings.split()
    }


@lru_cache(maxsize=8192)
def base(word: str) -> str:
    """The form in the lexicon that a word is made of, else the word itself."""
    for guess in _guesses(word):
        if guess in _same():
            return _same()[guess]
        if guess in ideas():
            return guess
    return word


def _guesses(word: str) -> Iterator[str]:
    yield word
    squeezed = re.sub(r"(.)\1{2,}", r"\1", word)
    doubled = re.sub(r"(.)\1{2,}", r"\1\1", word)
    single = re.sub(r"(.)\1+", r"\1", word) if squeezed != word or len(word) > 7 else word
    for form in dict.fromkeys((word, doubled, squeezed, single)):
        yield from _stems(form)


def _stems(word: str) -> Iterator[str]:
    yield word
    for ending in (*_ENDINGS_EN, *_ENDINGS_ID):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            stem = word[: -len(ending)]
            yield stem
            if ending in ("ing", "ed", "es", "er"):
                yield stem + "e"
                if len(stem) > 3 and stem[-1] == stem[-2]:
                    yield stem[:-1]
            for more in ("kan", "in", "an", "i"):
                if stem.endswith(more) and len(stem) - len(more) >= 3:
                    yield stem[: -len(more)]
    for beginning in _BEGINNINGS_ID:
        if not word.startswith(beginning) or len(word) - len(beginning) < 3:
            continue
        bare = word[len(beginning) :].lstrip("-")
        for ending in ("", *_ENDINGS_ID):
            if bare.endswith(ending) and len(bare) - len(ending) >= 3:
                stem = bare[: len(bare) - len(ending)]
                yield stem
                if beginning in _MUTATED:
                    yield _MUTATED[beginning] + stem
