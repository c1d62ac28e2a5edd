"""A buyer's newer review of a product counts as the change of the older one.

Many shops let nobody edit a review: the buyer writes another, or deletes the old one first.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from integrations.contract import EventKind, InboundEvent, ReviewEvent
from integrations.sentence import Text
from service.db.models import Case, Review
from service.db.reviews import known_reviews
from service.db.reviews.known_reviews import Named, product_key
from service.db.transaction import Transaction
from service.domain.cases.states import CaseState, CloseReason, Move
from service.domain.messages.kinds import Step
from service.domain.reviews.versions import same_buyer
from service.domain.staff.authority import BUYER
from service.operations.cases import close, history
from service.operations.messages.stopping import stop_planned

ANOTHER = Text("The buyer wrote another low review of this product. Read it before you decide.")
STILL_COUNTS = timedelta(days=30)
"""For so long after a review was withdrawn a new one is taken for the same, written anew."""
ANSWERED = (CaseState.FOLLOWING_UP, CaseState.DECLINED)


def know(session: Transaction, named: Iterable[tuple[int, InboundEvent]], now: datetime) -> None:
    """Lock and read all that the events of a batch, each with the id of its connection, are about;
    before anything else is locked."""
    reviews = [
        Named(
            connection_id,
            event.review_id,
            event.product_id,
            {"id": event.buyer.id, "email": event.buyer.email},
            is_withdrawn=event.kind is EventKind.WITHDRAWN,
        )
        for connection_id, event in named
        if isinstance(event, ReviewEvent)
    ]
    known_reviews.know(session, reviews, now - STILL_COUNTS)


def older_case(session: Transaction, review: Review, *, low: bool) -> Case | None:
    """The case, locked, of an older review of the same buyer and product: an open one, else one
    that was closed a short while ago because that review was withdrawn. None where there is none.
    """
    key = product_key(review.connection_id, review.product_id)
    older = [case for case in known_reviews.cases_about(session, key) if _is_older(case, review)]
    for case in sorted(older, key=lambda case: case.closed_at is not None):
        open_now = case.closed_at is None
        anew = case.close_reason == CloseReason.WITHDRAWN and (not low or bool(case.order))
        if open_now or anew:
            return case
    return None


def _is_older(case: Case, review: Review) -> bool:
    old = case.review
    if old is review or review.id in case.older_review_ids:
        return False
    if not same_buyer(old.buyer, review.buyer):
        return False
    orders, others = set(old.order_ids), set(review.order_ids)
    if orders and others and not orders & others:
        # Bought twice: each review is about an order of its own.
        return False
    if old.written_at is None or review.written_at is None:
        return True
    return old.written_at <= review.written_at


def take_over(session: Transaction, case: Case, review: Review) -> None:
    """Let the case be about the newer review; the older ones stay named."""
    # The older one may be new in this transaction too, and has its number from here on.
    session.flush()
    case.older_review_ids = [*case.older_review_ids, case.review.id]
    known_reviews.change_review(session, case, review)


def fall_back(session: Transaction, case: Case) -> bool:
    """The case's review is withdrawn: be about the newest older one that still stands. False where
    none does."""
    for number in reversed(case.older_review_ids):
        older = session.get(Review, number)
        if older is not None and not older.withdrawn and older.rating is not None:
            case.older_review_ids = [
                review_id for review_id in case.older_review_ids if review_id != number
            ]
            known_reviews.change_review(session, case, older)
            return True
    return False


def look_again(session: Transaction, case: Case, *, now: datetime) -> None:
    """A person reads a second low review of what was answered, or closed, before."""
    if case.closed_at is None and case.state not in ANSWERED:
        return
    how = Move.REOPEN if case.closed_at is None else Move.COME_BACK
    reason = Text("The buyer wrote another low review.")
    stop_planned(session, case, reason, at=now, keep=(Step.CONFIRMATION,))
    close.undo(case)
    history.move(session, case, how, at=now, actor=BUYER)
    case.advice = ANOTHER
