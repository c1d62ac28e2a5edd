"""What another version of a review means for its case: it opens, changes, closes or comes back."""

from __future__ import annotations

import secrets
from datetime import datetime

from integrations.sentence import Text
from service.db.models import Case, Connection, Kind, Review
from service.db.outbox import claims
from service.db.reviews import known_reviews
from service.db.reviews.known_reviews import product_key
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.cases.reference import new_reference
from service.domain.cases.states import CaseState, CloseReason
from service.domain.messages.editable import Editable
from service.domain.reviews.outcomes import EventOutcome
from service.domain.reviews.versions import is_low
from service.domain.staff.authority import BUYER
from service.operations.cases import (
    causes,
    close,
    doubts,
    editability,
    find_order,
    history,
    reading,
    search,
)
from service.operations.messages import planning
from service.operations.remedies import proposals
from service.operations.reviews import rewritten

_RANDOM = secrets.SystemRandom()


def follow(
    session: Transaction,
    connection: Connection,
    review: Review,
    rating_before: int | None,
    now: datetime,
) -> EventOutcome:
    """Open, change or close the case as the newest version calls for; returns the outcome."""
    case = known_reviews.open_case_of(session, review)
    low = is_low(review.rating, connection.threshold)
    if review.withdrawn:
        if case is None:
            return EventOutcome.WITHDRAWN
        if not rewritten.fall_back(session, case):
            close.close(session, case, CloseReason.WITHDRAWN, at=now, actor=BUYER)
            return EventOutcome.WITHDRAWN
        low = is_low(case.review.rating, connection.threshold)
        return _changed(session, case, rating_before, case.review, low=low, now=now)
    if case is None and rating_before is None and review.rating is not None:
        case = rewritten.older_case(session, review, low=low)
        if case is not None:
            rating_before = case.review.rating
            rewritten.take_over(session, case, review)
            if low:
                rewritten.look_again(session, case, now=now)
    if case is not None:
        return _changed(session, case, rating_before, review, low=low, now=now)
    lowered = rating_before is None or (review.rating is not None and review.rating < rating_before)
    if low and lowered:
        open_case(session, connection, review, now=now)
        return EventOutcome.CASE_OPENED
    return EventOutcome.SEEN


def _changed(
    session: Transaction,
    case: Case,
    rating_before: int | None,
    review: Review,
    *,
    low: bool,
    now: datetime,
) -> EventOutcome:
    """Note another rating or other words; a rating that is no longer low closes the case."""
    case.product_key = case.product_key or product_key(review.connection_id, review.product_id)
    _note_change(session, case, rating_before, review.rating, now)
    search.case_changed(session, case)
    if review.rating is None or low:
        if case.closed_at is None:
            # What was said of the review before the case was opened again is true no more.
            case.close_reason = None
        read = reading.reading_of(session, review.text, review.product_name)
        is_new_text = len(review.versions) < 2 or review.versions[-2].text != review.text
        if is_new_text:
            _look_at_new_words(session, case, is_grave=read.is_grave, now=now)
        causes.take(case, read.cause)
        proposals.refresh_proposal(session, case, now=now)
        return EventOutcome.CHANGED
    if case.closed_at is None:
        close.close(session, case, CloseReason.RECOVERED, at=now, actor=BUYER)
    else:
        # Withdrawn first, then written anew.
        case.close_reason = CloseReason.RECOVERED
    return EventOutcome.RECOVERED


def _look_at_new_words(session: Transaction, case: Case, *, is_grave: bool, now: datetime) -> None:
    """The first answer goes out once nothing speaks against it any more."""
    had_doubt = bool(case.doubt)
    doubts.look_at_new_words(case)
    if is_grave:
        doubts.mark_grave(case)
    if had_doubt and not case.doubt:
        planning.plan_receipt(session, case, now=now)


def _note_change(
    session: Transaction, case: Case, old: int | None, new: int | None, now: datetime
) -> None:
    case.review_changed_at, case.editable = now, Editable.YES
    if new != old:
        case.rating_changed_at = now
    history.note(
        session,
        case,
        "review_changed",
        at=now,
        actor=BUYER,
        old=str(old or "-"),
        new=str(new or "-"),
    )


def open_case(
    session: Transaction, connection: Connection, review: Review, *, now: datetime
) -> Case:
    """Open the case of a low review and let its order be looked for.

    The database refuses a second open case of one review (`IntegrityError`).
    """
    read = reading.reading_of(session, review.text, review.product_name)
    case = Case(
        shop_id=connection.shop_id,
        review=review,
        product_key=product_key(connection.id, review.product_id),
        older_review_ids=[],
        reference=new_reference(_RANDOM),
        state=CaseState.OPENED,
        opened_at=now,
        order={},
        candidates=[],
        make_goods=[],
        messages=[],
        calls=[],
        reply=None,
        grave=read.is_grave,
    )
    case.editable = editability.of_case(session, case)
    causes.take(case, read.cause)
    known_reviews.add_case(session, case)
    search.case_changed(session, case)
    stars = Text("%(n)s of 5 stars", n=review.rating or 0)
    history.note(session, case, "opened", at=now, actor=BUYER, new=case.state, detail=stars)
    sources = find_order.order_sources(session, review)
    lane = shop_queries.lane(session, (sources or [connection])[0].id, outward=True)
    claims.put(session, Kind.FIND_ORDER, case, lane_id=lane, due_at=now, now=now)
    return case
