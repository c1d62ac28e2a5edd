"""Buyers who want no messages: kept for all shops here, and looked at before anything is sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from integrations.sentence import Text
from service.db.messages import message_queries
from service.db.models import Case, DoNotContact
from service.domain.reviews.versions import NO_ID
from service.domain.staff.authority import Actor, Permission
from service.operations.cases import history
from service.operations.cases.orders import buyer_of
from service.operations.context import Context
from service.operations.messages.stopping import stop_planned
from service.operations.staff.permits import permit

NO_MESSAGES = Text("The buyer does not want any messages.")


def opt_out(context: Context, message_id: int, actor: Actor) -> None:
    """The buyer wants no more messages: kept for all shops here, and all that is planned stops."""
    with context.database.transaction() as session:
        now = context.clock.now()
        case = message_queries.locked_message(session, message_id).case
        permit(session, actor, Permission.ANSWER, case.shop_id)
        listed = [_list(session, mark, now) for mark in _marks_of(context, case)]
        if case.messages_stopped and not any(listed):
            return
        case.messages_stopped = True
        stop_planned(session, case, NO_MESSAGES, at=now, with_own_words=True)
        history.note(session, case, "opted_out", at=now, actor=actor)


def _list(session: Session, mark: str, now: datetime) -> bool:
    """Whether the buyer was not on the list before."""
    listed = select(DoNotContact).where(DoNotContact.address_hash == mark)
    if session.scalar(listed) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(DoNotContact(address_hash=mark, reason="opted out", created_at=now))
    except IntegrityError:
        return False
    return True


def is_opted_out(context: Context, session: Session, case: Case) -> bool:
    """True when this buyer said so to any shop here."""
    marks = _marks_of(context, case) + _earlier_marks_of(context, case)
    listed = select(DoNotContact.id).where(DoNotContact.address_hash.in_(marks)).limit(1)
    return case.messages_stopped or session.scalar(listed) is not None


def _marks_of(context: Context, case: Case) -> list[str]:
    """What tells this buyer apart in the do-not-contact list, without being an address."""
    email = buyer_of(case).email
    marks = [context.vault.fingerprint(email)] if email else []
    if case.buyer_key.startswith("id:"):
        marks.append(context.vault.fingerprint(f"{case.shop_id}/{case.buyer_key}"))
    return marks


def _earlier_marks_of(context: Context, case: Case) -> list[str]:
    """What was listed before ids were told apart by their connection; kept, because a hash cannot be
    made anew."""
    number = buyer_of(case).id
    if number in NO_ID:
        return []
    return [context.vault.fingerprint(f"{case.shop_id}/id:{number}")]
