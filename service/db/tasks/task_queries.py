"""Named reads of what waits for a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Subquery,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session, contains_eager, joinedload

from service.db.models import Case, Connection, Task
from service.domain.shops.connection_states import ConnectionState
from service.domain.tasks.kinds import TASK_RULES, TaskGroup, TaskKind
from service.domain.tasks.states import TaskState

MOST_COUNTED = 1_000
"""Open tasks are counted up to here: nobody reads further, and counting all would take long."""
GROUPS = sorted({rule.group for rule in TASK_RULES.values()})
Key = tuple[TaskGroup, datetime, int]
"""Where a page of open tasks goes on: urgency, opening and id of the last one shown."""
_IN_ORDER = Task.shop_id + 0
"""The shop of a task that is read in the order of its list: SQLite would take the index of shops there,
and sort all that is open."""


@dataclass(frozen=True, slots=True)
class WaitingTask:
    """An open task with its case and review, or its connection, and its shop at hand, and how many
    are open in its group, as `count_open` counts them."""

    task: Task
    in_group: int

    @property
    def key(self) -> Key:
        """Where the next page begins."""
        return self.task.urgency, self.task.opened_at, self.task.id


def open_tasks(
    session: Session,
    shop_ids: Collection[int],
    *,
    most: int,
    after: Key | None = None,
    assignee_id: int | None = None,
) -> list[WaitingTask]:
    """Open tasks of these shops, the most pressing first, the oldest of these first; with
    `assignee_id` those of the cases this seller looks after. One statement, whatever the length of
    the list."""
    conditions = [Task.state == TaskState.OPEN]
    if assignee_id is not None:
        conditions.append(Task.case_id.in_(select(Case.id).where(Case.assignee_id == assignee_id)))
    counts = _counts(*conditions, Task.shop_id.in_(shop_ids))
    tasks = (
        select(Task, counts.c.in_group)
        .outerjoin(counts, counts.c.urgency == Task.urgency)
        .outerjoin(Task.case)
        .outerjoin(Case.review)
        .outerjoin(Task.connection)
        .join(Task.shop)
        .where(*conditions, _IN_ORDER.in_(shop_ids))
        .options(
            contains_eager(Task.case).contains_eager(Case.review),
            contains_eager(Task.connection),
            contains_eager(Task.shop),
        )
        .order_by(Task.urgency, Task.opened_at, Task.id)
        .limit(most)
    )
    if after is not None:
        tasks = tasks.where(tuple_(Task.urgency, Task.opened_at, Task.id) > after)
    return [WaitingTask(task, in_group or 1) for task, in_group in session.execute(tasks)]


def open_decisions(
    session: Session, shop_ids: Collection[int], *, most: int, case_ids: Collection[int] = ()
) -> Sequence[Task]:
    """The decisions that wait in these shops, the oldest first, with case, review and shop at hand; of
    `case_ids` alone where some are named."""
    waiting = (
        select(Task)
        .join(Task.case)
        .join(Case.review)
        .join(Task.shop)
        .where(Task.state == TaskState.OPEN, Task.kind == TaskKind.DECIDE)
        .where(Task.urgency == TASK_RULES[TaskKind.DECIDE].group, _IN_ORDER.in_(shop_ids))
        .options(contains_eager(Task.case).contains_eager(Case.review), contains_eager(Task.shop))
        .order_by(Task.urgency, Task.opened_at, Task.id)
        .limit(most)
    )
    if case_ids:
        waiting = waiting.where(Task.case_id.in_(case_ids))
    return session.scalars(waiting).all()


def next_case(session: Session, shop_ids: Collection[int], case_id: int) -> Case | None:
    """The case whose task comes after those of this case on the waiting page, else the first one;
    None where no other case waits."""
    waiting = (
        select(Task)
        .where(Task.state == TaskState.OPEN, _IN_ORDER.in_(shop_ids))
        .where(Task.case_id.is_not(None), Task.case_id != case_id)
        .options(joinedload(Task.case))
        .order_by(Task.urgency, Task.opened_at, Task.id)
        .limit(1)
    )
    here = session.execute(
        select(Task.urgency, Task.opened_at, Task.id)
        .where(Task.case_id == case_id)
        .order_by(Task.id.desc())
        .limit(1)
    ).first()
    after = tuple_(Task.urgency, Task.opened_at, Task.id)
    task = None if here is None else session.scalar(waiting.where(after > tuple(here)))
    task = task or session.scalar(waiting)
    return None if task is None else task.case


def cases_waiting(session: Session, case_ids: Iterable[int]) -> set[int]:
    """Those of these cases about which something is asked of a person."""
    waiting = select(Task.case_id).where(
        Task.case_id.in_(list(case_ids)), Task.state == TaskState.OPEN
    )
    return set(session.scalars(waiting))


def mended_since(session: Session, shop_ids: Collection[int], since: datetime) -> Sequence[Task]:
    """Connections of these shops that have mended themselves since then, by their tasks, which are looked up
    connection by connection: SQLite would read all tasks and look up the connection of each."""
    working = select(Connection.id).where(
        Connection.shop_id.in_(shop_ids), Connection.state == ConnectionState.WORKING
    )
    return session.scalars(
        select(Task)
        .join(Task.connection)
        .where(Task.kind == TaskKind.MEND_CONNECTION, Task.state == TaskState.DROPPED)
        .where(Task.ended_at >= since, Task.shop_id.in_(shop_ids))
        .where(Task.connection_id.in_(working))
        .options(contains_eager(Task.connection), joinedload(Task.shop))
        .order_by(Task.ended_at)
    ).all()


def count_open(session: Session, shop_ids: Collection[int]) -> int:
    """How much waits for a person in these shops; what is above `MOST_COUNTED` is not counted on."""
    conditions = Task.state == TaskState.OPEN, Task.shop_id.in_(shop_ids)
    return session.scalar(select(_counted(*conditions))) or 0


def _counts(*conditions: ColumnElement[bool]) -> Subquery:
    """How many there are of each group."""
    groups = [
        select(
            literal(int(group)).label("urgency"),
            _counted(*conditions, Task.urgency == group).label("in_group"),
        )
        for group in GROUPS
    ]
    return union_all(*groups).subquery()


def _counted(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    some = select(Task.id).where(*conditions).limit(MOST_COUNTED + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()
