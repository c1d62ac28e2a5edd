"""Splits texts into search words: the same way for what is stored and what is typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_WORD = re.compile(r"[^\W_]+")
_LONGEST_WORD = 64
LONGEST_TYPED = 200
"""The longest query."""
MOST_WORDS = 400
"""Words kept of one case: a review may be as long as its platform allows."""


def words_of(texts: Iterable[str]) -> list[str]:
    """The different words of some texts in their order: small letters and digits, without accents.

    An invoice number such as `INV/20261127/MPL/42` and an address such as `rina@shop.test` become
    their parts, so each part finds them, and so does the whole.
    """
    words = _WORD.findall(_plain("\n".join(texts)))
    return list(dict.fromkeys([word[:_LONGEST_WORD] for word in words]))[:MOST_WORDS]


def _plain(text: str) -> str:
    """Compatibility forms unified, accents and joiners gone, small letters."""
    # Folded between two decompositions: a fancy letter has to become a plain one first, and a folded
    # one may have marks again.
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", text).casefold()
    decomposed = unicodedata.normalize("NFKD", folded)
    return "".join(
        character for character in decomposed if unicodedata.category(character) not in ("Mn", "Cf")
    )
