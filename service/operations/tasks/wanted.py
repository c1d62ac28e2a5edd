"""What a case asks of people as it stands now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from integrations.money import Money
from integrations.sentence import Said
from service.db.models import Case
from service.domain.cases.states import CaseState
from service.domain.messages.calls import CallState
from service.domain.messages.kinds import UNSOLVED
from service.domain.messages.replies import ReplyState
from service.domain.messages.states import STUCK, MessageState
from service.domain.remedies.states import MakeGoodState
from service.domain.tasks.kinds import TaskKind
from service.operations.cases import escalation


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task that should be open; its subject is the row of that id."""

    kind: TaskKind
    subject_id: int
    text: Said | None = None
    amount: Money | None = None
    due_at: datetime | None = None


KINDS: Mapping[MakeGoodState, TaskKind] = {
    MakeGoodState.UNKNOWN: TaskKind.FIND_OUT,
    MakeGoodState.REFUSED: TaskKind.REFUSED,
    MakeGoodState.BY_HAND: TaskKind.CARRY_OUT,
    MakeGoodState.TO_FINISH: TaskKind.FINISH,
}
"""The task of each state in which a make-good waits for a person."""


def wanted_of(case: Case) -> Iterator[Wanted]:
    """All that waits for a person: what got stuck, whatever the case's state, and one thing about
    the case itself, the most pressing."""
    # While a decision can be undone, what it is to take the place of asks for nothing.
    held = any(make_good.state is MakeGoodState.HELD for make_good in case.make_goods)
    for make_good in case.make_goods:
        if make_good.state in KINDS and not (held and make_good.state is MakeGoodState.REFUSED):
            kind = KINDS[make_good.state]
            yield Wanted(kind, make_good.id, make_good.todo, make_good.remedy.amount)
    calls = [call for call in case.calls if call.state is CallState.OPEN]
    told_by_call = {call.message_id for call in calls}
    for call in calls:
        yield Wanted(TaskKind.CALL, call.id, due_at=call.due_at)
    for message in case.messages:
        if message.state in STUCK and message.id in told_by_call:
            continue
        if message.state in STUCK:
            yield Wanted(TaskKind.MESSAGE, message.id, message.reason)
        elif message.is_unread and case.erased_at is None:
            yield Wanted(TaskKind.READ_ANSWER, message.id)
        elif message.state == MessageState.DRAFT:
            yield Wanted(TaskKind.READ_DRAFT, message.id, message.reason)
    if case.reply is not None and case.reply.state is not ReplyState.POSTED:
        yield Wanted(TaskKind.POST_REPLY, case.reply.id, case.reply.reason)
    about = None if held else _about(case) if case.closed_at is None else _after_the_end(case)
    if about is not None and case.asked_owner and case.state == CaseState.AWAITING_APPROVAL:
        yield Wanted(TaskKind.ASK_OWNER, case.id, case.asked_owner, due_at=look_by(case))
        about = None if about is TaskKind.DECIDE else about
    if about is not None:
        yield Wanted(about, case.id, case.doubt or case.advice, due_at=look_by(case))


def look_by(case: Case) -> datetime | None:
    """By when the buyer was told that somebody will have looked; None once something was decided."""
    undone = (make_good.state is MakeGoodState.CANCELLED for make_good in case.make_goods)
    return case.look_by if all(undone) else None


def _about(case: Case) -> TaskKind | None:
    if case.doubt is not None and case.grave:
        return TaskKind.TAKE_UP
    if case.state == CaseState.AWAITING_ORDER:
        return TaskKind.CHOOSE_ORDER
    if case.state == CaseState.AWAITING_APPROVAL and _is_not_solved(case):
        with_owner = escalation.is_with_owner(case)
        return TaskKind.OWNER_DECIDES if with_owner else TaskKind.NOT_SOLVED
    if case.doubt is not None:
        return TaskKind.CONFIRM
    # A refused make-good asks for another decision itself.
    refused = any(make_good.state is MakeGoodState.REFUSED for make_good in case.make_goods)
    return TaskKind.DECIDE if case.state == CaseState.AWAITING_APPROVAL and not refused else None


def _after_the_end(case: Case) -> TaskKind | None:
    """Words of an injury, say, are as grave when the case was closed before they came."""
    unread = case.erased_at is None and any(message.is_unread for message in case.messages)
    return TaskKind.TAKE_UP if case.grave and unread else None


def _is_not_solved(case: Case) -> bool:
    """The buyer's last word: it brought the case back to a decision."""
    answers = case.answers
    return bool(answers) and answers[-1].answer in UNSOLVED
