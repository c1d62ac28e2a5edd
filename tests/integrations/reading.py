"""Reading what adapters give: the one review of a list, what a result leaves to do by hand."""

from __future__ import annotations

from collections.abc import Iterable

from integrations.contract import (
    ByHand,
    Done,
    Found,
    InboundEvent,
    ReviewEvent,
)
from integrations.sentence import Said


def reviews(events: Iterable[InboundEvent]) -> list[ReviewEvent]:
    """All of them, each a review."""
    found = []
    for event in events:
        assert isinstance(event, ReviewEvent)
        found.append(event)
    return found


def review(events: Iterable[InboundEvent]) -> ReviewEvent:
    """The only one, a review."""
    [event] = reviews(events)
    return event


def left(result: Found | None) -> Said | None:
    """What is left for the seller to do, None where it is done."""
    assert isinstance(result, Done | ByHand)
    return result.text if isinstance(result, ByHand) else None
