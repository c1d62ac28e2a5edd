"""How buyers write and what they mean by it, as shipped in `service/data/causes/lexicon.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from service.data import read_file


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All by the word as typed or, for `ideas` and `goods`, by its stem in the spelling of `spellings`."""

    spellings: Mapping[str, tuple[str, ...]]
    """The same word as it is usually written: two words where buyers write them as one."""
    meanings: Mapping[str, str]
    """The Indonesian word of the same meaning."""
    ideas: Mapping[str, tuple[str, ...]]
    goods: Mapping[str, tuple[str, ...]]
    denial: Mapping[str, frozenset[str]]
    """The words that deny and those that stand around them, by their part in it."""


@cache
def lexicon() -> Lexicon:
    """The shipped lexicon, read once."""
    data = tomllib.loads(read_file("causes", "lexicon.toml"))
    spellings = {variant: tuple(plain.split("_")) for plain, variant in _pairs(data["spellings"])}
    meanings = {variant: plain for plain, variant in _pairs(data["meanings"])}

    denial = {part: frozenset(members.split()) for part, members in data["denial"].items()}

    def plain(word: str) -> str:
        spelled = spellings.get(word, ())
        word = spelled[0] if len(spelled) == 1 else word
        return meanings.get(word, word)

    def by_word(groups: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        turned: dict[str, tuple[str, ...]] = {}
        for group, member in _pairs(groups):
            key = plain(member)
            if group not in turned.get(key, ()):
                turned[key] = (*turned.get(key, ()), group)
        return turned

    return Lexicon(spellings, meanings, by_word(data["ideas"]), by_word(data["goods"]), denial)


def _pairs(groups: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, member) for name, members in groups.items() for member in members.split()]
