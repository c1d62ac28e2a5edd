"""How long a buyer can change a review, and what ends it early."""

from __future__ import annotations

from enum import StrEnum


class Anchor(StrEnum):
    """From when the days are counted in which a review can be changed."""

    REVIEW = "review"
    DELIVERY = "delivery"
    COMPLETION = "completion"


class Lock(StrEnum):
    """What ends a buyer's editing before its time."""

    PUBLIC_REPLY = "public_reply"
    """The seller's answer under the review."""
    RETURN = "return"
    """A refund or return through the platform."""
