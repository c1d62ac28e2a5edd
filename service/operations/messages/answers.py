"""Takes the buyer's answers to the question whether the problem is solved."""

from __future__ import annotations

from datetime import datetime

from integrations.sentence import Text, Words
from service.db.cases import case_queries
from service.db.messages import message_queries
from service.db.models import Case, Message
from service.db.transaction import Transaction
from service.domain.cases.severity import is_grave
from service.domain.cases.states import CASES, CaseState, Move
from service.domain.errors import WrongInput
from service.domain.messages.kinds import Answer, Step
from service.domain.messages.states import Author, MessageState
from service.domain.staff.authority import BUYER, Actor, Permission
from service.operations.cases import doubts, history
from service.operations.context import Context
from service.operations.messages.planning import due_now
from service.operations.messages.stopping import stop_planned
from service.operations.remedies import proposals
from service.operations.staff.permits import permit

NOT_SOLVED = Text("The buyer says the problem is not solved.")
MOST_WORDS, LONGEST = 300, 2000
"""Letters of a comment that are told on top of the case, and that are kept."""


def answer(
    context: Context,
    message_id: int,
    actor: Actor,
    *,
    solved: bool,
    stars: int | None,
    comment: str,
) -> None:
    """Take the buyer's answer to a resolution check; the newest counts.

    Stars are for how the problem was handled. "Not solved" reopens the case. Raises `NotFound`,
    `WrongInput`.
    """
    reply = Answer.SOLVED if solved else Answer.NOT_SOLVED
    with context.database.transaction() as session:
        now = context.clock.now()
        check = message_queries.locked_message(session, message_id)
        case = case_queries.locked_case(session, check.case_id)
        permit(session, actor, Permission.ANSWER, case.shop_id)
        if stars is not None and not 1 <= stars <= 5:
            raise WrongInput("Choose one to five stars, or none.")
        text = comment.strip()[:LONGEST]
        earlier = earlier_answer(check)
        if earlier is not None and (earlier.answer, earlier.stars, earlier.text) == (
            reply,
            stars,
            text,
        ):
            return
        _keep(session, case, check, Message(answer=reply, stars=stars, text=text), now)
        if not solved:
            _reopen(session, case, text, now)
        if case.closed_at is None and is_grave(text):
            doubts.mark_grave(case)
        if not solved:
            return
        for message in case.messages:
            if (message.step, message.state) == (Step.UPDATE_INVITATION, MessageState.PLANNED):
                due_now(session, message, now)


def earlier_answer(check: Message) -> Message | None:
    """The last answer to this very check."""
    answers = [answer for answer in check.case.answers if answer.answers_id == check.id]
    return answers[-1] if answers else None


def _keep(
    session: Transaction, case: Case, check: Message, message: Message, now: datetime
) -> None:
    message.author, message.state, message.sent_at = Author.BUYER, MessageState.RECEIVED, now
    message.answers_id, message.round = check.id, check.round
    case.messages.append(message)
    history.note(
        session,
        case,
        "answered",
        at=now,
        actor=BUYER,
        new=message.answer or "",
        detail=None if message.stars is None else Text("%(stars)s/5", stars=message.stars),
    )


def _reopen(session: Transaction, case: Case, comment: str, now: datetime) -> None:
    """Bring the case back to a decision, the buyer's words on top; also one that was closed."""
    reason = Text("The buyer said that the problem is not solved.")
    stop_planned(session, case, reason, at=now, keep=(Step.CONFIRMATION,))
    if _may_come_back(session, case):
        how = Move.REOPEN if case.closed_at is None else Move.COME_BACK
        case.closed_at, case.close_reason = None, ""
        history.move(session, case, how, at=now, actor=BUYER)
        proposals.propose_remedies(session, case, now=now, by_limit=False)
    if case.state == CaseState.AWAITING_APPROVAL:
        words = " ".join(comment.split())[:MOST_WORDS]
        advice = Text("The buyer says the problem is not solved: “%(words)s”", words=Words(words))
        case.advice = advice if words else NOT_SOLVED


def _may_come_back(session: Transaction, case: Case) -> bool:
    """Not one whose buyer was erased, nor one whose review has an open case by now."""
    if case.closed_at is None:
        return CASES.allows(CaseState(case.state), Move.REOPEN)
    return bool(case.order) and case_queries.open_case(session, case.review_id) is None
