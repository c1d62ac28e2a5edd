"""Counters for what happens too often for a row each: refused webhooks, calls to platforms. They are
counted in memory and written together, so that a flood of them costs the disk no more than one does."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, func, select
from sqlalchemy.orm import Session

from service.db.models import LaneCalls, RefusedDeliveries
from service.db.session import Database
from service.db.transaction import Transaction
from service.db.upserts import insert_into

log = logging.getLogger(__name__)

KEPT = timedelta(days=30)
_Key = tuple[int, datetime, str]
Hourly = type[RefusedDeliveries] | type[LaneCalls]


class Counts:
    """What one process counted and has not written yet; what it had not when it ends is lost. Written
    `after` so many seconds."""

    def __init__(self, database: Database, model: Hourly, after: float) -> None:
        self._database, self._table, self._after = database, model.__table__, after
        self._lock = threading.Lock()
        self._numbers: Counter[_Key] = Counter()
        self._last: dict[_Key, datetime] = {}
        self._timer: threading.Timer | None = None

    def note(self, owner_id: int, reason: str, at: datetime, number: int = 1) -> None:
        """Count; never waits for the database."""
        key = (owner_id, at.replace(minute=0, second=0, microsecond=0), reason)
        with self._lock:
            self._numbers[key] += number
            self._last[key] = at
            if self._timer is None:
                self._timer = threading.Timer(self._after, self.write)
                self._timer.daemon = True
                self._timer.start()

    def close(self) -> None:
        """Write what was counted; nothing is written by itself any more."""
        if self._numbers:
            self.write()

    def write(self) -> None:
        """Add what was counted to the rows of its hour. What cannot be written now is counted on."""
        with self._lock:
            numbers, last, timer = self._numbers, self._last, self._timer
            self._numbers, self._last, self._timer = Counter(), {}, None
        if timer is not None:
            timer.cancel()
        try:
            with self._database.transaction() as session:
                _add(session, self._table, numbers, last)
        except Exception:
            log.exception("%s could not be counted", self._table.name)
            with self._lock:
                self._numbers.update(numbers)
                self._last = {**last, **self._last}


def _add(
    session: Transaction, table: Table, numbers: Counter[_Key], last: dict[_Key, datetime]
) -> None:
    owner, columns = _owner(table), table.c
    statement = insert_into(session, table)
    upsert = statement.on_conflict_do_update(
        index_elements=[owner.name, "hour", "reason"],
        set_={
            "number": columns.number + statement.excluded.number,
            "last_at": statement.excluded.last_at,
        },
    )
    # In one order, so that two processes never wait for each other's rows.
    for key in sorted(numbers):
        owner_id, hour, reason = key
        row = {owner.name: owner_id, "hour": hour, "reason": reason}
        session.execute(upsert.values(**row, number=numbers[key], last_at=last[key]))
        old = delete(table).where(owner == owner_id, columns.hour < hour - KEPT)
        session.execute(old)


def _owner(table: Table) -> Any:
    """The connection or lane that is counted for."""
    return next(iter(table.primary_key.columns))


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How often something happened for one reason, and when it last did."""

    reason: str
    number: int
    last_at: datetime


def counts_since(
    session: Session, model: Hourly, owner_ids: Sequence[int], since: datetime
) -> list[ReasonCount]:
    """Counts by reason, whole hours only, the latest first."""
    table = model.__table__
    last = func.max(table.c.last_at)
    rows = session.execute(
        select(table.c.reason, func.sum(table.c.number), last)
        .where(_owner(table).in_(owner_ids), table.c.last_at >= since)
        .group_by(table.c.reason)
        .order_by(last.desc())
    )
    return [ReasonCount(reason, int(number), last_at) for reason, number, last_at in rows]
