"""Whether a buyer's name stands beside their quote: as they wrote it on their own page, until they take it
back."""

from __future__ import annotations

from sqlalchemy.orm import Session

from service.db.cases import case_queries
from service.db.messages import message_queries
from service.db.models import Case, VoiceName
from service.db.transaction import Transaction
from service.domain.errors import WrongState
from service.domain.reviews.voices import check_name, voices_from_data
from service.domain.staff.authority import Actor, Permission
from service.operations.cases import history
from service.operations.context import Context
from service.operations.reviews import voices
from service.operations.staff.permits import permit


def may_ask(session: Session, case: Case) -> bool:
    """Whether the buyer of a case is asked: their review as it stands may be shown, and the shop shows
    some. It is never asked of a low one, so that nothing speaks for raising it."""
    return (
        case.erased_at is None
        and voices_from_data(case.shop.voices).on
        and voices.may_show(session, case.shop, case.review)
    )


def agree(context: Context, message_id: int, actor: Actor, name: str) -> None:
    """The buyer lets this name stand beside their review as it now is. Raises `WrongInput`, `NotFound`,
    `WrongState` where it is not asked."""
    written = check_name(name)
    with context.database.transaction() as session:
        case = _locked(session, message_id, actor)
        if not may_ask(session, case):
            raise WrongState("This is not asked any more.")
        now = context.clock.now()
        row = session.get(VoiceName, case.review_id) or VoiceName(review_id=case.review_id)
        row.name, row.agreed_at = written, now
        row.version_id = case.review.versions[-1].id
        session.add(row)
        history.note(session, case, "name_agreed", at=now, actor=actor)


def take_back(context: Context, message_id: int, actor: Actor) -> None:
    """The buyer's name is shown no more and kept no more; always possible. Raises `NotFound`."""
    with context.database.transaction() as session:
        case = _locked(session, message_id, actor)
        row = session.get(VoiceName, case.review_id)
        if row is not None:
            session.delete(row)
            history.note(session, case, "name_taken_back", at=context.clock.now(), actor=actor)


def _locked(session: Transaction, message_id: int, actor: Actor) -> Case:
    asked = message_queries.locked_message(session, message_id)
    case = case_queries.locked_case(session, asked.case_id)
    permit(session, actor, Permission.ANSWER, case.shop_id)
    return case
