"""What sellers write to a buyer themselves, and what they change or release before it goes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from integrations.sentence import Text
from service.db.cases import case_parts, case_queries
from service.db.messages import message_queries
from service.db.models import Case, Message
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.errors import Unconfirmed, WrongInput, WrongState
from service.domain.messages import text_check
from service.domain.messages.schedule import Send
from service.domain.messages.states import CHANGEABLE, Author, MessageMove, MessageState
from service.domain.messages.templates import MessageText
from service.domain.staff.authority import Actor, Permission
from service.operations.cases import history
from service.operations.context import Context
from service.operations.messages import texts
from service.operations.messages.inbound import handled
from service.operations.messages.moves import move
from service.operations.messages.opt_out import NO_MESSAGES, is_opted_out
from service.operations.messages.planning import due_now
from service.operations.messages.send_check import check, reaches_buyer
from service.operations.staff.permits import permit

LONGEST = 5000
NO_WAY = Text("There is no channel or no address to reach the buyer.")


@dataclass(frozen=True, slots=True)
class Written:
    """What a seller typed. `confirmed`: they have read what the check advises and keep it so."""

    subject: str
    text: str
    confirmed: bool = False


def write(context: Context, case_id: int, actor: Actor, written: Written, *, send: bool) -> int:
    """Keep a seller's own message to the buyer as a draft, or send it; gives its id.

    Raises `NotPermitted`, `WrongState` where the buyer cannot or may not be written to,
    `WrongInput` for words that may never be sent, `Unconfirmed` for those to think about.
    """
    with context.database.transaction() as session:
        case = case_queries.locked_case(session, case_id)
        permit(session, actor, Permission.DECIDE, case.shop_id)
        _check_reach(context, session, case)
        message = Message(
            author=Author.SELLER,
            state=MessageState.DRAFT,
            language=texts.language_of(case, shop_queries.shop(session, case.shop_id)),
        )
        case_parts.add(session, case, case.messages, message)
        now = context.clock.now()
        _put_words(session, message, written, now, check_words=send)
        history.note(session, case, "drafted", at=now, actor=actor, new="message")
        session.flush()
        if send:
            _release(context, session, message, actor)
        return message.id


def change(context: Context, message_id: int, actor: Actor, written: Written) -> None:
    """Change the words of a message that was not sent yet; without words those of the shop's text
    are used again. Raises as `write`."""
    with context.database.transaction() as session:
        message = _changeable(session, message_id, actor)
        is_draft = message.state == MessageState.DRAFT
        _put_words(session, message, written, context.clock.now(), check_words=not is_draft)
        _note_change(context, session, message, actor)


def release(
    context: Context, message_id: int, actor: Actor, written: Written | None = None
) -> None:
    """Send a draft, as it is or as it was `written` anew. Raises as `write`, and `WrongState` with
    the reason where it would not go out."""
    with context.database.transaction() as session:
        message = _changeable(session, message_id, actor)
        if message.state != MessageState.DRAFT:
            raise WrongState("This is no draft any more. Look at the case again.")
        kept = Written(message.subject, message.text)
        words = written or kept
        _put_words(session, message, words, context.clock.now(), check_words=True)
        if (words.subject, words.text) != (kept.subject, kept.text):
            _note_change(context, session, message, actor)
        _release(context, session, message, actor)


def _release(context: Context, session: Transaction, message: Message, actor: Actor) -> None:
    now = context.clock.now()
    decision = check(context, session, message, now, by_seller=True).decision
    if not isinstance(decision, Send):
        raise WrongState(decision.reason)
    message.by_seller, message.due_at = True, now
    move(session, message, MessageMove.RELEASE, at=now, actor=actor)
    if message.author is Author.SELLER:
        handled(message.case, now)
    due_now(session, message, now)


def _put_words(
    session: Session, message: Message, written: Written, now: datetime, *, check_words: bool
) -> None:
    """Keep what was typed; raises `WrongInput`, `Unconfirmed`."""
    text = MessageText(written.subject.strip(), written.text.replace("\r\n", "\n").strip())
    if len(text.subject) + len(text.text) > LONGEST:
        raise WrongInput("A message may have %(most)s characters at most.", most=LONGEST)
    if message.step is None:
        if not text.text:
            raise WrongInput("Write the message first.")
    elif not text.text or (not message.text and _is_unchanged(session, message, text, now)):
        # As the shop's text says it: what changes there meanwhile counts.
        message.subject = message.text = message.language = ""
        return
    case = message.case
    language = message.language or texts.language_of(case, shop_queries.shop(session, case.shop_id))
    if check_words:
        _check_words(session, message, text, language, confirmed=written.confirmed)
    message.subject, message.text, message.language = text.subject, text.text, language


def _is_unchanged(session: Session, message: Message, text: MessageText, now: datetime) -> bool:
    begun = texts.begun(session, message, now)
    return (text.subject, text.text) == (begun.subject.strip(), begun.text.strip())


def _check_words(
    session: Session, message: Message, text: MessageText, language: str, *, confirmed: bool
) -> None:
    key = ""
    if message.step is None:
        text_check.refuse_words(text.subject, text.text, language)
    else:
        key = texts.key_in_use(session, message)
        tone = texts.text_in_use(session, message, key).tone
        text_check.check_text(key, MessageText(text.subject, text.text, tone), language)
    doubts = text_check.to_confirm(text.subject, text.text, language, key)
    if doubts and not confirmed:
        raise Unconfirmed(
            "Read this again before it goes out. %(problems)s",
            problems=" ".join(map(str, doubts)),
            fields={"text": doubts},
        )


def _check_reach(context: Context, session: Session, case: Case) -> None:
    if is_opted_out(context, session, case):
        raise WrongState(NO_MESSAGES)
    if not reaches_buyer(context, session, case):
        raise WrongState(NO_WAY)


def _changeable(session: Transaction, message_id: int, actor: Actor) -> Message:
    message = message_queries.locked_message(session, message_id)
    permit(session, actor, Permission.DECIDE, message.case.shop_id)
    if message.state not in CHANGEABLE:
        raise WrongState("This message was sent or stopped already.")
    return message


def _note_change(context: Context, session: Transaction, message: Message, actor: Actor) -> None:
    name = message.step or "message"
    at = context.clock.now()
    history.note(session, message.case, "edited", at=at, actor=actor, new=name)
