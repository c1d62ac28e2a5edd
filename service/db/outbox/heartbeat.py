"""Heartbeats of workers and clocks, so that a stopped one is noticed though
its work is done by another."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.clock import Clock
from service.db.models import Periodic
from service.db.session import Database

WORKER, CLOCK = "heartbeat worker", "heartbeat clock"
"""Names of their rows among the periodic jobs: `due_at` is when the next beat is due."""
ROLES = {WORKER: "worker", CLOCK: "clock"}
"""What each is called, also in the Procfile."""
BEAT_EVERY = timedelta(seconds=15)
SILENT_AFTER = timedelta(minutes=3)
"""Cron, which may stand in for the clock, comes once a minute."""


class Heart:
    """The heartbeat of one process, which may be worker and clock at once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.roles: Collection[str] = ()
        self._database, self._clock = database, clock
        self._next: datetime | None = None

    def beat(self) -> None:
        """Say that this process is at work, if it has not done so just now."""
        now = self._clock.now()
        # A time further ahead than one beat was set by a clock that has stepped back since.
        if self.roles and not (self._next and now < self._next <= now + BEAT_EVERY):
            for role in self.roles:
                self._write(role, now + BEAT_EVERY)
            self._next = now + BEAT_EVERY

    def _write(self, role: str, due_at: datetime) -> None:
        try:
            with self._database.transaction() as session:
                row = update(Periodic).where(Periodic.name == role).values(due_at=due_at)
                if session.scalar(row.returning(Periodic.name)) is None:
                    session.add(Periodic(name=role, due_at=due_at))
        except IntegrityError:
            # Another process of this role has just written the first one.
            return


def silent(session: Session, roles: Collection[str], now: datetime) -> list[str]:
    """The roles that nobody has filled for minutes, or ever."""
    beats = session.execute(
        select(Periodic.name, Periodic.due_at).where(Periodic.name.in_(roles))
    ).all()
    alive = {row.name for row in beats if row.due_at > now - SILENT_AFTER}
    return [role for role in roles if role not in alive]
