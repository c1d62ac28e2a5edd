"""Reading what adapters give: the one review of a list, what a result leaves to do by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from integrations.contract import (
    Buyer,
    ByHand,
    Done,
    Found,
    InboundEvent,
    ReviewEvent,
    SentMessage,
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


def handed_over(order_id: str, mark: str) -> SentMessage:
    """A message of unknown outcome about an order."""
    return SentMessage(Buyer(), mark, datetime(2026, 11, 24, tzinfo=UTC), order_id)
