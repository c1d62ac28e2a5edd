"""Takes the disguise off a text: what a reader sees, as plain small letters.

Look-alikes come from the Unicode consortium's table of confusable characters
(https://www.unicode.org/reports/tr39/), by way of `confusable_homoglyphs`.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache

from confusable_homoglyphs.utils import load

_STARS = "★☆⭐🌟✭✮✯⭑⭒✩✪✫✬✰⚝🌠⋆✶✴🟊"
_SPARKLES = "✨💫"
_ARROWS = "→➡⇒⟶➔➜➝➞⟹▶⬆↗↑🔼⏫🔝⤴"
_NUMBERS = {"💯": " seratus ", "🖐": " 5 ", "✋": " 5 "}
_MONEY = "€£¥"
"""Signs of amounts: what they hide in a word is read there (`words.py`)."""
_TURNED = dict(zip("ɐǝıɹʇʌʍɥɯʞɟƃɔ", "aeirtvwhmkfgc", strict=True))
_NAMED_LETTER = re.compile(
    r"(?:LATIN (?:LETTER )?SMALL CAPITAL|SQUARED LATIN CAPITAL|CIRCLED LATIN CAPITAL"
    r"|REGIONAL INDICATOR SYMBOL|LATIN (?:SMALL|CAPITAL)|TAG LATIN SMALL) LETTER ([A-Z])(?: WITH .+)?"
    r"|(?:LATIN LETTER SMALL CAPITAL) ([A-Z])"
)
_NAMED_DIGIT = re.compile(
    r"(?:CIRCLED|DOUBLE CIRCLED|CIRCLED SANS-SERIF|DINGBAT \w+ CIRCLED(?: SANS-SERIF)?) "
    r"(?:DIGIT )?(ONE|TWO|THREE|FOUR|FIVE)"
)
_DIGITS = {"ONE": "1", "TWO": "2", "THREE": "3", "FOUR": "4", "FIVE": "5"}
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_BREAK = re.compile(r"<(?:br|p|/p|div|/div|li|/li)\b[^<>]{0,80}>", re.IGNORECASE)
_LINK = re.compile(r"\[([^\[\]\n]{1,200})\]\([^()\s]{1,400}\)")
_ADDRESS = re.compile(r"\bhttps?://\S+")


def unmask(text: str) -> str:
    """Small letters a to z for everything that looks like one; signs for stars become “stars”.

    Invisible and combining signs, entities, tags and marks of emphasis are gone, line breaks stay.
    """
    plain = html.unescape(html.unescape(text))
    plain = _LINK.sub(r"\1", _TAG.sub("", _BREAK.sub("\n", plain)))
    plain = _ADDRESS.sub(" ", plain)
    plain = "".join(_seen(sign) for sign in plain)
    plain = unicodedata.normalize("NFKC", plain)
    plain = "".join(_looks_like(sign) for sign in unicodedata.normalize("NFD", plain))
    plain = re.sub(r"([1-5])\s?\*(?!\w)", r"\1 stars ", plain)
    plain = re.sub(r"(?<!\*)\*{5}(?!\*)", " 5 stars ", plain)
    plain = re.sub(r"[*~`^#|]+(?=\w)|(?<=\w)[*~`^#|]+", "", plain)
    return plain.casefold()


@cache
def _seen(sign: str) -> str:
    """Signs that stand for a word, before compatibility forms are taken apart."""
    if sign in _STARS:
        return " stars "
    if sign in _SPARKLES:
        return " sparkle "
    if sign in _ARROWS:
        return " jadi "
    if sign in _NUMBERS:
        return _NUMBERS[sign]
    if sign in "👍👎":
        return " thumbsup " if sign == "👍" else " thumbsdown "
    return "'" if sign in "\u2018\u2019\u02bc`´" else sign


@cache
def _looks_like(sign: str) -> str:
    if sign.isascii() or sign in _MONEY:
        return sign
    if unicodedata.category(sign) in ("Mn", "Me", "Cf") or sign in "\u2800\u3164\u115f\u1160\uffa0":
        return ""
    if sign in _TURNED:
        return _TURNED[sign]
    name = unicodedata.name(sign, "")
    if named := _NAMED_LETTER.search(name):
        return named[1] or named[2]
    if digit := _NAMED_DIGIT.search(name):
        return _DIGITS[digit[1]]
    return _look_alikes().get(sign, sign)


@cache
def _look_alikes() -> Mapping[str, str]:
    """A sign to the plain letters or digits it looks like: the few of the table that matter here."""
    # As one text until the large table is gone: what is kept does not then lie scattered over its room.
    pairs = "\n".join(_pairs()).split("\n")
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


def _pairs() -> Iterator[str]:
    """Each sign of the table that looks like plain letters or digits, followed by these."""
    table: Mapping[str, list[Mapping[str, str]]] = load("confusables.json")
    for sign, shapes in table.items():
        if letters := _letters_of([shape["c"] for shape in shapes]):
            yield sign
            yield letters


def _letters_of(shapes: list[str]) -> str:
    """The first of these that is plain letters or digits, else that is named by a letter, else ''."""
    for shape in shapes:
        if shape.isascii() and shape.isalnum():
            return shape
    for shape in shapes:
        if named := _NAMED_LETTER.search(unicodedata.name(shape, "") if len(shape) == 1 else ""):
            return named[1] or named[2]
    return ""
