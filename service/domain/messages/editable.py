"""Whether its buyer can still change a review, by the rule of its platform."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from integrations.sentence import Text
from service.domain.messages.editing import Lock
from service.domain.messages.policy import PolicyRequest
from service.domain.messages.policy_data import Confidence, Entry


class Editable(StrEnum):
    """Whether the buyer could still change a low review when its case was opened."""

    YES = "yes"
    """The platform's rule says so, or the buyer did change it."""
    ASSUMED = "assumed"
    """No rule is known, or it is not confirmed, or nobody knows from when its days count."""
    NO = "no"


EDITABLE: Mapping[Editable, Text] = {
    Editable.YES: Text("yes"),
    Editable.ASSUMED: Text("assumed, no rule is known"),
    Editable.NO: Text("no"),
}


def editable(platform: Entry, request: PolicyRequest) -> Editable:
    """What the platform's own entry says of the review on the day of this request."""
    if _is_closed(platform, request):
        return Editable.NO
    is_confirmed = platform.confidence in (Confidence.A, Confidence.B)
    return Editable.YES if is_confirmed and _is_open(platform, request) else Editable.ASSUMED


def _is_closed(platform: Entry, request: PolicyRequest) -> bool:
    """Whether a known limit keeps the buyer from changing it."""
    window, age = platform.edit_window_days, request.days_since(platform.window_from)
    return (
        (window is not None and age is not None and age > window)
        or (platform.edits is not None and request.edits_made >= platform.edits)
        or (Lock.PUBLIC_REPLY in platform.locks and request.replied)
        or (Lock.RETURN in platform.locks and request.returned)
    )


def _is_open(platform: Entry, request: PolicyRequest) -> bool:
    """Whether the rule itself says that the review can be changed, where no limit is reached."""
    if platform.edit_window_days is not None:
        return request.days_since(platform.window_from) is not None
    return platform.always_editable or platform.edits is not None
