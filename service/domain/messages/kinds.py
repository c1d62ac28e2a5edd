"""The messages a case may send to its buyer."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """RECEIPT answers the complaint at once. OFFER tells that there is a choice of remedies, and
    OFFER_REMINDER tells it once more. The other three follow a make-good."""

    RECEIPT = "receipt"
    OFFER = "offer"
    OFFER_REMINDER = "offer_reminder"
    CONFIRMATION = "confirmation"
    RESOLUTION_CHECK = "resolution_check"
    UPDATE_INVITATION = "update_invitation"


OFFERING = (Step.OFFER, Step.OFFER_REMINDER)
"""What tells a buyer of a choice; worth nothing once it has ended."""
FOLLOW_UPS = (Step.CONFIRMATION, Step.RESOLUTION_CHECK, Step.UPDATE_INVITATION)


class Answer(StrEnum):
    """What the buyer says to the resolution check."""

    SOLVED = "solved"
    NOT_SOLVED = "not_solved"
