"""Takes in mail of buyers: an answer stands in the thread and asks for a person, a bounce stops what
follows on its channel, machines and loops are set aside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from integrations.inbound_mail import IncomingMail, MailKind, read_mail
from integrations.sentence import Text, Words
from service.db.cases import case_parts
from service.db.messages import message_queries
from service.db.models import Case, Message
from service.db.transaction import Transaction
from service.domain.cases.severity import is_grave
from service.domain.errors import NotFound, WrongState
from service.domain.messages.kinds import Step
from service.domain.messages.states import (
    Author,
    MessageMove,
    MessageState,
)
from service.domain.messages.stop_words import asks_for_silence, wishes_for_silence
from service.domain.staff.authority import BUYER, PLATFORM, Actor, Permission
from service.operations.cases import doubts, history
from service.operations.cases.orders import buyer_of
from service.operations.context import Context
from service.operations.messages.bounces import came_back
from service.operations.messages.moves import allows
from service.operations.messages.opt_out import BY_MESSAGE, mark_of_email, silence
from service.operations.messages.stopping import stop_planned
from service.operations.staff.permits import permit

WROTE = Text("The buyer has written since.")


class Taken(StrEnum):
    """What came of a mail."""

    ANSWER = "answer"
    BOUNCE = "bounce"
    AUTOMATIC = "automatic"
    """Set aside: a machine's answer, or a report that a mail is late."""
    LOOP = "loop"
    AGAIN = "again"
    """It was taken in before."""
    STRANGER = "stranger"
    """It names no message of ours."""


def _nothing(session: Transaction) -> None:
    """Who hands a mail over keeps no place."""


def take_mail(
    context: Context, raw: bytes, move_on: Callable[[Transaction], None] = _nothing
) -> Taken:
    """Take in one mail as a mail server hands it over; the same mail is taken in once. `move_on` is
    called in the transaction that takes it in, and may end that by raising."""
    mail = read_mail(raw)
    if mail.kind is MailKind.LOOP:
        return Taken.LOOP
    message_id = context.links.replied_to(mail.tokens)
    if message_id is None:
        return Taken.STRANGER
    # Reading long texts takes a while and belongs before the transaction.
    grave = mail.kind is MailKind.ANSWER and is_grave(f"{mail.subject}\n{mail.text}")
    with context.database.transaction() as session:
        now = context.clock.now()
        try:
            message = message_queries.locked_message(session, message_id)
        except NotFound:
            return Taken.STRANGER
        # Before what is locked after connections.
        move_on(session)
        if mail.kind is MailKind.BOUNCE:
            return _bounced(context, session, message, mail, now)
        if mail.kind is not MailKind.ANSWER:
            history.note(session, message.case, "auto_replied", at=now, actor=PLATFORM)
            return Taken.AUTOMATIC
        return _answered(context, session, message, mail, now, grave=grave)


def _answered(
    context: Context,
    session: Transaction,
    message: Message,
    mail: IncomingMail,
    now: datetime,
    *,
    grave: bool,
) -> Taken:
    case = message.case
    if is_known(session, mail.id):
        return Taken.AGAIN
    if case.erased_at is not None:
        # Nothing is kept any more of a buyer who was erased.
        return Taken.STRANGER
    answer = Message(
        author=Author.BUYER,
        state=MessageState.RECEIVED,
        round=message.round,
        answers_id=message.id,
        connection_id=message.connection_id,
        subject=mail.subject,
        text=mail.text,
        sent_at=now,
        external_id=mail.id,
    )
    said = mail.text or mail.subject
    known = buyer_of(case).email.casefold()
    if known and mail.sender and mail.sender.casefold() != known:
        hint = mark_of_email(context, mail.sender).hint
        answer.reason = Text("Written from another address than the order's: %(hint)s", hint=hint)
    answer.handled_at = now if asks_for_silence(said) else None
    hear(session, case, answer, now, grave=grave)
    if wishes_for_silence(said):
        silence(context, session, case, BY_MESSAGE, now=now)
    return Taken.ANSWER


def hear(session: Transaction, case: Case, message: Message, now: datetime, *, grave: bool) -> None:
    """Put what a buyer wrote into the thread of the case, which is then for a person."""
    case_parts.add(session, case, case.messages, message)
    history.note(session, case, "received", at=now, actor=BUYER)
    stop_planned(session, case, WROTE, at=now, only=(Step.RESOLUTION_REMINDER,))
    case.grave = case.grave or grave
    if grave and case.closed_at is None:
        doubts.mark_grave(case)


def is_known(session: Session, external_id: str) -> bool:
    """Whether what came in under this id at its channel was taken in before."""
    same_id = select(Message.id).where(Message.external_id == external_id)
    return session.scalar(same_id) is not None


def _bounced(
    context: Context, session: Transaction, message: Message, mail: IncomingMail, now: datetime
) -> Taken:
    last = message.attempts[-1] if message.attempts else None
    if last is None or not allows(message, MessageMove.BOUNCE):
        return Taken.AGAIN
    reason = Text("The mail came back undelivered: %(why)s", why=Words(mail.reason or "?"))
    came_back(context, session, last, reason, now)
    return Taken.BOUNCE


def mark_handled(context: Context, message_id: int, actor: Actor) -> None:
    """A person has read what the buyer wrote; raises `NotPermitted`, `WrongState`."""
    with context.database.transaction() as session:
        now = context.clock.now()
        message = message_queries.locked_message(session, message_id)
        permit(session, actor, Permission.DECIDE, message.case.shop_id)
        if not message.is_unread:
            raise WrongState("This message needs nothing from you now.")
        handled(message.case, now)
        history.note(session, message.case, "handled", at=now, actor=actor)


def handled(case: Case, now: datetime) -> None:
    """What the buyer wrote until now was answered, or needs no answer."""
    for message in case.messages:
        if message.is_unread:
            message.handled_at = now
