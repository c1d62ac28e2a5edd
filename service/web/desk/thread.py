"""The thread of a case as its page shows it: everything said, heard or planned, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import Channel
from integrations.sentence import Said, Text, Words
from service.db.models import Case, Connection, Message, MessageAttempt
from service.domain.errors import WrongInput
from service.domain.messages.kinds import Answer
from service.domain.messages.ladder import CHANNELS
from service.domain.messages.rendering import Rendered
from service.domain.messages.states import (
    CHANGEABLE,
    MESSAGES,
    STUCK,
    Author,
    MessageMove,
    MessageState,
)
from service.domain.messages.templates import MessageText
from service.operations.context import Context
from service.operations.messages import texts
from service.operations.messages.moves import allows
from service.operations.messages.preview import Preview, preview
from service.operations.messages.ways import Passed, Way, passed_from_data
from service.web.words import word

WILL_NOT_GO = Text("will not go out")
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """One hand-over: by which channel, and why the ones before it were passed."""

    attempt: MessageAttempt
    by: Said
    passed: Sequence[Passed]


@dataclass(frozen=True, slots=True)
class Entry:
    """One message. `at`: when it went out or came in, else when it is looked at next."""

    id: int
    title: str
    state: Text
    needs_person: bool
    at: datetime | None
    note: Said | None
    stops: bool
    """As things are it will not go out, for the reason in `note`."""
    is_heard: bool
    answer: str
    stars: int | None
    subject: str
    text: str
    handed_over: Sequence[HandedOver]
    by: Said | None
    """The channel by which it would go now; None where it is not planned."""
    passed: Sequence[Passed]
    """The channels that would be passed for it, and why."""
    size: Said | None
    """What its length costs there."""
    says: Rendered | None
    """What the buyer will read; None where it may not be sent, as `unsaid` tells, or is sent."""
    unsaid: Said | None
    words: MessageText | None
    """What may be changed, as it is written."""
    actions: frozenset[str]
    """What a person may do: release, send_now, send_again, mark_sent, handled, leave."""


def thread_of(context: Context, session: Session, case: Case, now: datetime) -> list[Entry]:
    """What was said and heard comes first, by time; then what is planned, by when it is due."""
    return [_entry(context, session, message, now) for message in sorted(case.messages, key=_place)]


def _place(message: Message) -> tuple[bool, datetime, int]:
    return message.sent_at is None, message.sent_at or message.due_at or _LAST, message.id


def _entry(context: Context, session: Session, message: Message, now: datetime) -> Entry:
    look = preview(context, session, message, now) if _may_go(message) else None
    waits = look is not None and message.state == MessageState.PLANNED
    stops = waits and look is not None and look.stopped
    return Entry(
        id=message.id,
        title=_title(message),
        state=WILL_NOT_GO if stops else MESSAGES.labels[MessageState(message.state)],
        needs_person=message.state in STUCK | {MessageState.DRAFT} or message.is_unread,
        at=look.due_at if waits and look is not None else message.sent_at,
        note=look.waits_for if waits and look is not None else message.reason,
        stops=stops,
        is_heard=message.author in (Author.BUYER, Author.PLATFORM),
        answer="" if message.answer is None else word(Answer(message.answer).value),
        stars=message.stars,
        subject=message.subject,
        text=message.text,
        handed_over=[_handed_over(session, attempt) for attempt in message.attempts],
        by=None if look is None or look.way is None else _name(look.way),
        passed=() if look is None or look.way is None else look.way.passed,
        size=None if look is None else _size(look),
        says=None if look is None else look.says,
        unsaid=None if look is None else look.unsaid,
        words=_words(session, message, now),
        actions=_actions(message, look),
    )


def _handed_over(session: Session, attempt: MessageAttempt) -> HandedOver:
    channel = session.get_one(Connection, attempt.connection_id)
    return HandedOver(attempt, Words(channel.name), passed_from_data(attempt.passed))


def _name(way: Way) -> Said | None:
    if way.by_telephone:
        return CHANNELS[Channel.TELEPHONE]
    return None if way.channel is None else Words(way.channel.name)


def _size(look: Preview) -> Said | None:
    channel = None if look.way is None else look.way.channel
    if channel is None or look.says is None:
        return None
    return registry.channel(channel.adapter).size_note(look.says.text)


def _may_go(message: Message) -> bool:
    return allows(message, MessageMove.SEND_NOW) or allows(message, MessageMove.RELEASE)


def _actions(message: Message, look: Preview | None) -> frozenset[str]:
    actions = set()
    if look is not None and allows(message, MessageMove.RELEASE):
        actions.add("release")
    elif look is not None and look.may_send_now:
        actions.add("send_now" if message.state == MessageState.PLANNED else "send_again")
    if message.state in STUCK:
        actions.add("mark_sent")
    if message.is_unread:
        actions.add("handled")
    if allows(message, MessageMove.STOP):
        actions.add("leave")
    return frozenset(actions)


def _words(session: Session, message: Message, now: datetime) -> MessageText | None:
    if message.state not in CHANGEABLE:
        return None
    try:
        return texts.begun(session, message, now)
    except WrongInput:
        # Nothing can be begun from a text of the shop that may not be sent.
        return MessageText("", "")


def _title(message: Message) -> str:
    name = word(message.step or message.author)
    return name[:1].upper() + name[1:]
