"""A buyer's newer review of a product counts as the change of the older one.

Many shops let nobody edit a review: the buyer writes another, or deletes the old one first.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from integrations.contract import EventKind, InboundEvent, ReviewEvent
from integrations.sentence import Text
from service.db.models import Case, Connection, Review
from service.db.reviews.products import (
    cases_about,
    know_products,
    lock_as_it_is_now,
    product_key,
)
from service.domain.cases.states import CaseState, CloseReason, Move
from service.domain.messages.kinds import Step
from service.domain.reviews.versions import same_buyer
from service.domain.staff.authority import BUYER
from service.operations.cases import history
from service.operations.messages.stopping import stop_planned

ANOTHER = Text("The buyer wrote another low review of this product. Read it before you decide.")
STILL_COUNTS = timedelta(days=30)
"""For so long after a review was withdrawn a new one is taken for the same, written anew."""
ANSWERED = (CaseState.FOLLOWING_UP, CaseState.MADE_GOOD, CaseState.DECLINED)


def know(session: Session, named: Iterable[tuple[Connection, InboundEvent]], now: datetime) -> None:
    """Prepare `older_case` for the reviews of a batch; before any row is locked."""
    pairs = [
        (
            product_key(connection.id, event.product_id),
            {"id": event.buyer.id, "email": event.buyer.email},
        )
        for connection, event in named
        if isinstance(event, ReviewEvent) and event.kind is not EventKind.WITHDRAWN
    ]
    know_products(session, pairs, now - STILL_COUNTS)


def older_case(session: Session, review: Review, *, low: bool, now: datetime) -> Case | None:
    """The case, locked, of an older review of the same buyer and product: an open one, else one
    that was closed a short while ago because that review was withdrawn. None where there is none.
    """
    key = product_key(review.connection_id, review.product_id)
    know_products(session, [(key, review.buyer)], now - STILL_COUNTS)
    found = [case for case in cases_about(session, key) if _is_older(case, review)]
    for case in sorted(found, key=lambda case: case.closed_at is not None):
        lock_as_it_is_now(session, case)
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
    dated = old.written_at is not None and review.written_at is not None
    return not (dated and review.written_at < old.written_at)  # type: ignore[operator]


def take_over(session: Session, case: Case, review: Review) -> None:
    """Let the case be about the newer review; the older ones stay named."""
    old = case.review
    case.older_review_ids = [*case.older_review_ids, old.id]
    _now_about(session, case, old, review)


def fall_back(session: Session, case: Case) -> bool:
    """The case's review is withdrawn: be about the newest older one that still stands. False where
    none does."""
    for number in reversed(case.older_review_ids):
        older = session.get(Review, number, with_for_update={"key_share": True})
        if older is not None and not older.withdrawn and older.rating is not None:
            case.older_review_ids = [one for one in case.older_review_ids if one != number]
            _now_about(session, case, case.review, older)
            return True
    return False


def _now_about(session: Session, case: Case, old: Review, review: Review) -> None:
    case.review = review
    known: dict[Review, Case | None] = session.info.setdefault("open_cases", {})
    known[old] = None
    known[review] = case


def look_again(session: Session, case: Case, *, now: datetime) -> None:
    """A person reads a second low review of what was answered, or closed, before."""
    if case.closed_at is None and case.state not in ANSWERED:
        return
    how = Move.REOPEN if case.closed_at is None else Move.COME_BACK
    reason = Text("The buyer wrote another low review.")
    stop_planned(session, case, reason, at=now, keep=(Step.CONFIRMATION,))
    case.closed_at, case.close_reason = None, ""
    history.move(session, case, how, at=now, actor=BUYER)
    case.advice = ANOTHER
