"""What counts as low, and what a new version of a review means for its case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from integrations.contract import EventKind, ReviewEvent


class Change(StrEnum):
    """What an event does to the review we know."""

    NOTHING = "nothing"
    STALE = "stale"
    """Older than what we know: kept out."""
    UNCLEAR = "unclear"
    """Repeats a version already left behind and carries no order: look again."""
    VERSION = "version"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class StoredReview:
    """The review as we have it: latest values, and the (rating, text) pairs seen before them."""

    rating: int | None
    text: str
    sequence: int | None
    withdrawn: bool
    earlier: Sequence[tuple[int | None, str]] = ()


NO_ID = ("", "0")
"""What platforms write for a buyer without an account."""


def marks_of(buyer: Mapping[str, str]) -> set[str]:
    """By what a buyer may be told apart: `id:9`, `mail:sari@example.test`; empty for nobody."""
    number, address = buyer.get("id", ""), buyer.get("email", "").strip().lower()
    marks = set() if number in NO_ID else {f"id:{number}"}
    return marks | ({f"mail:{address}"} if address else set())


def same_buyer(left: Mapping[str, str], right: Mapping[str, str]) -> bool:
    """True when two `buyer` objects are of one person: by the platform's id where both have one,
    else by the address. Nobody is the same as somebody of whom nothing is known."""
    ids = left.get("id", ""), right.get("id", "")
    if not set(ids) & set(NO_ID):
        return ids[0] == ids[1]
    addresses = {buyer.get("email", "").strip().casefold() for buyer in (left, right)}
    return len(addresses) == 1 and "" not in addresses


def is_low(rating: int | None, threshold: int) -> bool:
    """True for a rating at or below the threshold; not rated is never low."""
    return rating is not None and rating <= threshold


def change(stored: StoredReview | None, event: ReviewEvent) -> Change:
    """Compare an event with what is known; topics are never believed, only values and order."""
    gone = event.kind is EventKind.WITHDRAWN
    if stored is None:
        return Change.WITHDRAWN if gone else Change.VERSION
    if event.sequence is not None and stored.sequence is not None:
        if event.sequence < stored.sequence:
            return Change.STALE
        if event.sequence == stored.sequence and gone == stored.withdrawn:
            return Change.NOTHING
    if gone:
        return Change.NOTHING if stored.withdrawn else Change.WITHDRAWN
    if (event.rating, event.text) == (stored.rating, stored.text) and not stored.withdrawn:
        return Change.NOTHING
    if event.sequence is None and (event.rating, event.text) in stored.earlier:
        return Change.UNCLEAR
    if event.sequence is None and stored.withdrawn:
        return Change.UNCLEAR
    return Change.VERSION
