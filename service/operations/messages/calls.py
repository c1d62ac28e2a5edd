"""Calls by telephone: asked for by the ladder or by a seller, made by a person, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.sentence import Said, Text, Words
from service.db.cases import case_parts, case_queries
from service.db.models import Call, Case, Message
from service.db.transaction import Transaction
from service.domain.cases.severity import is_grave
from service.domain.errors import NotFound, WrongInput, WrongState
from service.domain.messages.calls import CALLS, CallMove, CallState
from service.domain.messages.kinds import SURVEY, Answer, Step
from service.domain.messages.schedule import Stop
from service.domain.messages.states import Author, MessageMove, MessageState
from service.domain.staff.authority import CLOCK, Actor, Permission
from service.operations.cases import doubts, history
from service.operations.cases.orders import buyer_of
from service.operations.context import Context
from service.operations.messages import answers
from service.operations.messages.moves import allows, move, move_call
from service.operations.messages.opt_out import NO_MESSAGES, wants_no_call
from service.operations.messages.planning import due_now, let_next_follow
from service.operations.messages.send_check import check
from service.operations.messages.ways import WRONG_NUMBER
from service.operations.staff.permits import permit

BY_TELEPHONE = Text("By telephone.")
TO_TELL = Text("The buyer is to be told this by telephone.")
NO_NUMBER = Text("No telephone number of the buyer is known.")
LONGEST_NOTES = 2000
MOST_AHEAD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class CallResult:
    """What came of a try. `words`: what the buyer said. `answer`: whether it is solved, where that was
    asked. `again_at`: the appointment of `CALL_AGAIN`."""

    how: CallMove
    words: str = ""
    answer: Answer | None = None
    again_at: datetime | None = None


def ask(context: Context, case_id: int, actor: Actor) -> int:
    """Have the buyer called; gives the call's id. Raises `NotPermitted`, `WrongState` where there is
    no number, the buyer wants no contact, or a call is asked for already."""
    with context.database.transaction() as session:
        case = case_queries.locked_case(session, case_id)
        permit(session, actor, Permission.DECIDE, case.shop_id)
        if wants_no_call(context, session, case):
            raise WrongState(NO_MESSAGES)
        if not buyer_of(case).phone:
            raise WrongState(NO_NUMBER)
        if open_call(case) is not None:
            raise WrongState("This call is asked for already.")
        call = _add(session, case, None, context.clock.now(), actor)
        session.flush()
        return call.id


def hand_to_telephone(session: Transaction, message: Message, now: datetime) -> None:
    """What the message says is told by a person on the telephone."""
    move(session, message, MessageMove.REFUSE, at=now, reason=TO_TELL)
    _add(session, message.case, message.id, now, CLOCK)


def _add(
    session: Transaction, case: Case, message_id: int | None, now: datetime, actor: Actor
) -> Call:
    call = Call(message_id=message_id, state=CALLS.first, tries=0, opened_at=now)
    case_parts.add(session, case, case.calls, call)
    history.note(session, case, "call_asked", at=now, actor=actor)
    return call


def open_call(case: Case) -> Call | None:
    """The call that somebody is to make about this case, the oldest first."""
    return next((call for call in case.calls if call.state is CallState.OPEN), None)


def record(context: Context, call_id: int, actor: Actor, outcome: CallResult) -> None:
    """Note what came of a try: the buyer's words stand in the thread, an appointment is when it is
    due. Raises `NotPermitted`, `NotFound`, `WrongInput`, `WrongState`."""
    words = outcome.words.strip()
    if len(words) > LONGEST_NOTES:
        raise WrongInput("Notes may have %(most)s characters at most.", most=LONGEST_NOTES)
    grave = bool(words) and is_grave(words)
    with context.database.transaction() as session:
        now = context.clock.now()
        call = _locked(session, call_id, actor)
        case = call.case
        _check(outcome, now)
        asked = question_of(case, call)
        if outcome.answer is not None and asked is None:
            raise WrongState("The buyer was not asked yet whether it is solved.")
        move_call(call, outcome.how, at=now)
        call.tries += 1
        call.due_at = outcome.again_at
        detail: Said = CALLS.labels[call.state]
        if outcome.again_at is not None:
            detail = Text("again at %(at)s", at=outcome.again_at)
        if words and call.state is not CallState.REACHED:
            detail = Text("%(outcome)s: %(notes)s", outcome=detail, notes=Words(words))
        history.note(session, case, "called", at=now, actor=actor, detail=detail)
        _settle_message(context, session, call, actor, now)
        if outcome.answer is not None and asked is not None:
            answers.keep(session, asked, outcome.answer, None, words, now=now, reason=BY_TELEPHONE)
        elif words and call.state is CallState.REACHED:
            _keep_words(session, case, call, words, now)
        if grave and case.closed_at is None:
            doubts.mark_grave(case)


def _check(outcome: CallResult, now: datetime) -> None:
    again = outcome.again_at
    if outcome.how is not CallMove.CALL_AGAIN:
        if again is not None:
            raise WrongInput("Only a call that is made again has an appointment.")
        if outcome.how is not CallMove.REACH and outcome.answer is not None:
            raise WrongInput("Whether it is solved can only say who was reached.")
        return
    if again is None or not now < again < now + MOST_AHEAD:
        raise WrongInput(
            "Enter when to call again, within the next %(days)s days.",
            days=MOST_AHEAD.days,
            fields={"again_at": Text("Enter a time that is to come.")},
        )


def _locked(session: Transaction, call_id: int, actor: Actor) -> Call:
    call = session.get(Call, call_id)
    if call is None:
        raise NotFound("There is no such call.")
    case = case_queries.locked_case(session, call.case_id)
    permit(session, actor, Permission.DECIDE, case.shop_id)
    session.refresh(call)
    return call


def question_of(case: Case, call: Call) -> Message | None:
    """The question whether it is solved that this call asks: its own message, else the last that the
    buyer got."""
    own = next((message for message in case.messages if message.id == call.message_id), None)
    if own is not None and own.step in SURVEY:
        return own
    asked = [
        message
        for message in case.messages
        if message.step is Step.RESOLUTION_CHECK and message.state is MessageState.SENT
    ]
    return asked[-1] if asked else None


def _keep_words(session: Transaction, case: Case, call: Call, words: str, now: datetime) -> None:
    """Put the buyer's words into the thread; who called knows them."""
    message = Message(
        author=Author.BUYER,
        state=MessageState.RECEIVED,
        answers_id=call.message_id,
        text=words,
        sent_at=now,
        handled_at=now,
        reason=BY_TELEPHONE,
    )
    case_parts.add(session, case, case.messages, message)


def _settle_message(
    context: Context, session: Transaction, call: Call, actor: Actor, now: datetime
) -> None:
    """What was to be told was told; after a wrong number it goes to the next rung, if there is one."""
    if call.message_id is None:
        return
    message = next(each for each in call.case.messages if each.id == call.message_id)
    if call.state is CallState.REACHED and allows(message, MessageMove.CONFIRM):
        move(session, message, MessageMove.CONFIRM, at=now, actor=actor, detail=BY_TELEPHONE)
        let_next_follow(session, message, now)
    elif call.state is CallState.WRONG_NUMBER and message.state is MessageState.REFUSED:
        message.reason = WRONG_NUMBER
        decision, way = check(context, session, message, now)
        if way.channel is not None and not isinstance(decision, Stop):
            move(session, message, MessageMove.NEXT_CHANNEL, at=now, reason=WRONG_NUMBER)
            due_now(session, message, now)
