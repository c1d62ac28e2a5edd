"""The thread of a case as its page shows it: everything said, heard or planned, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from integrations.sentence import Said, Text
from service.db.models import Case, Message, MessageAttempt
from service.domain.messages.kinds import Answer
from service.domain.messages.states import (
    MESSAGES,
    STUCK,
    Author,
    MessageMove,
    MessageState,
)
from service.operations.context import Context
from service.operations.messages.moves import allows
from service.operations.messages.preview import Preview, preview
from service.web.words import word

WILL_NOT_GO = Text("will not go out")
_LAST = datetime.max.replace(tzinfo=UTC)


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
    text: str
    handed_over: Sequence[MessageAttempt]
    may_send: bool
    may_send_again: bool
    may_settle: bool
    """A person may say what became of it."""


def thread_of(context: Context, session: Session, case: Case, now: datetime) -> list[Entry]:
    """What was said and heard comes first, by time; then what is planned, by when it is due."""
    return [_entry(context, session, message, now) for message in sorted(case.messages, key=_place)]


def _place(message: Message) -> tuple[bool, datetime, int]:
    return message.sent_at is None, message.sent_at or message.due_at or _LAST, message.id


def _entry(context: Context, session: Session, message: Message, now: datetime) -> Entry:
    state = MessageState(message.state)
    look: Preview | None = None
    if allows(message, MessageMove.SEND_NOW):
        look = preview(context, session, message, now)
    planned = look is not None and state is MessageState.PLANNED
    stops = planned and look is not None and look.stopped
    may_send = look is not None and look.may_send_now
    return Entry(
        id=message.id,
        title=_title(message),
        state=WILL_NOT_GO if stops else MESSAGES.labels[state],
        needs_person=state in STUCK,
        at=look.due_at if planned and look is not None else message.sent_at,
        note=look.waits_for if planned and look is not None else message.reason,
        stops=stops,
        is_heard=message.author in (Author.BUYER, Author.PLATFORM),
        answer=_answer(message),
        stars=message.stars,
        text=message.text,
        handed_over=[attempt for attempt in message.attempts if attempt.text],
        may_send=may_send and planned,
        may_send_again=may_send and not planned,
        may_settle=state in STUCK,
    )


def _title(message: Message) -> str:
    name = word(message.step or message.author)
    return name[:1].upper() + name[1:]


def _answer(message: Message) -> str:
    return "" if message.answer is None else word(Answer(message.answer).value)
