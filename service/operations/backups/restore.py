"""Puts a backup in the place of the database; what was there stays beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import inspect, select

from service.db import backups
from service.db.backups.files import BackupError
from service.db.migrations import migrate
from service.db.models import Periodic
from service.db.outbox import heartbeat
from service.domain.staff.authority import OPERATOR
from service.operations.backups.make_safe import MadeSafe, make_safe
from service.operations.context import Context

AT_WORK = timedelta(seconds=30)
"""Two heartbeats: who has missed both has ended."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done. `kept`: where what was there before is now, '' where nothing was."""

    kept: str
    revision: str
    safe: MadeSafe


def restore(context: Context, source: Path) -> Restored:
    """Read a backup in, bring its tables up to date, see that nothing goes out twice, and only then put
    it in the place of the database. Raises `BackupError`; nothing has changed then."""
    _refuse_at_work(context)
    with backups.opened(context.database, source, context.clock.now()) as opened:
        database = opened.staged.database
        database.now = context.clock.now
        migrate(database)
        safe = make_safe(replace(context, database=database), OPERATOR)
        _refuse_at_work(context)
        return Restored(opened.staged.take_place(), opened.revision, safe)


def _refuse_at_work(context: Context) -> None:
    with context.database.engine.connect() as connection:
        if not inspect(connection).has_table(Periodic.__tablename__):
            return
    since = context.clock.now() - AT_WORK + heartbeat.BEAT_EVERY
    rows = select(Periodic.name).where(Periodic.due_at > since)
    with context.database.reading() as session:
        names = session.scalars(rows.where(Periodic.name.in_(heartbeat.ROLES))).all()
    if names:
        roles = " and ".join(sorted(heartbeat.ROLES[name] for name in names))
        raise BackupError(
            f"Makegood is at work ({roles}): stop all its processes, wait"
            f" {AT_WORK.seconds} seconds, then restore."
        )
