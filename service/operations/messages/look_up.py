"""Asks the channel whether a message of unknown outcome was sent; it is sent again only where it
surely was not. A channel that cannot be asked leaves it to a person."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import Capabilities
from integrations.errors import Permanent, Unsupported
from integrations.sentence import Said, Text, Words
from service.db import queries
from service.db.models import Connection, FollowUp, Message
from service.db.outbox import claims
from service.db.outbox.claims import Claim
from service.operations.cases import history
from service.operations.context import Context
from service.operations.messages import follow_ups
from service.operations.outbox.calls import Call, Next, Outcome

UNSURE = Text(
    "It is not known whether this message went out. Look in the outbox of the channel, then mark"
    " it as sent or send it again."
)
LOOKING = Text("It is not known whether this message went out: the channel is asked.")


def can_look_up(context: Context, session: Session, message: Message) -> bool:
    """Whether the channel can be asked for this very message."""
    return _can(session, message).look_up_message and bool(_mark(context, message))


def look_up(
    context: Context, session: Session, held: Claim, follow_up: FollowUp, message: Message
) -> Call:
    """Ask for the message by a link that no other message has."""
    adapter = context.adapter(session.get_one(Connection, message.connection_id))
    order_id, mark, message_id = follow_up.case.order_id, _mark(context, message), message.id

    def looked(session: Session, outcome: Outcome) -> Next:
        follow_up = queries.follow_up(session, held.ref_id, lock=True)
        message = next(one for one in follow_up.messages if one.id == message_id)
        if follow_up.state != "sending" or not outcome.ours:
            return None
        if isinstance(outcome.error, Permanent | Unsupported):
            give_to_person(session, held, follow_up, outcome.now)
            return None
        if outcome.error is not None:
            return outcome.error
        if outcome.value is not None:
            message.state, message.vendor_id = "sent", outcome.value
            mark_sent(session, held, follow_up, message, outcome.now)
            return None
        return _not_there(session, held, follow_up, message, outcome.now)

    return Call(
        held,
        context.http.now(),
        lambda: adapter.find_message(order_id, mark),
        looked,
        case=follow_up.case.reference,
    )


def _not_there(
    session: Session, held: Claim, follow_up: FollowUp, message: Message, now: datetime
) -> Next:
    """Plan it anew, but not before a call that may still be under way has run out."""
    begun = message.ended_at or message.started_at
    sure_at = begun + _can(session, message).settles_after
    if now < sure_at:
        claims.put_off(session, held, sure_at, note=LOOKING, tries=held.tries)
        return None
    message.state, message.ended_at = "not_sent", message.ended_at or now
    follow_up.state, follow_up.reason = "planned", None
    claims.put_off(session, held, now, tries=held.tries, now=now)
    return None


def mark_sent(
    session: Session, held: Claim, follow_up: FollowUp, message: Message, now: datetime
) -> None:
    """Note that a message went out."""
    follow_up.state, follow_up.sent_at, follow_up.reason = "sent", now, None
    message.ended_at = message.ended_at or now
    channel = session.get_one(Connection, message.connection_id)
    history.note(
        session, follow_up.case, "sent", at=now, new=follow_up.step, detail=Words(channel.name)
    )
    claims.end(session, held.kind, held.ref_id, now)
    follow_ups.let_next_follow(session, follow_up, now)


def give_to_person(session: Session, held: Claim, follow_up: FollowUp, now: datetime) -> None:
    """Show the seller that nobody knows whether it went out."""
    needs_person(session, follow_up, UNSURE, now)
    claims.give_up(session, held, now, UNSURE)


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
