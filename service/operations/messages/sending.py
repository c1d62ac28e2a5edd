"""Sends one planned message, at most once. After an unknown outcome it is handed over again where its
channel knows the key, looked up where the channel can be asked, and else for a person."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import selectinload

from integrations.contract import MessageChannel, OutgoingMessage, ReviewSource
from integrations.errors import (
    Misconfigured,
    OptedOut,
    Permanent,
    Temporary,
    Unsupported,
    may_have_acted,
    reason_of,
)
from integrations.sentence import Said, Text
from service.db.cases import buyer_marks
from service.db.messages import message_queries
from service.db.models import Case, Connection, Kind, Message, MessageAttempt
from service.db.outbox import claims
from service.db.shops import shop_queries
from service.domain.errors import DomainError
from service.domain.messages.kinds import Step
from service.domain.messages.rendering import Rendered
from service.domain.messages.schedule import Send, Stop, Wait
from service.domain.messages.states import MAYBE_SENT, HandOverOutcome, MessageMove, MessageState
from service.operations.cases.orders import known_at
from service.operations.messages import look_up, texts
from service.operations.messages.calls import TO_TELL, hand_to_telephone
from service.operations.messages.first_reading import to_read_first
from service.operations.messages.mail_html import to_html
from service.operations.messages.moves import move
from service.operations.messages.opt_out import BY_CHANNEL, silence
from service.operations.messages.send_check import check
from service.operations.messages.stopping import stop
from service.operations.messages.ways import Way
from service.operations.outbox.handler import Call, Handler, HeldRow, Steps, Work


@dataclass(frozen=True, slots=True)
class _LinkWanted:
    """The buyer's own link to the review, and who knows it."""

    adapter: ReviewSource
    order_id: str
    review_id: str


@dataclass(frozen=True, slots=True)
class _Sending:
    """A message that is written down as being sent, and its channel."""

    adapter: MessageChannel
    message: OutgoingMessage


def _carry_out(work: Work) -> Steps[None]:
    """Look at all reasons again, then send, wait or stop."""
    state = work.write(_state)
    # Being sent: a worker died over it, or nobody knows what came of it.
    again = state == MessageState.SENDING and work.write(_goes_out_once)
    if state == MessageState.SENDING and not again:
        yield from look_up.find_out(work)
    elif state == MessageState.PLANNED or again:
        link = yield from _edit_link(work)
        yield from _send(work, link)
    else:
        work.write(HeldRow.finish)


def _state(row: HeldRow) -> MessageState:
    return message_queries.locked_message(row.session, row.ref_id).state


def _goes_out_once(row: HeldRow) -> bool:
    message = message_queries.message(row.session, row.ref_id)
    return look_up.knows_key(row.session, message.attempts[-1])


def _edit_link(work: Work) -> Steps[str]:
    """The buyer's own link to the review, read fresh because it is a secret we do not keep; '' where
    none is wanted or had: there is a text without one."""
    source = work.write(_link_wanted)
    if source is None:
        return ""
    try:
        link: str = yield Call(source.adapter.edit_link, source.order_id, source.review_id)
    except (Permanent, Unsupported):
        return ""
    return link


def _link_wanted(row: HeldRow) -> _LinkWanted | None:
    message = message_queries.message(row.session, row.ref_id)
    case = message.case
    if message.step != Step.UPDATE_INVITATION or not texts.can_link(row.session, case):
        return None
    source = row.session.get_one(Connection, case.review.connection_id)
    if not isinstance(check(row.context, row.session, message, row.now).decision, Send):
        return None
    return _LinkWanted(row.context.reviews(source), case.order_id, case.review.platform_id)


def _send(work: Work, edit_link: str) -> Steps[None]:
    sending = work.write(_prepare, edit_link)
    if sending is None:
        return
    key = sending.message.key
    try:
        vendor_id = yield Call(sending.adapter.message, sending.message, is_fact=True)
    except Exception as error:
        if work.write(_not_sent, key, error):
            raise
        return
    work.write(_sent, key, vendor_id)


def _prepare(row: HeldRow, edit_link: str) -> _Sending | None:
    """Still right to send: written down as being sent. None: it waits, or is not sent."""
    session, now = row.session, row.now
    message = message_queries.message(session, row.ref_id)
    if message.state not in (MessageState.PLANNED, MessageState.SENDING):
        row.finish()
        return None
    decision, way = check(row.context, session, message, now)
    channel = way.channel
    again = message.state == MessageState.SENDING
    if again and (isinstance(decision, Stop) or not channel or channel.id != message.connection_id):
        look_up.give_to_person(row, message)
        return None
    if isinstance(decision, Wait):
        message.reason = decision.reason
        row.postpone(decision.until, note=decision.reason)
        return None
    if isinstance(decision, Stop) or channel is None:
        _end_without_channel(row, message, decision, way)
        return None
    read_first = None if message.by_seller else to_read_first(session, message, way)
    if read_first is not None:
        move(session, message, MessageMove.HOLD, at=now, reason=read_first)
        row.finish(read_first)
        return None
    lane = shop_queries.lane(session, channel.id, outward=True)
    if lane != row.claim.lane_id:
        # Each channel has its own pace and its own pause, so the row waits in the channel's lane.
        claims.put(session, Kind.SEND_MESSAGE, message.id, lane_id=lane, due_at=now, now=now)
        return None
    adapter = row.context.channel(channel)
    try:
        outgoing = _write_down(row, message, channel, way, edit_link)
    except DomainError as error:
        look_up.needs_person(session, message, error.text, now)
        row.give_up(error.text)
        return None
    return _Sending(adapter, outgoing)


def _end_without_channel(row: HeldRow, message: Message, decision: Send | Stop, way: Way) -> None:
    """A person tells it by telephone, or it is not sent."""
    if isinstance(decision, Send) and way.by_telephone:
        hand_to_telephone(row.session, message, row.now)
        row.finish(TO_TELL)
        return
    reason = decision.reason if isinstance(decision, Stop) else Text("There is no channel.")
    stop(row.session, message, reason, at=row.now)
    row.finish(reason)


def _write_down(
    row: HeldRow, message: Message, channel: Connection, way: Way, edit_link: str
) -> OutgoingMessage:
    case = message.case
    language = message.language or texts.language_of(
        case, shop_queries.shop(row.session, case.shop_id)
    )
    rendered = texts.say(row.context, row.session, message, way.verdict.duties, edit_link=edit_link)
    if message.state == MessageState.SENDING:
        # Handed over again under its key. It stays of unknown outcome until the channel takes it:
        # that a later call did nothing says nothing of the first.
        attempt = message.attempts[-1]
        attempt.outcome, attempt.ended_at = HandOverOutcome.UNKNOWN, attempt.ended_at or row.now
        return _outgoing(row, message, attempt, rendered, language)
    attempt = MessageAttempt(
        message_id=message.id,
        connection_id=channel.id,
        subject=rendered.subject,
        # The link to the review is a secret of the buyer: the copy we keep is without it.
        text=rendered.text.replace(edit_link, "…") if edit_link else rendered.text,
        language=language,
        wording=texts.wording(row.session, message, edit_link=bool(edit_link)),
        verdict=way.verdict.to_data(),
        passed=[passed.to_data() for passed in way.passed],
        key=f"{case.reference}-m{message.id}-{len(message.attempts) + 1}",
        started_at=row.now,
    )
    move(row.session, message, MessageMove.HAND_OVER, at=row.now)
    message.connection_id = channel.id
    message.attempts.append(attempt)
    row.session.add(attempt)
    return _outgoing(row, message, attempt, rendered, language)


def _outgoing(
    row: HeldRow,
    message: Message,
    attempt: MessageAttempt,
    rendered: Rendered,
    language: str,
) -> OutgoingMessage:
    case = message.case
    to, order_id = known_at(case, attempt.connection_id)
    return OutgoingMessage(
        key=attempt.key,
        reference=case.reference,
        to=to,
        subject=rendered.subject,
        text=rendered.text,
        html=to_html(rendered.text),
        order_id=order_id,
        language=language,
        stop_url=row.context.links.buyer("unsubscribe", message.id),
        reply_token=row.context.links.reply_token(message.id),
        kind=message.step or "",
        written_at=buyer_marks.written_at(row.session, case, attempt.connection_id),
    )


def _attempt(row: HeldRow, key: str) -> tuple[Message, MessageAttempt]:
    message = message_queries.message(row.session, row.ref_id)
    return message, next(attempt for attempt in message.attempts if attempt.key == key)


def _sent(row: HeldRow, key: str, vendor_id: str) -> None:
    message, attempt = _attempt(row, key)
    attempt.vendor_id = vendor_id
    if attempt.outcome in (HandOverOutcome.BOUNCED, HandOverOutcome.REFUSED):
        # The channel has told already that it did not bring it: the next one is under way.
        return
    attempt.outcome, attempt.ended_at = HandOverOutcome.SENT, row.now
    look_up.mark_sent(row, message, attempt)


def _not_sent(row: HeldRow, key: str, error: Exception) -> bool:
    """Note what is known of it; a worker that was overtaken changes nothing else. True where the
    error is for the outbox: the same message may be tried again."""
    message, attempt = _attempt(row, key)
    if attempt.outcome in MAYBE_SENT - {HandOverOutcome.UNKNOWN}:
        attempt.outcome, attempt.ended_at = _state_after(error), row.now
    if isinstance(error, OptedOut):
        silence(row.context, row.session, message.case, BY_CHANNEL, now=row.now)
    row.require_claim()
    if message.state != MessageState.SENDING:
        return False
    if attempt.outcome == HandOverOutcome.UNKNOWN:
        if look_up.knows_key(row.session, attempt):
            return True
        if look_up.can_look_up(row.context, row.session, attempt):
            row.postpone(row.now, note=look_up.LOOKING)
        else:
            look_up.give_to_person(row, message)
        return False
    note = reason_of(error)
    if attempt.outcome == HandOverOutcome.NOT_SENT:
        move(row.session, message, MessageMove.TRY_AGAIN, at=row.now, reason=note)
        return True
    move(row.session, message, MessageMove.NEXT_CHANNEL, at=row.now, reason=note)
    # The next channel is tried at once.
    row.postpone(row.now, note=note, tries=row.claim.tries + 1)
    return False


def _state_after(error: Exception) -> HandOverOutcome:
    if may_have_acted(error):
        return HandOverOutcome.UNKNOWN
    passing = isinstance(error, Temporary | Misconfigured)
    return HandOverOutcome.NOT_SENT if passing else HandOverOutcome.REFUSED


def _give_up(row: HeldRow, advice: Said) -> None:
    """After the last try: show the seller that this message could not be sent."""
    message = message_queries.locked_message(row.session, row.ref_id)
    if message.state in (MessageState.PLANNED, MessageState.SENDING):
        look_up.needs_person(row.session, message, advice, row.now)


SEND_MESSAGE = Handler(
    kind=Kind.SEND_MESSAGE,
    label=Text("a message to a buyer"),
    about=Message,
    loads=(selectinload(Case.messages).selectinload(Message.attempts),),
    carry_out=_carry_out,
    give_up=_give_up,
)
