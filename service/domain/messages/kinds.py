"""The messages a case may send to its buyer."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """RECEIPT answers the complaint at once. OFFER tells that there is a choice of remedies, and
    OFFER_REMINDER tells it once more. The others follow a make-good; RESOLUTION_REMINDER asks once more
    what RESOLUTION_CHECK asked. THANKS goes one step further, never near an invitation."""

    RECEIPT = "receipt"
    OFFER = "offer"
    OFFER_REMINDER = "offer_reminder"
    CONFIRMATION = "confirmation"
    RESOLUTION_CHECK = "resolution_check"
    RESOLUTION_REMINDER = "resolution_reminder"
    UPDATE_INVITATION = "update_invitation"
    THANKS = "thanks"


OFFERING = (Step.OFFER, Step.OFFER_REMINDER)
"""What tells a buyer of a choice; worth nothing once it has ended."""
SURVEY = (Step.RESOLUTION_CHECK, Step.RESOLUTION_REMINDER)
"""What asks whether the problem is solved."""
FOLLOW_UPS = (Step.CONFIRMATION, *SURVEY, Step.UPDATE_INVITATION)


class Answer(StrEnum):
    """What the buyer says to the resolution check."""

    SOLVED = "solved"
    PARTLY = "partly"
    NOT_SOLVED = "not_solved"


UNSOLVED = frozenset({Answer.PARTLY, Answer.NOT_SOLVED})
"""Something is left to do."""
