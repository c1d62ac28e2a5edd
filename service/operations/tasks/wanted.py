"""What a case asks of people as it stands now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from integrations.money import Money
from integrations.sentence import Said
from service.db.models import Case, MakeGood
from service.domain.cases.states import CaseState
from service.domain.messages.kinds import Answer
from service.domain.messages.states import STUCK, MessageState
from service.domain.tasks.kinds import TaskKind


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task that should be open; its subject is the row of that id."""

    kind: TaskKind
    subject_id: int
    text: Said | None = None
    amount: Money | None = None


def wanted_of(case: Case) -> Iterator[Wanted]:
    """All that waits for a person: what got stuck, whatever the case's state, and one thing about
    the case itself, the most pressing."""
    for make_good in case.make_goods:
        yield from _of_make_good(make_good)
    for message in case.messages:
        if message.state in STUCK:
            yield Wanted(TaskKind.MESSAGE, message.id, message.reason)
        elif message.state == MessageState.DRAFT:
            yield Wanted(TaskKind.READ_DRAFT, message.id, message.reason)
    kind = None if case.closed_at is not None else _about(case)
    if kind is not None:
        yield Wanted(kind, case.id, case.doubt or case.advice)


def _of_make_good(make_good: MakeGood) -> Iterator[Wanted]:
    if make_good.state == "needs_attention":
        if make_good.outcome_unknown:
            kind = TaskKind.FIND_OUT
        else:
            kind = TaskKind.REFUSED if make_good.refused else TaskKind.CARRY_OUT
    elif make_good.state == "done" and make_good.task is not None:
        kind = TaskKind.FINISH
    else:
        return
    yield Wanted(kind, make_good.id, make_good.task, make_good.remedy.amount)


def _about(case: Case) -> TaskKind | None:
    if case.doubt is not None and case.grave:
        return TaskKind.TAKE_UP
    if case.state == CaseState.AWAITING_ORDER:
        return TaskKind.CHOOSE_ORDER
    if case.state == CaseState.AWAITING_APPROVAL and _is_not_solved(case):
        return TaskKind.NOT_SOLVED
    if case.doubt is not None:
        return TaskKind.CONFIRM
    return TaskKind.DECIDE if case.state == CaseState.AWAITING_APPROVAL else None


def _is_not_solved(case: Case) -> bool:
    """The buyer's last word: it brought the case back to a decision."""
    answers = case.answers
    return bool(answers) and answers[-1].answer is Answer.NOT_SOLVED
