"""The words of a text as they are meant: hidden letters found, cut and spelt words joined."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import product

from service.domain.wording.disguise import unmask
from service.domain.wording.forms import base, ideas

_LEET: Mapping[str, str] = {
    "0": "o",
    "1": "il",
    "2": "z",
    "3": "e",
    "4": "a",
    "5": "s",
    "6": "gb",
    "7": "t",
    "8": "b",
    "9": "g",
    "@": "a",
    "$": "s",
    "!": "il",
    "+": "t",
    "€": "e",
    "†": "t",
    "|": "il",
    "£": "l",
}
_SIGNS = "".join(map(re.escape, "@$!+€†|£"))
_TOKEN = re.compile(rf"[a-z0-9'{_SIGNS}]*[a-z0-9]+|[{_SIGNS}](?=[a-z])|[^\W_]+|%|\$|£|€")
_SPELT = re.compile(r"(?<![^\W_])[^\W_](?:[\s.\-_*·•,/|\\~:;]{1,3}[^\W_](?![^\W_])){3,}")
_HIDDEN = (
    "review",
    "reviews",
    "rating",
    "ratings",
    "bintang",
    "ulasan",
    "penilaian",
    "komentar",
    "komen",
    "comment",
    "comments",
    "testimoni",
    "testimonial",
    "feedback",
    "stars",
    "score",
)
"""Words somebody might want to hide; what can only be read as one of them is taken for it."""


@lru_cache(maxsize=8192)
def _revealed(token: str) -> tuple[str, ...]:
    """A token with digits or signs for letters as the word it hides, else cut into its parts."""
    if token.isdigit() or token.isalpha():
        return (token,)
    inner = token.strip("!'|+")
    if _is_ours(inner):
        return (inner,)
    if (
        len(inner) > 3
        and inner[-1].isdigit()
        and (bare := _revealed(inner[:-1]))
        and _is_ours(bare[0])
    ):
        return (*bare, inner[-1])
    if any(sign in _LEET for sign in inner) and re.search("[a-z]", inner) and len(inner) <= 20:
        spots = [_LEET.get(sign, sign) for sign in inner]
        if sum(len(each) > 1 for each in spots) <= 4:
            for letters in product(*spots):
                guess = "".join(letters)
                if guess.isalpha() and _is_ours(guess):
                    return (guess,)
    return tuple(re.findall(r"\d+|[a-z']+|[^\W\d_]+|%|\$|£|€", inner)) or (token,)


def _is_ours(word: str) -> bool:
    return base(word) in ideas()


@lru_cache(maxsize=8192)
def _unhidden(word: str) -> str:
    """A word that lost vowels, or took l for i, as the word somebody wanted to hide."""
    if _is_ours(word) or not word.isalpha() or len(word) < 4:
        return word
    for swapped in _misread(word):
        if base(swapped) in _HIDDEN:
            return swapped
    short = word
    for ending in ("nya", "ny", "mu", ""):
        if word.endswith(ending):
            short = word[: len(word) - len(ending)]
            break
    squeezed = re.sub(r"(.)\1+", r"\1", short)
    for hidden in _HIDDEN:
        if len(squeezed) >= 4 and _lost_vowels(squeezed, hidden):
            return hidden
        if len(squeezed) == len(hidden) >= 6 and _two_turned(squeezed, hidden):
            return hidden
    return word


def _misread(word: str) -> Iterator[str]:
    """The word with a letter read as its neighbour in looks: l as i, vv as w, rn as m."""
    for at, letter in enumerate(word):
        if letter in "li":
            yield word[:at] + ("i" if letter == "l" else "l") + word[at + 1 :]
    yield word.replace("vv", "w")
    yield word.replace("rn", "m")
    yield word.replace("q", "g")


def _lost_vowels(word: str, whole: str) -> bool:
    if len(whole) - len(word) not in (1, 2, 3, 4) or word[0] != whole[0]:
        return False
    at = 0
    for letter in whole:
        if at < len(word) and word[at] == letter:
            at += 1
        elif letter not in "aiueo":
            return False
    return at == len(word)


def _two_turned(word: str, whole: str) -> bool:
    spots = [
        at for at, (letter, other) in enumerate(zip(word, whole, strict=True)) if letter != other
    ]
    return (
        len(spots) == 2
        and spots[1] == spots[0] + 1
        and word[spots[0]] == whole[spots[1]]
        and word[spots[1]] == whole[spots[0]]
    )


def words_of(text: str) -> list[str]:
    """The words of a text in small letters, as they are meant; a dot, comma or question mark is none."""
    plain = _SPELT.sub(
        lambda spelt: f" {re.sub(r'[^0-9a-zA-Z@$!]', '', spelt.group())} ", unmask(text)
    )
    tokens = [part for token in _TOKEN.findall(plain) for part in _revealed(token)]
    return [_unhidden(word) for word in _joined(tokens)]


def _joined(tokens: list[str]) -> list[str]:
    """A word that was cut in two or three is put together again."""
    joined: list[str] = []
    at = 0
    while at < len(tokens):
        for size in (3, 2):
            parts = tokens[at : at + size]
            whole = "".join(parts)
            if (
                len(parts) == size
                and len(whole) >= 5
                and base(whole) in _HIDDEN
                and not any(base(part) in _HIDDEN for part in parts)
            ):
                joined.append(whole)
                at += size
                break
        else:
            joined.append(tokens[at])
            at += 1
    return joined
