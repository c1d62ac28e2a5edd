"""Named reads of what waits for a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, contains_eager, joinedload

from service.db.models import Case, Connection, Task
from service.domain.shops.connection_states import ConnectionState
from service.domain.tasks.kinds import TaskKind
from service.domain.tasks.states import TaskState

Key = tuple[int, datetime, int]
"""Where a page of open tasks goes on: urgency, opening and id of the last one shown."""


@dataclass(frozen=True, slots=True)
class WaitingTask:
    """An open task with its case and review, or its connection, and its shop at hand, and how many
    are open in its group."""

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
    conditions = [Task.state == TaskState.OPEN, Task.shop_id.in_(shop_ids)]
    if assignee_id is not None:
        conditions.append(Task.case_id.in_(select(Case.id).where(Case.assignee_id == assignee_id)))
    counts = (
        select(Task.urgency, func.count().label("in_group"))
        .where(*conditions)
        .group_by(Task.urgency)
        .subquery()
    )
    tasks = (
        select(Task, counts.c.in_group)
        .join(counts, counts.c.urgency == Task.urgency)
        .outerjoin(Task.case)
        .outerjoin(Case.review)
        .outerjoin(Task.connection)
        .join(Task.shop)
        .where(*conditions)
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
    return [WaitingTask(task, in_group) for task, in_group in session.execute(tasks)]


def cases_waiting(session: Session, case_ids: Iterable[int]) -> set[int]:
    """Those of these cases about which something is asked of a person."""
    waiting = select(Task.case_id).where(
        Task.case_id.in_(list(case_ids)), Task.state == TaskState.OPEN
    )
    return set(session.scalars(waiting))


def mended_since(session: Session, shop_ids: Collection[int], since: datetime) -> Sequence[Task]:
    """Connections of these shops that have mended themselves since then, by their tasks."""
    return session.scalars(
        select(Task)
        .join(Task.connection)
        .where(Task.kind == TaskKind.MEND_CONNECTION, Task.state == TaskState.DROPPED)
        .where(Task.ended_at >= since, Task.shop_id.in_(shop_ids))
        .where(Connection.state == ConnectionState.WORKING)
        .options(contains_eager(Task.connection), joinedload(Task.shop))
        .order_by(Task.ended_at)
    ).all()


def count_open(session: Session, shop_ids: Collection[int]) -> int:
    """How much waits for a person in these shops."""
    open_tasks = select(func.count()).where(
        Task.state == TaskState.OPEN, Task.shop_id.in_(shop_ids)
    )
    return session.scalar(open_tasks) or 0
