"""Brings the task about an endpoint in line with how it stands."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from integrations.sentence import Text
from service.db.models import Endpoint, Task
from service.db.transaction import Transaction
from service.domain.staff.authority import Actor
from service.domain.tasks.kinds import TaskKind
from service.domain.tasks.states import TaskState
from service.operations.tasks.tasks import Change, Place, bring_in_line
from service.operations.tasks.wanted import Wanted


def endpoint_changed(session: Transaction, endpoint: Endpoint, at: datetime, actor: Actor) -> None:
    """An endpoint was switched off or on; its task follows when the transaction ends."""
    session.later(_follow).append((endpoint, Change(at, actor)))


def _follow(session: Transaction, changes: list[tuple[Endpoint, Change]]) -> None:
    last = {endpoint.id: (endpoint, change) for endpoint, change in changes}
    for endpoint, change in last.values():
        open_tasks = session.scalars(
            select(Task).where(
                Task.kind == TaskKind.MEND_ENDPOINT,
                Task.subject_id == endpoint.id,
                Task.state == TaskState.OPEN,
            )
        ).all()
        bring_in_line(session, Place(endpoint.shop_id), open_tasks, _wanted(endpoint), change)


def _wanted(endpoint: Endpoint) -> list[Wanted]:
    if endpoint.problem is None:
        return []
    text = Text(
        "%(name)s is told nothing any more, because %(why)s.",
        name=endpoint.name,
        why=endpoint.problem,
    )
    return [Wanted(TaskKind.MEND_ENDPOINT, endpoint.id, text)]
