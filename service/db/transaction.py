"""One transaction that writes: what it has locked, in one order, and what it will write at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import IntEnum
from typing import Any, TypeVar

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from service.clock import SystemClock
from service.domain.staff.authority import CLOCK, Actor

Key = TypeVar("Key", int, str, tuple[int, str])
Part = TypeVar("Part")


class Lock(IntEnum):
    """What is locked for the length of a transaction, in this order, so that no two transactions
    wait for each other. Lanes come after these, rates after lanes (service.db.outbox.lanes)."""

    STAFF = 0
    """Who belongs to shops: one change at a time."""
    PURCHASE = 1
    """A product and its buyer."""
    REVIEW = 2
    CASE = 3
    SHOP = 4
    OUTBOX_ROW = 5


class WrongLockOrder(RuntimeError):
    """What comes earlier was to be locked after what comes later."""


class LockMissing(RuntimeError):
    """What was asked for is true under a lock only."""


class Transaction(Session):
    """A session that writes, and commits or rolls back as a whole (`Database.transaction`).

    Autoflush is off. What was read once stays, so a row is found again by
    its id without asking.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, expire_on_commit=False, autoflush=False, close_resets_only=False)
        self.now: Callable[[], datetime] = SystemClock().now
        """What time the audit notes."""
        self.actor: Actor = CLOCK
        """Who makes its changes, for the audit (service.db.audit)."""
        self.wakes = False
        """Work due at once was put: workers are woken after the commit."""
        self._locked: dict[Lock, set[Any]] = {}
        self._late: dict[Write, list[Any]] = {}
        self._parts: dict[type[Any], Any] = {}
        self._read: list[object] = []

    def to_lock(self, lock: Lock, keys: Iterable[Key]) -> list[Key]:
        """What of these is not locked yet and is to be locked now, in this order; raises
        `WrongLockOrder`. SQLite has one writer and locks nothing, but keeps the order."""
        locked = self._locked.get(lock, set())
        fresh = sorted(set(keys) - locked)
        if fresh:
            if any(other > lock for other in self._locked):
                raise WrongLockOrder(f"{lock.name} was to be locked after {max(self._locked).name}")
            self._locked[lock] = locked | set(fresh)
        return fresh

    def hold_new(self, lock: Lock, keys: Iterable[Key]) -> None:
        """What this transaction has made counts as locked: nobody else sees it before the commit."""
        self._locked.setdefault(lock, set()).update(keys)

    def locked(self, lock: Lock) -> frozenset[Any]:
        """All that this transaction has locked of a kind."""
        return frozenset(self._locked.get(lock, ()))

    def holds(self, lock: Lock, key: int | None = None) -> bool:
        """True when this, or without a key anything of the kind, is locked."""
        locked = self._locked.get(lock, set())
        return bool(locked) if key is None else key in locked

    def require(self, lock: Lock, key: int) -> None:
        """Raise `LockMissing` unless this transaction holds the lock."""
        if not self.holds(lock, key):
            raise LockMissing(f"{lock.name} {key} is not locked")

    def loaded(self, kind: type[Part], number: int) -> Part | None:
        """The row of this id, if it was read in this transaction."""
        row: Part | None = self.identity_map.get((kind, (number,), None))
        return row

    def get(self, entity: type[Part], ident: Any, **options: Any) -> Part | None:  # type: ignore[override]
        """As SQLAlchemy has it, with a short way to what was read in this transaction."""
        row = None if options else self.loaded(entity, ident)
        return super().get(entity, ident, **options) if row is None else row

    def get_one(self, entity: type[Part], ident: Any, **options: Any) -> Part:  # type: ignore[override]
        """As `get`; raises `NoResultFound` where there is no such row."""
        row = None if options else self.loaded(entity, ident)
        return super().get_one(entity, ident, **options) if row is None else row

    def later(self, write: Write) -> list[Any]:
        """A list that `write` is handed when the transaction ends, after the last flush: for rows
        that need its ids, or that go by one statement. What was asked for last is written last."""
        self._late[write] = rows = self._late.pop(write, [])
        return rows

    def part(self, kind: type[Part]) -> Part:
        """The one object of a class, made without arguments, in which a subject keeps what it knows
        for the length of this transaction."""
        if kind not in self._parts:
            self._parts[kind] = kind()
        part: Part = self._parts[kind]
        return part

    def finish(self) -> None:
        """Write all that is left; the commit follows."""
        self.flush()
        while self._late:
            late, self._late = self._late, {}
            for write, rows in late.items():
                if rows:
                    write(self, rows)


Write = Callable[[Transaction, list[Any]], None]


@event.listens_for(Transaction, "loaded_as_persistent")
def _keep(session: Transaction, row: object) -> None:
    session._read.append(row)
