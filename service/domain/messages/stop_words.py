"""Whether a buyer's whole message asks for silence: one of the words that networks and buyers use."""

from __future__ import annotations

STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "optout", "berhenti"})
"""Those of the CTIA's guidelines that can mean nothing else, and the Indonesian one. `cancel` or `end`
may be about an order; where a network takes them for a wish for silence its channel says so."""


def asks_for_silence(text: str) -> bool:
    """True where the message is such a word and nothing else, whatever its case and signs."""
    letters = "".join(sign for sign in text.casefold() if sign.isalpha())
    return letters in STOP_WORDS
