"""Brings the tasks of a case in line with how it stands, at the end of each transaction that wrote
its history: nothing has to remember to ask for something, nor to take it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, func, inspect, select

from integrations.money import Money
from integrations.remedies import remedy_from_data
from service.db.cases.case_queries import TASKS_FOLLOW_FROM
from service.db.models import Case, Proposal, Task
from service.db.transaction import Transaction
from service.domain.staff.authority import Actor
from service.domain.tasks.kinds import TASK_RULES
from service.domain.tasks.states import TASKS, TaskMove, TaskState
from service.operations.tasks.wanted import Wanted, wanted_of

_Changed = tuple[Case, datetime, Actor]


def case_changed(session: Transaction, case: Case, at: datetime, actor: Actor) -> None:
    """A case has changed; its tasks follow when the transaction ends."""
    session.later(_follow).append((case, at, actor))


def _follow(session: Transaction, changes: list[_Changed]) -> None:
    last = {case.id: (case, at, actor) for case, at, actor in changes}
    _load(session, [case for case, _, _ in last.values()])
    open_tasks: dict[int, list[Task]] = {case_id: [] for case_id in last}
    for task in session.scalars(_OPEN, {"cases": list(last)}):
        open_tasks[task.case_id or 0].append(task)
    needed = {case_id: list(wanted_of(case)) for case_id, (case, _, _) in last.items()}
    prices = _prices(session, needed)
    for case_id, (case, at, actor) in last.items():
        priced = [
            replace(want, amount=want.amount or prices.get(case_id))
            if want.subject_id == case_id
            else want
            for want in needed[case_id]
        ]
        place = Place(case.shop_id, case_id=case_id)
        bring_in_line(session, place, open_tasks[case_id], priced, Change(at, actor))


def _load(session: Transaction, cases: Sequence[Case]) -> None:
    """Read at once what some of these cases lack."""
    lacking = [
        case.id
        for case in cases
        if not {"make_goods", "messages", "calls"} <= inspect(case).dict.keys()
    ]
    if lacking:
        session.scalars(_WHOLE, {"cases": lacking}).unique().all()


_CASES: BindParameter[int] = bindparam("cases", expanding=True)
_OPEN = select(Task).where(Task.case_id.in_(_CASES), Task.state == TaskState.OPEN)
_WHOLE = select(Case).where(Case.id.in_(_CASES)).options(*TASKS_FOLLOW_FROM)


def _prices(session: Transaction, needed: dict[int, list[Wanted]]) -> dict[int, Money | None]:
    """What the first proposal costs, by case, where a decision waits."""
    deciding = [
        case_id
        for case_id, tasks in needed.items()
        if any(TASK_RULES[task.kind].decides for task in tasks)
    ]
    if not deciding:
        return {}
    newest = (
        select(func.max(Proposal.id))
        .where(Proposal.case_id.in_(deciding))
        .group_by(Proposal.case_id)
    )
    proposals = session.scalars(select(Proposal).where(Proposal.id.in_(newest)))
    return {
        proposal.case_id: remedy_from_data(proposal.remedies[0]).amount
        for proposal in proposals
        if proposal.remedies
    }


def reopen(session: Transaction, case: Case, ended_at: datetime, ended_by: str) -> None:
    """What this actor ended then is undone: these tasks are as old as they were."""
    ended = select(Task).where(
        Task.case_id == case.id,
        Task.state == TaskState.DONE,
        Task.ended_at == ended_at,
        Task.ended_by == ended_by,
    )
    for task in session.scalars(ended):
        _move(task, TaskMove.REOPEN, None, "")


@dataclass(frozen=True, slots=True)
class Place:
    """Where tasks belong."""

    shop_id: int
    case_id: int | None = None
    connection_id: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """When and by whom something was changed: so a task begins, or ends."""

    at: datetime
    actor: Actor


def bring_in_line(
    session: Transaction,
    place: Place,
    open_tasks: Sequence[Task],
    needed: Sequence[Wanted],
    change: Change,
) -> None:
    """Open what is wanted and not there, end what is there and not wanted."""
    still_open = {(task.kind, task.subject_id): task for task in open_tasks}
    for want in needed:
        task = still_open.pop((want.kind, want.subject_id), None)
        if task is None:
            task = Task(
                kind=want.kind,
                state=TASKS.first,
                urgency=TASK_RULES[want.kind].group,
                shop_id=place.shop_id,
                case_id=place.case_id,
                connection_id=place.connection_id,
                subject_id=want.subject_id,
                opened_at=change.at,
            )
            session.add(task)
        task.text, task.due_at = want.text, want.due_at
        task.amount_minor = None if want.amount is None else want.amount.amount_minor
        task.currency = "" if want.amount is None else want.amount.currency
    for task in still_open.values():
        how = TaskMove.FINISH if change.actor.seller_id else TaskMove.DROP
        _move(task, how, change.at, str(change.actor))


def _move(task: Task, how: TaskMove, ended_at: datetime | None, ended_by: str) -> None:
    task.state = TASKS.after(task.state, how)
    task.ended_at, task.ended_by = ended_at, ended_by
