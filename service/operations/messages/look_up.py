"""Asks the channel whether a message of unknown outcome was sent; it is sent again only where it
surely was not. A channel that cannot be asked leaves it to a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import Capabilities, MessageChannel
from integrations.errors import Permanent, Unsupported
from integrations.sentence import Said, Text, Words
from service.db import queries
from service.db.models import Connection, FollowUp, Message
from service.db.outbox import claims
from service.operations.cases import history
from service.operations.context import Context
from service.operations.messages import follow_ups
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
    order_id: str
    mark: str


def can_look_up(context: Context, session: Session, message: Message) -> bool:
    """Whether the channel can be asked for this very message."""
    return _can(session, message).look_up_message and bool(_mark(context, message))


def find_out(work: Work) -> Steps[None]:
    """Ask for the message last handed over, if its channel can be asked."""
    question = work.write(_question)
    if question is None:
        return
    try:
        vendor_id = yield Call(question.adapter.find_message, question.order_id, question.mark)
    except (Permanent, Unsupported):
        work.write(_cannot_be_asked)
        return
    work.write(_answered, vendor_id)


def _question(row: HeldRow) -> _Question | None:
    follow_up = queries.follow_up(row.session, row.ref_id, lock=True)
    message = follow_up.messages[-1]
    if not can_look_up(row.context, row.session, message):
        give_to_person(row, follow_up)
        return None
    adapter = row.context.channel(row.session.get_one(Connection, message.connection_id))
    return _Question(adapter, follow_up.case.order_id, _mark(row.context, message))


def _cannot_be_asked(row: HeldRow) -> None:
    follow_up = queries.follow_up(row.session, row.ref_id, lock=True)
    if follow_up.state == "sending":
        give_to_person(row, follow_up)


def _answered(row: HeldRow, vendor_id: str | None) -> None:
    """Sent, where the channel knows it; else planned anew, but not before a call that may still be
    under way has run out."""
    follow_up = queries.follow_up(row.session, row.ref_id, lock=True)
    message = follow_up.messages[-1]
    if follow_up.state != "sending":
        return
    if vendor_id is not None:
        message.state, message.vendor_id = "sent", vendor_id
        mark_sent(row, follow_up, message)
        return
    begun = message.ended_at or message.started_at
    sure_at = begun + _can(row.session, message).settles_after
    if row.now < sure_at:
        row.put_off(sure_at, note=LOOKING)
        return
    message.state, message.ended_at = "not_sent", message.ended_at or row.now
    follow_up.state, follow_up.reason = "planned", None
    row.put_off(row.now)


def mark_sent(row: HeldRow, follow_up: FollowUp, message: Message) -> None:
    """Note that a message went out, whoever holds the row."""
    follow_up.state, follow_up.sent_at, follow_up.reason = "sent", row.now, None
    message.ended_at = message.ended_at or row.now
    channel = row.session.get_one(Connection, message.connection_id)
    detail = Words(channel.name)
    history.note(row.session, follow_up.case, "sent", at=row.now, new=follow_up.step, detail=detail)
    claims.end(row.session, row.claim.kind, row.ref_id, row.now)
    follow_ups.let_next_follow(row.session, follow_up, row.now)


def give_to_person(row: HeldRow, follow_up: FollowUp) -> None:
    """Show the seller that nobody knows whether it went out."""
    row.give_up(UNSURE)
    needs_person(row.session, follow_up, UNSURE, row.now)


def needs_person(session: Session, follow_up: FollowUp, advice: Said, now: datetime) -> None:
    """Stop here until a person decides; what was being sent is of unknown outcome."""
    follow_up.state, follow_up.reason = "needs_attention", advice
    for message in follow_up.messages:
        if message.state == "sending":
            message.state, message.ended_at = "unknown", now
    history.note(
        session, follow_up.case, "needs_attention", at=now, new=follow_up.step, detail=advice
    )


def _can(session: Session, message: Message) -> Capabilities:
    return registry.get(session.get_one(Connection, message.connection_id).adapter).capabilities


def _mark(context: Context, message: Message) -> str:
    """A link of ours in the text: each message has links of its own."""
    link = re.search(rf"{re.escape(context.links.public_url)}/b/\w+/[\w.-]+", message.text)
    return link[0] if link else ""
