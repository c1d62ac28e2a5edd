"""Moves messages through their life; each move that matters stands in the history of the case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from integrations.sentence import Said
from service.db.models import Message
from service.db.transaction import Transaction
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


def allows(message: Message, how: MessageMove) -> bool:
    """True where the move is possible now."""
    return MESSAGES.allows(MessageState(message.state), how)
