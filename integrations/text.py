"""Text from outside, read in one way: every field keeps and drops the same signs.

A sign that one place kept and the next refused would stop a letter for good.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from urllib.parse import urlsplit

_JOINERS = "\u200c\u200d"
"""They shape letters and join emoji, so they stay inside a text."""
_ENDLESS_ENTITY = re.compile("&#(?:[0-9]{20,}|[xX][0-9a-fA-F]{20,});?")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_MARKS = "".join(chr(code) for code in range(0x300, 0x1F000) if unicodedata.combining(chr(code)))
_PILE = re.compile(f"([{_MARKS}]{{30}})[{_MARKS}]+")
"""More marks on one letter than any writing has (UAX 15, stream-safe text). To bring them in order
takes time by the square of their number."""
_DROPPED = ("Cc", "Cf", "Cs")
"""Control and format signs (marks of direction, zero widths), and half surrogates."""


class _Kept(dict[int, int | None]):
    """For `str.translate`: which signs stay; each is looked up once."""

    def __missing__(self, code: int) -> int | None:
        sign = chr(code)
        stays = sign in f"\n{_JOINERS}" or unicodedata.category(sign) not in _DROPPED
        self[code] = kept = code if stays else None
        return kept


_KEPT = _Kept({ord("\t"): ord(" ")})
_NO_JOINERS = {ord(sign): None for sign in _JOINERS}


def paragraphs(text: str) -> str:
    """Text of several lines: `\\n` for every kind of break, nothing invisible, NFC."""
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = _PILE.sub(r"\1", _BREAKS.sub("\n", text).translate(_KEPT))
    return unicodedata.normalize("NFC", kept).strip(f" \n\u00a0{_JOINERS}")


def line(text: str) -> str:
    """Text of one line: as `paragraphs`, with every run of white space as one space."""
    if not text:
        return ""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join(paragraphs(text).split()).strip(f" {_JOINERS}")


def address(text: str) -> str:
    """An e-mail address, a code or a name of a zone: nothing invisible, no space around."""
    if text.isascii():
        return line(text)
    return line(text).translate(_NO_JOINERS).strip()


def clean(value: object, read: Callable[[str], str], *names: str) -> None:
    """Read the fields of a frozen value as all text from outside is read."""
    for name in names:
        if text := getattr(value, name):
            object.__setattr__(value, name, read(text))


def from_html(text: str) -> str:
    """One line of HTML text without tags: entities decoded, once."""
    return line(html.unescape(without_endless_entities(text)))


def without_endless_entities(text: str) -> str:
    """HTML text in which no entity has more digits than Python reads as a number."""
    return _ENDLESS_ENTITY.sub("\ufffd", text)


def is_web_link(link: str) -> bool:
    """Whether it is one that may stand in a message or on a page."""
    try:
        parts = urlsplit(link) if link.isprintable() and " " not in link else None
    except ValueError:
        return False
    return bool(parts and parts.scheme in ("http", "https") and parts.netloc)
