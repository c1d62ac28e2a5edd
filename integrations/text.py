"""Text from outside, read in one way: every field keeps and drops the same signs.

A sign that one place kept and the next refused would stop a letter for good.
"""

from __future__ import annotations

import html
import re
import unicodedata

_JOINERS = "\u200c\u200d"
"""They shape letters and join emoji, so they stay inside a text."""
_BREAKS = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_DROPPED = ("Cc", "Cf", "Cs", "Cn")
"""Control, format (marks of direction, zero widths), half surrogates, what is no character."""


def paragraphs(text: str) -> str:
    """Text of several lines: `\\n` for every kind of break, nothing invisible, NFC."""
    broken = _BREAKS.sub("\n", text).replace("\t", " ")
    kept = "".join(
        one
        for one in broken
        if one == "\n" or one in _JOINERS or unicodedata.category(one) not in _DROPPED
    )
    return unicodedata.normalize("NFC", kept).strip(f" \n\u00a0{_JOINERS}")


def line(text: str) -> str:
    """Text of one line: as `paragraphs`, with every run of white space as one space."""
    return " ".join(paragraphs(text).split()).strip(f" {_JOINERS}")


def address(text: str) -> str:
    """An e-mail address, a code or a name of a zone: nothing invisible, no space around."""
    return line(text).translate({ord(one): None for one in _JOINERS})


def from_html(text: str) -> str:
    """One line of HTML text without tags: entities decoded, once."""
    return line(html.unescape(text))
