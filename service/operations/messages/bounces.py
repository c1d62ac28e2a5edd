"""What a channel gave back: that way does not reach the buyer, and the next rung of the ladder is tried
with the same message."""

from __future__ import annotations

from datetime import datetime

from integrations.sentence import Said
from service.db.messages import message_queries
from service.db.models import MessageAttempt
from service.db.transaction import Transaction
from service.domain.messages.schedule import Stop
from service.domain.messages.states import HandOverOutcome, MessageMove
from service.domain.staff.authority import PLATFORM
from service.operations.context import Context
from service.operations.messages.moves import allows, move
from service.operations.messages.planning import due_now
from service.operations.messages.send_check import check


def came_back(
    context: Context,
    session: Transaction,
    attempt: MessageAttempt,
    reason: Said,
    now: datetime,
    *,
    only_this: bool = False,
) -> None:
    """Note that the channel had taken a message and did not bring it, for good. Where another way
    reaches the buyer it goes there, else a person looks. `only_this`: the channel refused this very
    message, and may bring others."""
    message = message_queries.message(session, attempt.message_id)
    attempt.outcome = HandOverOutcome.REFUSED if only_this else HandOverOutcome.BOUNCED
    attempt.ended_at = attempt.ended_at or now
    if attempt is not message.attempts[-1] or not allows(message, MessageMove.BOUNCE):
        return
    move(session, message, MessageMove.BOUNCE, at=now, actor=PLATFORM, reason=reason)
    decision, way = check(context, session, message, now)
    if way.channel is not None and not isinstance(decision, Stop):
        move(session, message, MessageMove.NEXT_CHANNEL, at=now, reason=reason)
        due_now(session, message, now)
