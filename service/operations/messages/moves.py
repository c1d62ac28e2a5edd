"""Moves messages through their life; each move that matters stands in the history of the case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from integrations.sentence import Said
from service.db.models import Call, Case, Message
from service.db.transaction import Transaction
from service.domain.messages.calls import CALLS, CallMove, CallState
from service.domain.messages.states import MESSAGES, MessageMove, MessageState
from service.domain.staff.authority import CLOCK, Actor
from service.operations.cases import history

_DEEDS: Mapping[MessageMove, str] = {
    MessageMove.HOLD: "drafted",
    MessageMove.RELEASE: "released",
    MessageMove.SEND_NOW: "send_now",
    MessageMove.NEXT_CHANNEL: "not_sent",
    MessageMove.CONFIRM: "sent",
    MessageMove.BOUNCE: "bounced",
    MessageMove.LOSE: "needs_attention",
    MessageMove.REFUSE: "needs_attention",
    MessageMove.STOP: "stopped",
}
"""What history calls a move. Hand-overs and tries are rows of their own."""

ENDS_CALLS = frozenset(
    {MessageMove.CONFIRM, MessageMove.STOP, MessageMove.SEND_NOW, MessageMove.NEXT_CHANNEL}
)
"""After these a message is not told by telephone any more."""


def move(
    session: Transaction,
    message: Message,
    how: MessageMove,
    *,
    at: datetime,
    actor: Actor = CLOCK,
    reason: Said | None = None,
    detail: Said | None = None,
) -> None:
    """Move a message and note it; `reason` stays with it. Raises `WrongState`."""
    message.state = MESSAGES.after(MessageState(message.state), how)
    if how in ENDS_CALLS:
        end_calls(message.case, at, message.id)
    message.reason = reason
    if how is MessageMove.CONFIRM:
        message.sent_at = at
    elif how is MessageMove.BOUNCE:
        message.sent_at = None
    if how in _DEEDS:
        history.note(
            session,
            message.case,
            _DEEDS[how],
            at=at,
            actor=actor,
            new=message.step or "message",
            detail=detail or reason,
        )


def end_calls(case: Case, at: datetime, message_id: int | None) -> None:
    """Nobody calls any more to tell this message (None: because a seller asked for a call)."""
    for call in case.calls:
        if call.state is CallState.OPEN and call.message_id == message_id:
            move_call(call, CallMove.DROP, at=at)


def move_call(call: Call, how: CallMove, *, at: datetime) -> None:
    """Move a call, which may have ended with that. Raises `WrongState`."""
    call.state = CALLS.after(call.state, how)
    call.ended_at = None if call.state is CallState.OPEN else at


def allows(message: Message, how: MessageMove) -> bool:
    """True where the move is possible now."""
    return MESSAGES.allows(MessageState(message.state), how)
