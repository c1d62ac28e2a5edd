"""What would become of a planned message if it were looked at now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from integrations.sentence import Said
from service.db.messages import message_queries
from service.db.models import Kind, Message
from service.db.outbox import backlog
from service.domain.errors import WrongInput, WrongState
from service.domain.messages.policy import Verdict
from service.domain.messages.rendering import Rendered
from service.domain.messages.schedule import Send, Stop, Wait
from service.domain.shops.connection_states import ConnectionState
from service.operations.context import Context
from service.operations.messages import texts
from service.operations.messages.send_check import check


@dataclass(frozen=True, slots=True)
class Preview:
    """When the next look is due (None: nobody knows), what holds the message back, and whether it
    would go out if the seller pressed the button now. `stopped`: it never goes out as things are.
    `says`: what the buyer would read, None for words that may not be sent, as `unsaid` tells.
    """

    due_at: datetime | None
    waits_for: Said | None
    stopped: bool
    may_send_now: bool
    says: Rendered | None = None
    unsaid: Said | None = None


def preview(context: Context, session: Session, message: Message, now: datetime) -> Preview:
    """Look at all reasons as at the moment of sending; changes nothing."""
    row = backlog.row_for(session, Kind.SEND_MESSAGE, message.id)
    due = message.due_at if row is None or row.done_at is not None else row.due_at
    planned, channel, verdict = check(context, session, message, now, by_seller=False)
    pressed = check(context, session, message, now, by_seller=True)[0]
    says, unsaid = _words(session, message, verdict, now)
    if isinstance(pressed, Stop):
        return Preview(None, pressed.reason, True, False, says, unsaid)
    if isinstance(planned, Wait):
        due = planned.until if due is None else max(due, planned.until)
    is_paused = channel is not None and channel.state == ConnectionState.PAUSED
    paused = channel.problem if channel is not None and is_paused else None
    waits_for = paused or (planned.reason if isinstance(planned, Wait) else None)
    return Preview(due, waits_for, False, isinstance(pressed, Send), says, unsaid)


def _words(
    session: Session, message: Message, verdict: Verdict, now: datetime
) -> tuple[Rendered | None, Said | None]:
    try:
        return texts.show(session, message, verdict.duties, now), None
    except WrongInput as error:
        return None, error.text


def refuse_if_stopped(context: Context, message_id: int) -> None:
    """Raise `WrongState` with the reason where a message would not go out though it was pressed."""
    with context.database.reading() as session:
        message = message_queries.message(session, message_id)
        decision = check(context, session, message, context.clock.now(), by_seller=True)[0]
        if isinstance(decision, Stop | Wait):
            raise WrongState(decision.reason)
