"""Brings the tasks about connections and deliveries in line with how they stand, at the end of each
transaction that changed one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from integrations.sentence import Text
from service.db.models import Connection, Delivery, Task
from service.db.outbox.waiting import Waiting, stuck_work
from service.db.transaction import Transaction
from service.domain.reviews.delivery_states import DeliveryState
from service.domain.shops.connection_states import ConnectionState
from service.domain.staff.authority import CLOCK, Actor
from service.domain.tasks.kinds import TaskKind
from service.domain.tasks.states import TaskState
from service.operations.tasks.tasks import Change, Place, bring_in_line
from service.operations.tasks.wanted import Wanted

TO_MEND = (ConnectionState.FAULTY, ConnectionState.PAUSED)


def connection_changed(
    session: Transaction, connection: Connection, at: datetime, actor: Actor = CLOCK
) -> None:
    """A connection has changed, or what waits for it; its task follows when the transaction ends."""
    session.later(_follow_connections).append((connection, Change(at, actor)))


def delivery_changed(
    session: Transaction, delivery: Delivery, at: datetime, actor: Actor = CLOCK
) -> None:
    """A delivery has come to need a person, or does no longer."""
    session.later(_follow_deliveries).append((delivery, Change(at, actor)))


def _follow_connections(session: Transaction, changes: list[tuple[Connection, Change]]) -> None:
    last = {connection.id: (connection, change) for connection, change in changes}
    open_tasks = _open_tasks(session, TaskKind.MEND_CONNECTION, last)
    stuck = stuck_work(session, last)
    for connection_id, (connection, change) in last.items():
        place = Place(connection.shop_id, connection_id=connection_id)
        needed = _wanted(connection, stuck.get(connection_id))
        bring_in_line(session, place, open_tasks[connection_id], needed, change)


def _wanted(connection: Connection, stuck: Waiting | None) -> list[Wanted]:
    if connection.state in TO_MEND:
        return [Wanted(TaskKind.MEND_CONNECTION, connection.id, connection.problem)]
    if stuck is None or connection.state == ConnectionState.DISCONNECTED:
        return []
    text = Text(
        "What goes to this platform fails again and again, and is tried again by itself: %(why)s",
        why=stuck.note or "",
    )
    return [Wanted(TaskKind.MEND_CONNECTION, connection.id, text)]


def _follow_deliveries(session: Transaction, changes: list[tuple[Delivery, Change]]) -> None:
    last = {delivery.id: (delivery, change) for delivery, change in changes}
    open_tasks = _open_tasks(session, TaskKind.LOOK_AT_DELIVERY, last)
    for delivery_id, (delivery, change) in last.items():
        connection = session.get_one(Connection, delivery.connection_id)
        place = Place(connection.shop_id, connection_id=connection.id)
        needed = (
            [Wanted(TaskKind.LOOK_AT_DELIVERY, delivery_id, delivery.note)]
            if delivery.state == DeliveryState.NEEDS_ATTENTION
            else []
        )
        bring_in_line(session, place, open_tasks[delivery_id], needed, change)


def _open_tasks(
    session: Transaction, kind: TaskKind, subject_ids: Collection[int]
) -> dict[int, list[Task]]:
    tasks: dict[int, list[Task]] = defaultdict(list)
    rows = select(Task).where(
        Task.kind == kind, Task.subject_id.in_(subject_ids), Task.state == TaskState.OPEN
    )
    for task in session.scalars(rows):
        tasks[task.subject_id].append(task)
    return tasks
