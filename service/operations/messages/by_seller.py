"""What a seller does with a message: send it now, say what became of it, leave it out."""

from __future__ import annotations

from integrations.sentence import Text
from service.db.cases import case_queries
from service.db.messages import message_queries
from service.db.models import Kind, Message
from service.db.outbox import claims
from service.db.transaction import Transaction
from service.domain.errors import WrongState
from service.domain.messages.states import STUCK, HandOverOutcome, MessageMove, MessageState
from service.domain.staff.authority import Actor, Permission
from service.operations.cases import history
from service.operations.context import Context
from service.operations.messages.moves import allows, move
from service.operations.messages.planning import due_now, let_next_follow, plan_reminder
from service.operations.messages.stopping import stop, stop_planned
from service.operations.staff.permits import permit

BY_SELLER = Text("stopped by the seller")


def send_now(context: Context, message_id: int, actor: Actor) -> None:
    """Send a planned message without waiting, or once more after an unknown outcome.

    What policy, law or the buyer forbid still stops it. Raises `NotPermitted`, `WrongState`.
    """
    with context.database.transaction() as session:
        now = context.clock.now()
        message = message_queries.locked_message(session, message_id)
        permit(session, actor, Permission.DECIDE, message.case.shop_id)
        if not allows(message, MessageMove.SEND_NOW):
            raise WrongState("This message was sent or stopped already.")
        for attempt in message.attempts:
            # A channel that refused is given another try.
            if attempt.outcome == HandOverOutcome.REFUSED:
                attempt.outcome = HandOverOutcome.NOT_SENT
        message.by_seller = True
        move(session, message, MessageMove.SEND_NOW, at=now, actor=actor)
        due_now(session, message, now)


def mark_sent(context: Context, message_id: int, actor: Actor) -> None:
    """The seller saw that a stuck message did arrive, or told the buyer; raises `NotPermitted`,
    `WrongState`."""
    with context.database.transaction() as session:
        now = context.clock.now()
        message = _stuck(session, message_id, actor)
        for attempt in message.attempts:
            if attempt.outcome == HandOverOutcome.UNKNOWN:
                attempt.outcome = HandOverOutcome.SENT
        move(session, message, MessageMove.CONFIRM, at=now, actor=actor)
        plan_reminder(session, message, now=now)
        let_next_follow(session, message, now)


def leave_out(context: Context, message_id: int, actor: Actor) -> None:
    """The seller decides that a message shall not go out (again): a draft, one that is planned, or
    one that got stuck. A code it was to bring is then told by a person. Raises `NotPermitted`,
    `WrongState`."""
    with context.database.transaction() as session:
        now = context.clock.now()
        message = message_queries.locked_message(session, message_id)
        permit(session, actor, Permission.DECIDE, message.case.shop_id)
        stuck = message.state in STUCK
        if message.state == MessageState.PLANNED:
            claims.end(session, Kind.SEND_MESSAGE, message.id, now, BY_SELLER)
        stop(session, message, BY_SELLER, at=now, actor=actor, with_code=stuck)
        let_next_follow(session, message, now)


def stop_messages(context: Context, case_id: int, actor: Actor) -> None:
    """Send this buyer nothing more about this case; raises `NotPermitted`."""
    with context.database.transaction() as session:
        now = context.clock.now()
        case = case_queries.locked_case(session, case_id)
        permit(session, actor, Permission.DECIDE, case.shop_id)
        case.messages_stopped = True
        stop_planned(session, case, BY_SELLER, at=now, with_own_words=True)
        history.note(session, case, "messages_stopped", at=now, actor=actor)


def _stuck(session: Transaction, message_id: int, actor: Actor) -> Message:
    message = message_queries.locked_message(session, message_id)
    permit(session, actor, Permission.DECIDE, message.case.shop_id)
    if message.state not in STUCK:
        raise WrongState("This message needs nothing from you now.")
    return message
