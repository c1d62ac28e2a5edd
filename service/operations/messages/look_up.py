"""Asks the channel whether a message of unknown outcome was sent; it is sent again only where it
surely was not. A channel that cannot be asked leaves it to a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import Capabilities, MessageChannel, SentMessage
from integrations.errors import Permanent, Unsupported
from integrations.sentence import Said, Text
from service.db.messages import message_queries
from service.db.models import Connection, Message, MessageAttempt
from service.db.outbox import claims
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.messages.states import MAYBE_SENT, HandOverOutcome, MessageMove, MessageState
from service.operations.cases.orders import known_at
from service.operations.context import Context
from service.operations.messages import first_answer, texts
from service.operations.messages.moves import allows, move
from service.operations.messages.planning import let_next_follow, plan_reminder
from service.operations.outbox.handler import Call, HeldRow, Steps, Work

UNSURE = Text(
    "It is not known whether this message went out. Look in the outbox of the channel, then mark"
    " it as sent or send it again."
)
LOOKING = Text("It is not known whether this message went out: the channel is asked.")


@dataclass(frozen=True, slots=True)
class _Question:
    """Which channel is asked for which message: by a link that no other message has."""

    adapter: MessageChannel
    sent: SentMessage


def can_look_up(context: Context, session: Session, attempt: MessageAttempt) -> bool:
    """Whether the channel can be asked for this very message."""
    return _can(session, attempt).look_up_message and bool(_mark(context, attempt))


def knows_key(session: Session, attempt: MessageAttempt) -> bool:
    """Whether the channel sends a message once however often it is handed over under one key."""
    return _can(session, attempt).idempotent_messages


def find_out(work: Work) -> Steps[None]:
    """Ask for the message last handed over, if its channel can be asked."""
    question = work.write(_question)
    if question is None:
        return
    try:
        vendor_id = yield Call(question.adapter.find_message, question.sent)
    except (Permanent, Unsupported):
        work.write(_cannot_be_asked)
        return
    work.write(_answered, vendor_id)


def _question(row: HeldRow) -> _Question | None:
    message = message_queries.locked_message(row.session, row.ref_id)
    attempt = message.attempts[-1]
    if not can_look_up(row.context, row.session, attempt):
        give_to_person(row, message)
        return None
    adapter = row.context.channel(row.session.get_one(Connection, attempt.connection_id))
    buyer, order_id = known_at(message.case, attempt.connection_id)
    mark = _mark(row.context, attempt)
    return _Question(adapter, SentMessage(buyer, mark, attempt.started_at, order_id))


def _cannot_be_asked(row: HeldRow) -> None:
    message = message_queries.locked_message(row.session, row.ref_id)
    if message.state == MessageState.SENDING:
        give_to_person(row, message)


def _answered(row: HeldRow, vendor_id: str | None) -> None:
    """Sent, where the channel knows it; else planned anew, but not before a call that may still be
    under way has run out."""
    message = message_queries.locked_message(row.session, row.ref_id)
    attempt = message.attempts[-1]
    if message.state != MessageState.SENDING:
        return
    if vendor_id is not None:
        attempt.outcome, attempt.vendor_id = HandOverOutcome.SENT, vendor_id
        mark_sent(row, message, attempt)
        return
    begun = attempt.ended_at or attempt.started_at
    sure_at = begun + _can(row.session, attempt).consistency_delay
    if row.now < sure_at:
        row.postpone(sure_at, note=LOOKING)
        return
    attempt.outcome, attempt.ended_at = HandOverOutcome.NOT_SENT, attempt.ended_at or row.now
    move(row.session, message, MessageMove.TRY_AGAIN, at=row.now)
    row.postpone(row.now)


def mark_sent(row: HeldRow, message: Message, attempt: MessageAttempt) -> None:
    """Note that a message went out, whoever holds the row."""
    attempt.ended_at = attempt.ended_at or row.now
    if allows(message, MessageMove.CONFIRM):
        channel = row.session.get_one(Connection, attempt.connection_id)
        detail = Text("By %(channel)s", channel=channel.name)
        if texts.promises_a_look(row.session, message):
            shop = shop_queries.shop(row.session, message.case.shop_id)
            message.case.look_by = first_answer.look_by(shop, attempt.started_at)
        move(row.session, message, MessageMove.CONFIRM, at=row.now, detail=detail)
        plan_reminder(row.session, message, now=row.now)
    claims.end(row.session, row.claim.kind, row.ref_id, row.now)
    let_next_follow(row.session, message, row.now)


def give_to_person(row: HeldRow, message: Message) -> None:
    """Show the seller that nobody knows whether it went out."""
    row.give_up(UNSURE)
    needs_person(row.session, message, UNSURE, row.now)


def needs_person(session: Transaction, message: Message, advice: Said, now: datetime) -> None:
    """Stop here until a person decides; what was being sent is of unknown outcome."""
    for attempt in message.attempts:
        if attempt.outcome == HandOverOutcome.SENDING:
            attempt.outcome, attempt.ended_at = HandOverOutcome.UNKNOWN, now
    maybe_sent = any(attempt.outcome in MAYBE_SENT for attempt in message.attempts)
    how = MessageMove.LOSE if maybe_sent else MessageMove.REFUSE
    move(session, message, how, at=now, reason=advice)


def _can(session: Session, attempt: MessageAttempt) -> Capabilities:
    return registry.get(session.get_one(Connection, attempt.connection_id).adapter).capabilities


def _mark(context: Context, attempt: MessageAttempt) -> str:
    """A link of ours in the text: each message has links of its own."""
    link = re.search(rf"{re.escape(context.links.public_url)}/b/\w+/[\w.-]+", attempt.text)
    return link[0] if link else ""
