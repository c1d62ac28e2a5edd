"""The messages a case may send to its buyer."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """RECEIPT answers the complaint at once; the other three follow a make-good."""

    RECEIPT = "receipt"
    CONFIRMATION = "confirmation"
    RESOLUTION_CHECK = "resolution_check"
    UPDATE_INVITATION = "update_invitation"


FOLLOW_UPS = (Step.CONFIRMATION, Step.RESOLUTION_CHECK, Step.UPDATE_INVITATION)


class Answer(StrEnum):
    """What the buyer says to the resolution check."""

    SOLVED = "solved"
    NOT_SOLVED = "not_solved"
