"""Brings one event into the reviews: a new version is kept, and its case is opened, changed or closed."""

from __future__ import annotations

from datetime import datetime

from integrations import registry
from integrations.contract import (
    EventKind,
    InboundEvent,
    OrderChanged,
    ReturnChanged,
    ReviewEvent,
    SomethingChanged,
)
from service.db.models import Connection, Kind, Review, ReviewVersion
from service.db.outbox import claims
from service.db.reviews import known_reviews
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.reviews.outcomes import EventOutcome
from service.domain.reviews.versions import Change, StoredReview, change
from service.operations.cases import review_changes
from service.operations.remedies import order_changes


def apply_event(
    session: Transaction,
    connection: Connection,
    event: InboundEvent,
    *,
    now: datetime,
    authoritative: bool = False,
    initial_sync: bool = False,
) -> EventOutcome:
    """Bring one event into the reviews and cases; returns the outcome.

    `authoritative`: the event was read just now from the platform, so it is the latest there is.
    `initial_sync`: it was read in the first pass over the shop, so that a new review of unknown
    date counts as old.
    """
    if isinstance(event, SomethingChanged):
        _refetch(session, connection, event.subject, now)
        return EventOutcome.LOOKING
    if isinstance(event, OrderChanged | ReturnChanged):
        return order_changes.follow(session, connection, event.order_id, now)
    if not isinstance(event, ReviewEvent):
        return EventOutcome.NOTHING
    review = known_reviews.review_of(session, connection.id, event.review_id)
    difference = change(_as_stored(review), event)
    if (
        difference is Change.UNCLEAR
        and not authoritative
        and registry.get(connection.adapter).capabilities.poll
    ):
        _refetch(session, connection, f"review:{event.review_id}", now)
        return EventOutcome.LOOKING
    if difference in (Change.NOTHING, Change.STALE):
        if review is not None:
            _complete(review, event)
        return EventOutcome.NOTHING if difference is Change.NOTHING else EventOutcome.STALE
    return _keep(session, connection, review, event, now, undated_is_old=initial_sync)


def _refetch(session: Transaction, connection: Connection, subject: str, now: datetime) -> None:
    lane = shop_queries.lane(session, connection.id, outward=True)
    claims.put(session, Kind.LOOK, connection.id, lane_id=lane, due_at=now, step=subject, now=now)


def _as_stored(review: Review | None) -> StoredReview | None:
    if review is None:
        return None
    earlier = [
        (version.rating, version.text) for version in review.versions if not version.withdrawn
    ]
    return StoredReview(review.rating, review.text, review.sequence, review.withdrawn, earlier)


def _keep(
    session: Transaction,
    connection: Connection,
    review: Review | None,
    event: ReviewEvent,
    now: datetime,
    *,
    undated_is_old: bool,
) -> EventOutcome:
    """Keep what the event says as a version of its review, and do what that calls for."""
    rating_before = None if review is None or review.withdrawn else review.rating
    is_new = review is None
    if review is None:
        review = _new_review(connection, event, now)
        known_reviews.add_review(session, review)
    _add_version(review, event, now)
    undated = undated_is_old and event.written_at is None
    if is_new and (undated or _written_before(event, connection.cases_from)):
        return EventOutcome.SEEN
    return review_changes.follow(session, connection, review, rating_before, now)


def _new_review(connection: Connection, event: ReviewEvent, now: datetime) -> Review:
    return Review(
        connection_id=connection.id,
        shop_id=connection.shop_id,
        platform_id=event.review_id,
        seen_at=now,
        withdrawn=False,
        order_ids=[],
        buyer={},
        product_id="",
        product_name="",
        text="",
    )


def _add_version(review: Review, event: ReviewEvent, now: datetime) -> None:
    """A withdrawal keeps the last rating and words."""
    if event.kind is EventKind.WITHDRAWN:
        review.withdrawn = True
        review.sequence = event.sequence if event.sequence is not None else review.sequence
    else:
        review.withdrawn, review.rating, review.text = False, event.rating, event.text
        review.sequence = event.sequence
    _complete(review, event)
    review.versions.append(
        ReviewVersion(
            rating=review.rating,
            text=review.text,
            sequence=review.sequence,
            withdrawn=review.withdrawn,
            seen_at=now,
        )
    )


def _written_before(event: ReviewEvent, start: datetime) -> bool:
    return event.written_at is not None and event.written_at < start


def _complete(review: Review, event: ReviewEvent) -> None:
    """Fill in what an earlier event did not say; never empties anything."""
    review.written_at = review.written_at or event.written_at
    review.product_id = event.product_id or review.product_id
    review.product_name = event.product_name or review.product_name
    if event.photos is not None:
        review.photos = list(event.photos)
    if event.films is not None:
        review.films = list(event.films)
    if event.order_ids:
        review.order_ids = list(event.order_ids)
    buyer = {
        "id": event.buyer.id,
        "name": event.buyer.name,
        "email": event.buyer.email,
        "country": event.buyer.country,
        "language": event.buyer.language,
        "zone": event.buyer.zone,
        "region": event.buyer.region,
        "phone": event.buyer.phone,
        "consents": event.buyer.consents,
    }
    review.buyer = {**review.buyer, **{key: value for key, value in buyer.items() if value}}
