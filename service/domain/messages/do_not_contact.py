"""What the entries of the do-not-contact list name."""

from __future__ import annotations

from enum import StrEnum


class MarkKind(StrEnum):
    """What an entry of the list names."""

    EMAIL = "email"
    TELEPHONE = "telephone"
    BUYER = "buyer"
    """The platform's id of a buyer."""
