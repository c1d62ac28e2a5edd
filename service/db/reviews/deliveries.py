"""Stores accepted deliveries, as fast as the disk allows: the only plain SQL of the product.

SQLite: requests that come together share one commit; each waits for it, none is answered before.
PostgreSQL: one statement for delivery and outbox row, committed by itself.
"""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from service.db.session import (
    READ_ONLY,
    Database,
    prepare_sqlite,
    without_prepared_behind_a_pooler,
)

if TYPE_CHECKING:
    from psycopg_pool import ConnectionPool

log = logging.getLogger(__name__)

BATCH = 256
WAIT_SECONDS = 25.0
"""Longer than a commit waits for the lock, shorter than senders wait for an answer."""
LOOK_SECONDS = 1.0
"""How often a waiting caller looks whether anybody is writing at all."""


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """What is to be stored; `headers` is a JSON object."""

    connection_id: int
    lane_id: int
    key: str
    headers: str
    body: bytes
    received_at: datetime


_Waiting = tuple[NewDelivery, Future[bool]]


class Intake(Protocol):
    """Stores one delivery with its outbox row; False when the same key is there already."""

    def accept(self, new: NewDelivery) -> bool: ...

    def close(self) -> None: ...


def open_intake(database: Database) -> Intake:
    """The intake made for this database."""
    return SqliteIntake(database) if database.sqlite else PostgresIntake(database)


class SqliteIntake:
    """One writer thread per process commits what has gathered while it was committing before."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._start = threading.Lock()

    def accept(self, new: NewDelivery) -> bool:
        """Wait for the commit; raises what the database raised, `TimeoutError` when it takes longer
        than a sender waits. Stored or not, the sender may send again."""
        stored: Future[bool] = Future()
        self._waiting.put((new, stored))
        ends = time.monotonic() + WAIT_SECONDS
        while True:
            self._ensure_writer()
            try:
                return stored.result(min(LOOK_SECONDS, max(0.0, ends - time.monotonic())))
            except TimeoutError:
                if stored.done() or time.monotonic() >= ends:
                    raise

    def _ensure_writer(self) -> None:
        """A thread that ended, for whatever reason, is replaced."""
        with self._start:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._write, daemon=True, name="intake")
                self._thread.start()

    def close(self) -> None:
        """Store what waits, then end the thread."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()
            self._thread = None

    def _write(self) -> None:
        connection: sqlite3.Connection | None = None
        while (first := self._waiting.get()) is not None:
            group = [first]
            try:
                connection = connection or self._open()
                self._commit(connection, group, gather=True)
            except BaseException as error:
                # The file cannot be opened or read: the callers are told, the next one tries anew.
                for _, stored in group:
                    if not stored.done():
                        stored.set_exception(error)
                if connection is not None:
                    connection.close()
                    connection = None
        if connection is not None:
            connection.close()

    def _open(self) -> sqlite3.Connection:
        opened = sqlite3.connect(self._database.path, timeout=20)
        try:
            prepare_sqlite(opened)
        except BaseException:
            opened.close()
            raise
        return opened

    def _gather(self, group: list[_Waiting]) -> None:
        """Take along what has come while this group waited for the lock."""
        while len(group) < BATCH and not self._waiting.empty():
            waiting = self._waiting.get()
            if waiting is None:
                self._waiting.put(None)
                return
            group.append(waiting)

    def _commit(
        self, connection: sqlite3.Connection, group: list[_Waiting], *, gather: bool = False
    ) -> None:
        try:
            with self._database.write_lock.ahead():
                if gather:
                    self._gather(group)
                connection.execute("BEGIN IMMEDIATE")
                fresh = [_insert_sqlite(connection, new) for new, _ in group]
                self._database.before_commit()
                connection.execute("COMMIT")
                self._database.after_commit()
        except Exception as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if len(group) > 1 and not isinstance(error, sqlite3.OperationalError):
                # One of them is at fault, not the database: the others must not suffer for it.
                for waiting in group:
                    self._commit(connection, [waiting])
                return
            for _, stored in group:
                stored.set_exception(error)
            return
        for (_, stored), is_new in zip(group, fresh, strict=True):
            stored.set_result(is_new)
        if any(fresh):
            _notify(self._database)


def _notify(database: Database) -> None:
    """What is stored is found without being notified too, only later."""
    try:
        database.ring()
    except Exception:
        log.exception("nobody could be woken for a delivery")


def _insert_sqlite(connection: sqlite3.Connection, new: NewDelivery) -> bool:
    at = new.received_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    cursor = connection.execute(
        "INSERT INTO delivery (connection_id, key, headers, body, received_at, state, note)"
        " VALUES (?, ?, ?, ?, ?, 'waiting', '') ON CONFLICT DO NOTHING",
        (new.connection_id, new.key, new.headers, new.body, at),
    )
    if cursor.rowcount != 1:
        return False
    connection.execute(
        "INSERT INTO outbox (kind, ref_id, step, lane_id, due_at, tries, given_up, note)"
        " VALUES ('read_delivery', ?, '', ?, ?, 0, 0, '')",
        (cursor.lastrowid, new.lane_id, at),
    )
    return True


POSTGRES_INSERT = (
    "WITH new AS (INSERT INTO delivery"
    " (connection_id, key, headers, body, received_at, state, note)"
    " VALUES (%s, %s, %s, %s, %s, 'waiting', '') ON CONFLICT DO NOTHING RETURNING id)"
    " INSERT INTO outbox (kind, ref_id, step, lane_id, due_at, tries, given_up, note)"
    " SELECT 'read_delivery', id, '', %s, %s, 0, false, '' FROM new"
)


class PostgresIntake:
    """A small pool of its own, in autocommit: one round trip per delivery."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pool: ConnectionPool | None = None
        self._start = threading.Lock()

    def accept(self, new: NewDelivery) -> bool:
        """Raises what the database raised; a connection that broke is replaced for the next."""
        if self._pool is None:
            with self._start:
                self._pool = self._pool or _open_pool(self._database.url)
        values = (
            new.connection_id,
            new.key,
            new.headers,
            new.body,
            new.received_at,
            new.lane_id,
            new.received_at,
        )
        self._database.before_commit()
        try:
            stored = _stored(self._pool, values)
        except _Unusable:
            # The line is from before a restart or a failover, and so are the others. The key lets
            # the same delivery be stored once, so it is safe to try once more.
            self._pool.drain()
            stored = _stored(self._pool, values)
        self._database.after_commit()
        if stored:
            _notify(self._database)
        return stored

    def close(self) -> None:
        """Close the pool's connections."""
        if self._pool is not None:
            self._pool.close()


class _Unusable(Exception):
    """This line to the database is good for nothing any more."""


def _stored(pool: ConnectionPool, values: tuple[object, ...]) -> bool:
    with pool.connection() as connection:
        try:
            return connection.execute(POSTGRES_INSERT, values).rowcount == 1
        except Exception as error:
            if connection.broken or getattr(error, "sqlstate", "") == READ_ONLY:
                connection.close()
                raise _Unusable(str(error)) from error
            raise


def _open_pool(url: str) -> ConnectionPool:
    # An installation on SQLite goes without these 9 MB.
    from psycopg_pool import ConnectionPool  # noqa: PLC0415

    return ConnectionPool(
        url.replace("postgresql+psycopg://", "postgresql://"),
        min_size=1,
        max_size=8,
        timeout=5,
        kwargs={"autocommit": True, "prepare_threshold": 1},
        configure=without_prepared_behind_a_pooler,
        open=True,
    )
