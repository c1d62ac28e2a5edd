"""What a case is about: read from the review, corrected by the seller with one tap."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.cases import case_queries
from service.db.models import Case, CauseLabel, ReviewVersion
from service.domain.complaints.causes import CAUSES, UNCLEAR, Cause
from service.domain.errors import WrongInput, WrongState
from service.domain.staff.authority import Actor, Permission
from service.operations.cases import history
from service.operations.context import Context
from service.operations.remedies import proposals
from service.operations.staff.permits import permit


def take(case: Case, cause: Cause) -> None:
    """Keep the cause read in the review as it is now; a seller's correction stays."""
    case.cause_read = {
        "name": cause.name,
        "confidence": round(cause.confidence, 4),
        "also": list(cause.also),
        "places": [list(place) for place in cause.places],
        "model": cause.model,
    }
    if not case.cause_corrected:
        case.cause = cause.settled or UNCLEAR


def correct(context: Context, case_id: int, actor: Actor, cause: str) -> None:
    """The seller says what the case is about. It counts from now on, is proposed for, and kept for
    the next training. Raises `NotPermitted`, `WrongInput`, `WrongState`."""
    with context.database.transaction() as session:
        now = context.clock.now()
        case = case_queries.locked_case(session, case_id)
        permit(session, actor, Permission.DECIDE, case.shop_id)
        if cause not in CAUSES:
            raise WrongInput("Press one of the buttons of the page.")
        if case.erased_at is not None:
            raise WrongState("The buyer's words were removed. There is nothing to correct.")
        earlier = case.cause
        session.add(
            CauseLabel(
                case_id=case.id,
                review_version_id=_newest_version(case),
                cause=cause,
                read=case.cause_read.get("name", ""),
                model=case.cause_read.get("model", ""),
                seller_id=actor.seller_id,
                created_at=now,
            )
        )
        case.cause, case.cause_corrected = cause, True
        if cause != earlier:
            history.note(
                session,
                case,
                "cause_corrected",
                at=now,
                actor=actor,
                old=earlier,
                new=cause,
            )
            proposals.refresh_proposal(session, case, now=now)


def _newest_version(case: Case) -> int:
    return max(version.id for version in case.review.versions if not version.withdrawn)


def corrections(session: Session) -> Iterator[tuple[str, str, str]]:
    """Text, cause and product of what sellers corrected, the last word of each case only; what was
    erased since is left out."""
    last: dict[int, CauseLabel] = {}
    for label in session.scalars(select(CauseLabel).order_by(CauseLabel.id)):
        last[label.case_id] = label
    for label in last.values():
        version = session.get_one(ReviewVersion, label.review_version_id)
        if version.text:
            product = case_queries.case(session, label.case_id).review.product_name
            yield version.text, label.cause, product
