"""Finds what is new or due for whom, and writes the notices: a minute's tasks are one notice.

It is a job of the clock, so no work waits for it and no task is passed over: each is marked in the
transaction that writes the notices of it, whoever runs the job and however often.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from service.db.models import Case, Kind, Notice, NoticeAddress, NoticeChoices, Task
from service.db.notices import notice_queries
from service.db.outbox import claims
from service.db.staff import seller_queries
from service.db.transaction import Transaction
from service.domain.notices.notices import Choices, NoticeKind, When, kind_of
from service.domain.tasks.states import TaskState
from service.operations.apart import apart
from service.operations.context import Context

AT_ONCE = 500
"""Tasks of one run; what is left is told a minute later."""
MOST_IN_DIGEST = 200
A_DAY = timedelta(days=1)


def gather(context: Context) -> bool:
    """Write the notices that are due now; True when more is left."""
    now = context.clock.now()
    with context.database.transaction() as session:
        tasks = session.scalars(_NEW).all()
        if tasks:
            _tell(session, tasks, now)
        _write_digests(session, now)
    return len(tasks) == AT_ONCE


_NEW = (
    select(Task)
    .where(Task.state == TaskState.OPEN, Task.noticed_at.is_(None))
    .order_by(Task.id)
    .limit(AT_ONCE)
    # What another transaction is changing is told in a minute: this one waits for nobody.
    .with_for_update(skip_locked=True, of=Task)
)


def _tell(session: Transaction, tasks: Sequence[Task], now: datetime) -> None:
    ids = [task.id for task in tasks]
    session.execute(update(Task).where(Task.id.in_(ids)).values(noticed_at=now))
    members: dict[int, set[int]] = defaultdict(set)
    for shop_id, seller_id in notice_queries.members_of(session, {task.shop_id for task in tasks}):
        members[seller_id].add(shop_id)
    chosen = notice_queries.choices_of(session, members)
    cases = {task.case_id for task in tasks if task.case_id is not None}
    with_assignee = select(Case.id, Case.assignee_id).where(Case.id.in_(cases))
    assignees = {row[0]: row[1] for row in session.execute(with_assignee)}
    for address in notice_queries.addresses_of(session, chosen):
        of_reader = [
            task
            for task in tasks
            if task.shop_id in members[address.seller_id]
            # What somebody looks after is told to nobody else.
            and assignees.get(task.case_id or 0) in (None, address.seller_id)
        ]
        with apart("telling seller", address.seller_id):
            _tell_reader(session, address, choices(chosen[address.seller_id]), of_reader, now)


def _tell_reader(
    session: Transaction,
    address: NoticeAddress,
    reader: Choices,
    tasks: Sequence[Task],
    now: datetime,
) -> None:
    by_time: dict[datetime, list[int]] = defaultdict(list)
    for task in tasks:
        kind = kind_of(task.kind)
        if reader.of(kind) is When.AT_ONCE:
            by_time[reader.goes_at(kind, now)].append(task.id)
    for due_at, ids in by_time.items():
        later = due_at > now
        notice = notice_queries.waiting_until(session, address.id, due_at) if later else None
        if notice is None:
            put(session, address, ids, due_at, now)
        else:
            notice.task_ids = [*notice.task_ids, *ids]


def put(
    session: Transaction,
    address: NoticeAddress,
    task_ids: Sequence[int],
    due_at: datetime,
    now: datetime,
    *,
    is_test: bool = False,
) -> None:
    """Write a notice to an address, and the work of sending it."""
    notice = Notice(
        address_id=address.id,
        task_ids=list(task_ids),
        due_at=due_at,
        created_at=now,
        is_test=is_test,
    )
    session.add(notice)
    lane_id = address.lane_id
    claims.put(session, Kind.SEND_NOTICE, notice, lane_id=lane_id, due_at=due_at, now=now)


def choices(row: NoticeChoices) -> Choices:
    """A row as the rules read it."""
    return Choices(
        row.zone,
        {NoticeKind(kind): When(when) for kind, when in row.when.items()},
        row.digest_at,
        row.quiet_from,
        row.quiet_to,
        row.urgent_anyway,
    )


def _write_digests(session: Transaction, now: datetime) -> None:
    """One for each whose hour has come, of what waits then; none where nothing does."""
    due = select(NoticeChoices).where(NoticeChoices.next_digest_at <= now)
    rows = session.scalars(due.with_for_update(skip_locked=True)).all()
    for row in rows:
        # Whose choices cannot be read is looked at again tomorrow.
        row.next_digest_at, ids = now + A_DAY, []
        with apart("the digest of seller", row.seller_id):
            reader = choices(row)
            row.next_digest_at = reader.next_digest(now)
            ids = _digest(session, row.seller_id, reader)
        for address in notice_queries.addresses_of(session, [row.seller_id]) if ids else ():
            put(session, address, ids, now, now)


def _digest(session: Transaction, seller_id: int, reader: Choices) -> list[int]:
    shops = _shops_of(session, seller_id)
    return [
        task.id
        for task in notice_queries.open_tasks_in(session, shops, MOST_IN_DIGEST)
        if reader.of(kind_of(task.kind)) is When.DIGEST
        and (task.case is None or task.case.assignee_id in (None, seller_id))
    ]


def _shops_of(session: Transaction, seller_id: int) -> list[int]:
    return [row.shop_id for row in seller_queries.memberships(session, seller_id)]
