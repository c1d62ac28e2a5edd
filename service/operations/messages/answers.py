"""Takes the buyer's answers to the question whether the problem is solved."""

from __future__ import annotations

from datetime import datetime, timedelta

from integrations.sentence import N_, Said, Text, Words
from service.db.cases import case_parts, case_queries
from service.db.messages import message_queries
from service.db.models import Case, Message
from service.db.transaction import Transaction
from service.domain.cases.severity import is_grave
from service.domain.cases.states import CASES, CaseState, Move
from service.domain.errors import WrongInput, WrongState
from service.domain.messages.kinds import UNSOLVED, Answer, Step
from service.domain.messages.states import Author, MessageState
from service.domain.remedies.states import MakeGoodState
from service.domain.staff.authority import BUYER, Actor, Permission
from service.operations.cases import close, doubts, history
from service.operations.context import Context
from service.operations.messages.planning import due_now
from service.operations.messages.stopping import stop_planned
from service.operations.remedies import proposals
from service.operations.staff.permits import permit

REASONS = {
    Answer.PARTLY: Text("The buyer said that the problem is solved only in part."),
    Answer.NOT_SOLVED: Text("The buyer said that the problem is not solved."),
}
ADVICE = {
    Answer.PARTLY: Text("The buyer says the problem is solved only in part."),
    Answer.NOT_SOLVED: Text("The buyer says the problem is not solved."),
}
IN_WORDS = {
    Answer.PARTLY: N_("The buyer says the problem is solved only in part: “%(words)s”"),
    Answer.NOT_SOLVED: N_("The buyer says the problem is not solved: “%(words)s”"),
}
SOLVED_BY_NOW = Text(
    "The buyer says by now that the problem is solved. Close the case, or do more."
)
ANSWERED = Text("The buyer has answered already.")
EXPIRED = Text("This link has expired. If anything is left to do, please write to us.")
MOVED_ON = Text("Thank you, we have your answer and are working on it.")
ANSWERABLE_FOR = timedelta(days=30)
"""How long after the question the buyer may answer it."""
MOST_WORDS, LONGEST = 300, 2000
"""Letters of a comment that are told on top of the case, and that are kept."""


def answer(
    context: Context,
    message_id: int,
    actor: Actor,
    *,
    answer: Answer,
    stars: int | None,
    comment: str,
) -> None:
    """Take the buyer's answer to a resolution check, by its own link or by that of its reminder; until
    a person has acted on it, another answer takes its place.

    Stars are for how the problem was handled. What is not solved, or only in part, reopens the case.
    Raises `NotFound`, `WrongInput`, and `WrongState` where it is too late.
    """
    with context.database.transaction() as session:
        now = context.clock.now()
        asked = message_queries.locked_message(session, message_id)
        case = case_queries.locked_case(session, asked.case_id)
        permit(session, actor, Permission.ANSWER, case.shop_id)
        check = check_of(asked)
        over = over_for(check, now)
        if over is not None:
            raise WrongState(over)
        if stars is not None and not 1 <= stars <= 5:
            raise WrongInput("Choose one to five stars, or none.")
        text = comment.strip()[:LONGEST]
        earlier = earlier_answer(check)
        same = (answer, stars, text)
        if earlier is not None and (earlier.answer, earlier.stars, earlier.text) == same:
            return
        keep(session, check, answer, stars, text, now=now)


def keep(
    session: Transaction,
    check: Message,
    answer: Answer,
    stars: int | None,
    text: str,
    *,
    now: datetime,
    reason: Said | None = None,
) -> None:
    """Keep what the buyer says to a check, by whichever way, and do what it calls for. `reason` tells
    which way it was, where it was not the page."""
    case = check.case
    message = Message(
        author=Author.BUYER,
        state=MessageState.RECEIVED,
        answers_id=check.id,
        round=check.round,
        answer=answer,
        stars=stars,
        text=text,
        reason=reason,
        sent_at=now,
    )
    case_parts.add(session, case, case.messages, message)
    _note_answer(session, message, now)
    stop_planned(session, case, ANSWERED, at=now, only=(Step.RESOLUTION_REMINDER,))
    if answer in UNSOLVED:
        _reopen(session, case, answer, text, now)
    if case.closed_at is None and is_grave(text):
        doubts.mark_grave(case)
    if answer is Answer.SOLVED:
        _solved(session, case, now)


def check_of(asked: Message) -> Message:
    """The check that a message with a link to its page asks, itself or as a reminder."""
    if asked.step is not Step.RESOLUTION_REMINDER:
        return asked
    return next(
        message
        for message in asked.case.messages
        if (message.step, message.round) == (Step.RESOLUTION_CHECK, asked.round)
    )


def over_for(check: Message, now: datetime) -> Text | None:
    """Why this check can no longer be answered, as the buyer reads it; None while it can."""
    if check.sent_at is not None and now > check.sent_at + ANSWERABLE_FOR:
        return EXPIRED
    earlier = earlier_answer(check)
    if earlier is None or earlier.handled_at is None:
        return None
    acted = any(
        make_good.decided_at >= earlier.handled_at
        for make_good in check.case.make_goods
        if make_good.state is not MakeGoodState.CANCELLED
    )
    return MOVED_ON if acted else None


def earlier_answer(check: Message) -> Message | None:
    """The last answer to this very check."""
    answers = [answer for answer in check.case.answers if answer.answers_id == check.id]
    return answers[-1] if answers else None


def _note_answer(session: Transaction, message: Message, now: datetime) -> None:
    history.note(
        session,
        message.case,
        "answered",
        at=now,
        actor=BUYER,
        new=message.answer or "",
        detail=None if message.stars is None else Text("%(n)s of 5 stars", n=message.stars),
    )


def _reopen(session: Transaction, case: Case, answer: Answer, comment: str, now: datetime) -> None:
    """Bring the case back to a decision, the buyer's words on top; also one that was closed."""
    stop_planned(session, case, REASONS[answer], at=now, keep=(Step.CONFIRMATION,))
    if _may_come_back(session, case):
        how = Move.REOPEN if case.closed_at is None else Move.COME_BACK
        close.undo(case)
        history.move(session, case, how, at=now, actor=BUYER)
        proposals.propose_remedies(session, case, now=now)
    if case.state == CaseState.AWAITING_APPROVAL:
        words = " ".join(comment.split())[:MOST_WORDS]
        in_words = Text(IN_WORDS[answer], words=Words(words))
        case.advice = in_words if words else ADVICE[answer]


def _may_come_back(session: Transaction, case: Case) -> bool:
    """Not one whose buyer was erased, nor one whose review has an open case by now."""
    if case.closed_at is None:
        return CASES.allows(CaseState(case.state), Move.REOPEN)
    return bool(case.order) and case_queries.open_case(session, case.review_id) is None


def _solved(session: Transaction, case: Case, now: datetime) -> None:
    """What waited for this answer follows; a decision that is not needed any more says so."""
    if case.state == CaseState.AWAITING_APPROVAL and len(case.answers) > 1:
        case.advice = SOLVED_BY_NOW
    for message in case.messages:
        if (message.step, message.state) == (Step.UPDATE_INVITATION, MessageState.PLANNED):
            due_now(session, message, now)
