"""The words of a text as they are meant: hidden letters found, endings off, ideas looked up."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import product

from service.data import read_file
from service.domain.wording.disguise import unmask

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
        rest = word[len(beginning) :].lstrip("-")
        for ending in ("", *_ENDINGS_ID):
            if rest.endswith(ending) and len(rest) - len(ending) >= 3:
                stem = rest[: len(rest) - len(ending)]
                yield stem
                if beginning in _MUTATED:
                    yield _MUTATED[beginning] + stem


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
    spots = [at for at, (one, other) in enumerate(zip(word, whole, strict=True)) if one != other]
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


_SHORT = re.compile(
    r"(?:^|[\s(])(?:jl|jln|no|nomor|rp|st|mr|mrs|ms|dr|prof|bpk|ibu|bu|pak|kec|kel|kab|ds|tgl|tel|telp|hp|wa|rt|rw|a\.n|an|yth|ca|approx|incl|e\.g|i\.e|vs|etc|dll|dsb)\.$",
    re.IGNORECASE,
)
"""Short forms whose full stop ends no sentence."""


def sentences(text: str) -> list[str]:
    """The sentences of a text; a line break ends one, the full stop of a short form does not."""
    parts: list[str] = []
    for row in re.split(r"\n+", text):
        open_part = ""
        for part in re.split(r"(?<=[.!?…])(?=\s+\S)", row):
            open_part += part
            if not _SHORT.search(part[-12:]):
                parts.append(open_part.strip())
                open_part = ""
        parts.append(open_part.strip())
    return [part for part in parts if part]
