"""Buyers who wanted no messages, and let one shop write to them again: by their own press alone."""

from __future__ import annotations

from sqlalchemy.orm import Session

from integrations.sentence import Text
from service.db import audit
from service.db.messages import message_queries
from service.db.models import AllowedAgain, Case
from service.domain.errors import WrongState
from service.domain.staff.authority import BUYER, Actor, Permission
from service.operations.cases import history
from service.operations.context import Context
from service.operations.messages.opt_out import is_opted_out, listed_of
from service.operations.staff.permits import permit

ALLOWED = Text("The buyer let this shop write to them again, by the page behind the stop link.")
STOPPED = ("opted_out", "messages_stopped")
"""What history calls the end of a case's messages; the newest counts."""


def may_allow(context: Context, session: Session, case: Case) -> bool:
    """Whether the buyer gets no messages of this shop, and it was their own wish alone: what somebody of
    a shop has put on the list stays there, as does a case whose messages the seller has stopped."""
    if case.erased_at is not None or not is_opted_out(context, session, case):
        return False
    stops = [line for line in case.history if line.what in STOPPED]
    by_seller = case.messages_stopped and not (stops and stops[-1].what == "opted_out")
    listed = listed_of(context, session, case)
    return not by_seller and all(entry.listed_by == str(BUYER) for entry in listed)


def allow_again(context: Context, message_id: int, actor: Actor) -> None:
    """Let the shop of a message write to its buyer again; no other shop. What was planned before stays
    stopped. A second time changes nothing. Raises `NotFound`, `WrongState` where it is not theirs to
    allow."""
    with context.database.transaction() as session:
        case = message_queries.locked_message(session, message_id).case
        permit(session, actor, Permission.ANSWER, case.shop_id)
        if not is_opted_out(context, session, case):
            return
        if not may_allow(context, session, case):
            raise WrongState("The shop has stopped these messages: ask the shop.")
        now = context.clock.now()
        for entry in listed_of(context, session, case):
            session.add(
                AllowedAgain(address_hash=entry.address_hash, shop_id=case.shop_id, created_at=now)
            )
        case.messages_stopped = False
        history.note(session, case, "allowed_again", at=now, actor=actor, detail=ALLOWED)
        audit.note(
            session,
            "do_not_contact.allowed_again",
            shop_id=case.shop_id,
            subject=f"shop:{case.shop_id}",
            about=case.reference,
            detail=ALLOWED,
        )
