"""The one list of periodic jobs. Each runs once when its time has come, in whichever process looks
first; the times are kept in the database, so that cron's short-lived processes keep them too."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from jobs import clock_steps, retention
from service.db.models import Periodic
from service.db.transaction import Transaction
from service.operations.context import Context
from service.operations.notices.gather import gather
from service.operations.notices.report_mails import gather_reports
from service.operations.remedies.voucher_looks import plan_looks
from service.operations.reports.roll_up import roll_up

log = logging.getLogger(__name__)

Job = Callable[[Context], bool]
"""True when more is left than one bounded run could do."""

PERIODIC: tuple[tuple[str, timedelta, Job], ...] = (
    ("notices", timedelta(minutes=1), gather),
    ("report mails", timedelta(minutes=1), gather_reports),
    ("reports", timedelta(minutes=1), roll_up),
    ("clock steps", timedelta(minutes=10), clock_steps.mend),
    ("vouchers", timedelta(hours=1), plan_looks),
    ("purge", timedelta(hours=6), retention.purge),
    ("purge buyers", timedelta(hours=6), retention.purge_buyers),
    ("stale policies", timedelta(hours=24), retention.list_stale_policies),
)
SOON = timedelta(minutes=1)
"""When a job runs again that left something, or failed."""


def run_due(context: Context) -> int:
    """Run what is due and was not taken by another process; gives how many jobs ran.

    A job that fails is logged and tried again soon; the others run all the same.
    """
    now = context.clock.now()
    with context.database.reading() as session:
        due_at = {row.name: row.due_at for row in session.scalars(select(Periodic))}
    ran = 0
    for name, every, job in PERIODIC:
        if _is_due(due_at.get(name), now, every) and _claim(context, name, now, every):
            ran += 1
            _run(context, name, job, now)
    return ran


def _is_due(due_at: datetime | None, now: datetime, every: timedelta) -> bool:
    # A time further ahead than one turn was set by a clock that has stepped back since.
    return due_at is None or due_at <= now or due_at > now + every


def _claim(context: Context, name: str, now: datetime, every: timedelta) -> bool:
    """Move the time ahead; True for the one process that did."""
    try:
        with context.database.transaction() as session:
            job = session.get(Periodic, name)
            if job is None:
                session.add(Periodic(name=name, due_at=now + every))
                return True
            return _is_due(job.due_at, now, every) and _move(session, name, job.due_at, now + every)
    except IntegrityError:
        return False


def _move(session: Transaction, name: str, seen: datetime, due_at: datetime) -> bool:
    moved = (
        update(Periodic)
        .where(Periodic.name == name, Periodic.due_at == seen)
        .values(due_at=due_at)
        .returning(Periodic.name)
    )
    return session.scalar(moved) is not None


def _run(context: Context, name: str, job: Job, now: datetime) -> None:
    try:
        more = job(context)
    except Exception:
        log.exception("the periodic job %s failed", name)
        more = True
    if more:
        with context.database.transaction() as session:
            session.execute(update(Periodic).where(Periodic.name == name).values(due_at=now + SOON))
