"""What a seller does with a message: send it now, say what became of it, leave it out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from integrations.sentence import Text
from service.db import queries
from service.db.models import Message, Seller
from service.domain.errors import NotPermitted, WrongState
from service.domain.messages.states import STUCK, AttemptState, MessageMove
from service.domain.remedies.limits import SellerRole, may_decide
from service.operations.cases import history
from service.operations.context import Context
from service.operations.messages.moves import allows, move
from service.operations.messages.planning import due_now, let_next_follow
from service.operations.messages.stopping import stop_planned
from service.operations.remedies.decisions import actor_of

BY_SELLER = Text("stopped by the seller")


def send_now(context: Context, message_id: int, seller: Seller) -> None:
    """Send a planned message without waiting, or once more after an unknown outcome.

    What policy, law or the buyer forbid still stops it. Raises `NotPermitted`, `WrongState`.
    """
    _allowed(seller)
    with context.database.transaction() as session:
        now = context.clock.now()
        message = queries.message(session, message_id, lock=True)
        if not allows(message, MessageMove.SEND_NOW):
            raise WrongState("This message was sent or stopped already.")
        for attempt in message.attempts:
            # A channel that refused is given another try.
            if attempt.state == AttemptState.REFUSED:
                attempt.state = AttemptState.NOT_SENT
        message.by_seller = True
        move(session, message, MessageMove.SEND_NOW, at=now, actor=actor_of(seller))
        due_now(session, message, now)


def mark_sent(context: Context, message_id: int, seller: Seller) -> None:
    """The seller saw that a stuck message did arrive, or told the buyer; raises `NotPermitted`,
    `WrongState`."""
    _allowed(seller)
    with context.database.transaction() as session:
        now = context.clock.now()
        message = _stuck(session, message_id)
        for attempt in message.attempts:
            if attempt.state == AttemptState.UNKNOWN:
                attempt.state = AttemptState.SENT
        move(session, message, MessageMove.CONFIRM, at=now, actor=actor_of(seller))
        let_next_follow(session, message, now)


def leave_out(context: Context, message_id: int, seller: Seller) -> None:
    """The seller decides that a message that got stuck shall not go out (again); raises
    `NotPermitted`, `WrongState`."""
    _allowed(seller)
    with context.database.transaction() as session:
        now = context.clock.now()
        message = _stuck(session, message_id)
        _stop(session, message, seller, now)
        let_next_follow(session, message, now)


def stop_messages(context: Context, case_id: int, seller: Seller) -> None:
    """Send this buyer nothing more about this case; raises `NotPermitted`."""
    _allowed(seller)
    with context.database.transaction() as session:
        now = context.clock.now()
        case = queries.case(session, case_id, lock=True)
        case.messages_stopped = True
        stop_planned(session, case, BY_SELLER, at=now)
        history.note(session, case, "messages_stopped", at=now, actor=actor_of(seller))


def _stop(session: Session, message: Message, seller: Seller, now: datetime) -> None:
    actor = actor_of(seller)
    move(session, message, MessageMove.STOP, at=now, actor=actor, reason=BY_SELLER)


def _stuck(session: Session, message_id: int) -> Message:
    message = queries.message(session, message_id, lock=True)
    if message.state not in STUCK:
        raise WrongState("This message needs nothing from you now.")
    return message


def _allowed(seller: Seller) -> None:
    if not may_decide(SellerRole(seller.role)):
        raise NotPermitted("Viewers may not send or stop messages.")
