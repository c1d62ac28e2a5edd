"""What counts as low, and what an event does to the review we know."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integrations.contract import EventKind, ReviewEvent
from service.domain.reviews.versions import Change, StoredReview, change, is_low

KNOWN = StoredReview(rating=2, text="bad", sequence=5, withdrawn=False)
SAME = ReviewEvent(EventKind.CHANGED, "r1", rating=2, text="bad", sequence=5)
GONE = ReviewEvent(EventKind.WITHDRAWN, "r1", sequence=6)


@pytest.mark.parametrize(
    ("rating", "threshold", "low"),
    [(1, 3, True), (3, 3, True), (4, 3, False), (3, 2, False), (None, 5, False)],
)
def test_a_rating_is_low_up_to_the_threshold_when_there_is_one(
    rating: int | None, threshold: int, low: bool
) -> None:
    assert is_low(rating, threshold) is low


@pytest.mark.parametrize("kind", [EventKind.ADDED, EventKind.CHANGED])
def test_it_is_a_version_when_the_review_is_new_whatever_the_topic(kind: EventKind) -> None:
    assert change(None, replace(SAME, kind=kind)) is Change.VERSION


def test_it_is_withdrawn_when_an_unknown_review_is_gone_already() -> None:
    assert change(None, GONE) is Change.WITHDRAWN


@pytest.mark.parametrize(
    ("known", "event", "found"),
    [
        (KNOWN, SAME, Change.NOTHING),
        (KNOWN, replace(SAME, sequence=6), Change.NOTHING),
        (KNOWN, replace(SAME, sequence=6, rating=5), Change.VERSION),
        (KNOWN, replace(SAME, sequence=6, text="worse"), Change.VERSION),
        (KNOWN, replace(SAME, sequence=4, rating=5), Change.STALE),
        (KNOWN, replace(SAME, sequence=5, rating=5), Change.NOTHING),
        (KNOWN, GONE, Change.WITHDRAWN),
        (KNOWN, replace(GONE, sequence=5), Change.WITHDRAWN),
        (KNOWN, replace(GONE, sequence=4), Change.STALE),
        (KNOWN, replace(GONE, sequence=None), Change.WITHDRAWN),
        (replace(KNOWN, withdrawn=True), GONE, Change.NOTHING),
        (replace(KNOWN, withdrawn=True), replace(SAME, sequence=6), Change.VERSION),
        (replace(KNOWN, withdrawn=True), replace(SAME, sequence=None), Change.UNCLEAR),
        (KNOWN, replace(SAME, sequence=None), Change.NOTHING),
        (KNOWN, replace(SAME, sequence=None, rating=4), Change.VERSION),
        (replace(KNOWN, sequence=None), replace(SAME, rating=4), Change.VERSION),
        (
            replace(KNOWN, earlier=((4, "fine"),)),
            replace(SAME, sequence=None, rating=4, text="fine"),
            Change.UNCLEAR,
        ),
        (
            replace(KNOWN, earlier=((4, "fine"),)),
            replace(SAME, sequence=6, rating=4, text="fine"),
            Change.VERSION,
        ),
    ],
)
def test_values_and_order_decide_when_an_event_comes(
    known: StoredReview, event: ReviewEvent, found: Change
) -> None:
    assert change(known, event) is found
