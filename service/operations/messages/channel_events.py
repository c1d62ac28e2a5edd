"""Takes in what message channels push: what became of a message of ours, and what buyers write."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from integrations.contract import InboundEvent, MessageReceived, MessageStatus, MessageStatusEvent
from integrations.sentence import Text
from service.db.cases import buyer_marks, case_queries
from service.db.messages import message_queries
from service.db.models import Case, Connection, Kind, Message, MessageAttempt
from service.db.outbox import claims
from service.db.transaction import Transaction
from service.domain.cases.buyers import marks_of
from service.domain.cases.severity import is_grave
from service.domain.messages.states import (
    MAYBE_SENT,
    Author,
    HandOverOutcome,
    MessageMove,
    MessageState,
)
from service.domain.messages.stop_words import asks_for_silence, wishes_for_silence
from service.domain.staff.authority import BUYER
from service.operations.context import Context
from service.operations.messages import opt_out
from service.operations.messages.bounces import came_back
from service.operations.messages.inbound import hear, is_known
from service.operations.messages.moves import allows, move
from service.operations.messages.opt_out import BY_CHANNEL, BY_MESSAGE, add, silence
from service.operations.messages.planning import let_next_follow

NOT_BROUGHT = Text("The channel could not bring this message.")
ARRIVED = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ)


def take_event(context: Context, connection_id: int, event: InboundEvent) -> bool:
    """Take in an event of a message channel, in a transaction of its own; the same event is taken in
    once. False for events of another kind."""
    if isinstance(event, MessageStatusEvent):
        _take_status(context, connection_id, event)
        return True
    if isinstance(event, MessageReceived):
        _take_words(context, connection_id, event)
        return True
    return False


def _take_status(context: Context, connection_id: int, event: MessageStatusEvent) -> None:
    with context.database.transaction() as session:
        now = context.clock.now()
        message_id = session.scalar(_attempt_of(connection_id, event))
        if message_id is None:
            return
        message = message_queries.locked_message(session, message_id)
        attempt = next(each for each in message.attempts if _is_meant(each, event))
        if event.status in ARRIVED:
            _arrived(session, message, attempt, event, now)
        elif attempt.outcome in MAYBE_SENT | {HandOverOutcome.SENT}:
            reason = event.reason or NOT_BROUGHT
            only_this = event.status is MessageStatus.REFUSED
            came_back(context, session, attempt, reason, now, only_this=only_this)
        if event.opts_out:
            silence(context, session, message.case, BY_CHANNEL, now=now)


def _attempt_of(connection_id: int, event: MessageStatusEvent) -> Select[int]:
    named = [MessageAttempt.vendor_id == event.vendor_id] if event.vendor_id else []
    if event.key:
        named.append(MessageAttempt.key == event.key)
    attempts = select(MessageAttempt.message_id).where(
        MessageAttempt.connection_id == connection_id, or_(False, *named)
    )
    return attempts.limit(1)


def _is_meant(attempt: MessageAttempt, event: MessageStatusEvent) -> bool:
    by_id = bool(event.vendor_id) and attempt.vendor_id == event.vendor_id
    return by_id or (bool(event.key) and attempt.key == event.key)


def _arrived(
    session: Transaction,
    message: Message,
    attempt: MessageAttempt,
    event: MessageStatusEvent,
    now: datetime,
) -> None:
    """The channel has it: what was of unknown outcome went out."""
    if event.status is MessageStatus.READ:
        attempt.read_at = attempt.read_at or event.at
    if event.status is not MessageStatus.SENT:
        attempt.delivered_at = attempt.delivered_at or event.at
    attempt.vendor_id = attempt.vendor_id or event.vendor_id
    if attempt.outcome not in MAYBE_SENT:
        return
    attempt.outcome, attempt.ended_at = HandOverOutcome.SENT, attempt.ended_at or now
    if attempt is message.attempts[-1] and allows(message, MessageMove.CONFIRM):
        move(session, message, MessageMove.CONFIRM, at=now)
        claims.end(session, Kind.SEND_MESSAGE, message.id, now)
        let_next_follow(session, message, now)


def _take_words(context: Context, connection_id: int, event: MessageReceived) -> None:
    # Reading long texts takes a while and belongs before the transaction.
    grave, says_no_more = is_grave(event.text), event.opts_out or asks_for_silence(event.text)
    stops = says_no_more or wishes_for_silence(event.text)
    with context.database.transaction() as session:
        now = context.clock.now()
        connection = session.get_one(Connection, connection_id)
        case = _case_of(session, connection, event)
        if case is None:
            if stops and event.buyer.phone:
                mark = opt_out.mark_of_number(context, event.buyer.phone)
                add(session, mark, connection.shop_id, BY_MESSAGE, now=now, actor=BUYER)
            return
        case = case_queries.locked_case(session, case.id)
        external_id = f"{connection_id}:{event.message_id}"
        if is_known(session, external_id) or case.erased_at is not None:
            return
        answered = _answered(case, connection_id, event)
        message = Message(
            author=Author.BUYER,
            state=MessageState.RECEIVED,
            round=1 if answered is None else answered.round,
            answers_id=None if answered is None else answered.id,
            connection_id=connection_id,
            text=event.text,
            sent_at=now,
            external_id=external_id,
            handled_at=now if says_no_more else None,
        )
        hear(session, case, message, now, grave=grave)
        if stops:
            silence(context, session, case, BY_MESSAGE, now=now)


def _answered(case: Case, connection_id: int, event: MessageReceived) -> Message | None:
    """The message of ours that it answers: the one it names, else the last that went this way."""
    gone = [
        (message, attempt)
        for message in case.messages
        for attempt in message.attempts
        if attempt.connection_id == connection_id
    ]
    named = [message for message, attempt in gone if event.answers == attempt.vendor_id != ""]
    last = [message for message, _ in gone]
    answered = named or last
    return answered[-1] if answered else None


def _case_of(session: Session, connection: Connection, event: MessageReceived) -> Case | None:
    """The case of the message that it answers, else of the order it names, else the newest of who wrote it,
    an open one before others."""
    if event.answers:
        case_id = session.scalar(
            select(Message.case_id)
            .join(MessageAttempt, MessageAttempt.message_id == Message.id)
            .where(MessageAttempt.connection_id == connection.id)
            .where(MessageAttempt.vendor_id == event.answers)
            .limit(1)
        )
        if case_id is not None:
            return session.get(Case, case_id)
    if event.order_id:
        case = case_queries.newest_of_order(session, connection.id, event.order_id)
        if case is not None:
            return case
    marks = list(marks_of(asdict(event.buyer), connection.id))
    return buyer_marks.newest_case(session, connection.shop_id, marks)
