"""Named reads of messages. Nothing is changed here."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.cases import case_queries
from service.db.models import (
    Message,
)
from service.db.transaction import Transaction
from service.domain.errors import NotFound


def message(session: Session, message_id: int) -> Message:
    """A message by its id; raises `NotFound`."""
    message = session.get(Message, message_id)
    if message is None:
        raise NotFound("there is no such message")
    return message


def locked_message(session: Transaction, message_id: int) -> Message:
    """A message by its id, its case locked; raises `NotFound`."""
    loaded = session.loaded(Message, message_id)
    of_message = select(Message.case_id).where(Message.id == message_id)
    case_id = session.scalar(of_message) if loaded is None else loaded.case_id
    # What belongs to a case is changed only by who holds the case.
    case_queries.locked_case(session, case_id or 0)
    return message(session, message_id)
