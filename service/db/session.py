"""Opens the database. One short session per operation, closed before any call out."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Engine, ExceptionContext, create_engine, event
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import InsertmanyvaluesSentinelOpts

from service.clock import SystemClock
from service.db.transaction import Transaction
from service.db.types import read_json
from service.security.private_files import open_private, private_database

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=20000",
    "PRAGMA temp_store=MEMORY",
)


@contextmanager
def _held(path: Path, owner_of: Path) -> Iterator[None]:
    # A descriptor of its own each time: such locks belong to open files, not to threads.
    descriptor = open_private(path, owner_of)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


class WriteLock:
    """Lets one writer at a time through, across threads and processes; whoever uses `ahead` waits for
    one of the others at most, however many wait in turn.

    SQLite alone makes waiting writers sleep and retry, which starves some for seconds; a file lock
    hands over at once and vanishes with its process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = path.with_name(f"{path.name}.lock")
        self._turn = path.with_name(f"{path.name}.turn")
        self._gate = path.with_name(f"{path.name}.gate")

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """Hold it, after all who are ahead and those who came to wait in turn before."""
        with self._held(self._turn):
            with self._held(self._gate):
                pass
            with self._held(self._lock):
                yield

    @contextmanager
    def ahead(self) -> Iterator[None]:
        """Hold it; whoever's turn it is stays at the gate meanwhile."""
        with self._held(self._gate), self._held(self._lock):
            yield

    def _held(self, path: Path) -> AbstractContextManager[None]:
        return _held(path, owner_of=self._path)


def prepare_sqlite(connection: SqliteConnection) -> None:
    """Set what every SQLite connection of ours needs; transactions are begun by hand."""
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(pragma)


class Database:
    """The engine and its transactions. `before_commit` and `after_commit` run around each commit.

    Autoflush is off: a transaction writes at its end, many rows with one
    statement, so whoever queries for what it has just added flushes first. `wake` is called after a
    commit that put work due at once.
    """

    def __init__(self, url: str, *, pool: int = 10) -> None:
        self.url = url
        self.sqlite = url.startswith("sqlite")
        self.before_commit: Callable[[], None] = lambda: None
        self.after_commit: Callable[[], None] = lambda: None
        self.wake: Callable[[], None] = lambda: None
        self.now: Callable[[], datetime] = SystemClock().now
        """What time the audit notes."""
        self.woken = 0
        """How often this process put work due at once: tells a worker that there is more."""
        if self.sqlite:
            self.path = private_database(Path(url.removeprefix("sqlite:///")))
            self.write_lock = WriteLock(self.path)
            self.engine = create_engine(
                url,
                connect_args={"timeout": 20},
                pool_size=pool * 2,
                hide_parameters=True,
                json_deserializer=read_json,
            )
            # Many new rows in one statement: their ids rise in the order in which they are given.
            self.engine.dialect.insertmanyvalues_implicit_sentinel = (
                InsertmanyvaluesSentinelOpts.ANY_AUTOINCREMENT
            )
            event.listen(self.engine, "connect", lambda connection, _: prepare_sqlite(connection))
            self._reader = self.engine
        else:
            self.engine = _postgres(url, pool)
            # Each statement there sees what is committed by then, in a transaction or not: the
            # trips to begin and end one would only cost.
            self._reader = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Read and write; commits when the block ends, rolls back when it raises."""
        if not self.sqlite:
            with Transaction(self.engine) as session:
                yield from self._run(session)
            return
        with self.write_lock.in_turn(), Transaction(self.engine) as session:
            session.connection().exec_driver_sql("BEGIN IMMEDIATE")
            yield from self._run(session)

    def _run(self, session: Transaction) -> Iterator[Transaction]:
        session.now = self.now
        yield session
        session.finish()
        self.before_commit()
        session.commit()
        self.after_commit()
        if session.wakes:
            self.ring()

    def ring(self) -> None:
        """Say that work due at once was committed."""
        self.woken += 1
        self.wake()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Read; nothing is kept. SQLite shows one state, PostgreSQL the newest to each statement."""
        with Session(self._reader, expire_on_commit=False, autoflush=False) as session:
            if self.sqlite:
                session.connection().exec_driver_sql("BEGIN")
            yield session
            # What was read stays usable after the session has ended.
            session.expunge_all()
            session.rollback()

    def close(self) -> None:
        """Close all connections; used before a fork and at the end of a test."""
        self.engine.dispose()


def _postgres(url: str, pool: int) -> Engine:
    # An installation on SQLite need not have it in memory.
    from psycopg import RawCursor  # noqa: PLC0415

    engine = create_engine(
        url,
        # An error of the database is logged by others too: without the words of buyers.
        hide_parameters=True,
        json_deserializer=read_json,
        pool_size=pool,
        max_overflow=pool,
        pool_pre_ping=False,
        pool_recycle=1800,
        pool_use_lifo=True,
        # SQLAlchemy writes $1 as PostgreSQL does: psycopg would take every statement apart to find
        # its %s, and those of many rows anew each time.
        paramstyle="numeric_dollar",
        use_native_hstore=False,
        connect_args={"connect_timeout": 5, "cursor_factory": RawCursor},
    )
    # Many rows in one statement; psycopg would send a statement for each.
    engine.dialect.use_insertmanyvalues_wo_returning = True
    event.listen(engine, "connect", lambda connection, _: prepare_postgres(connection))
    event.listen(engine, "handle_error", without_words)
    event.listen(engine, "handle_error", _of_no_use_any_more)
    return engine


READ_ONLY = "25006"
OF_NO_USE = (READ_ONLY, "26000", "42P05")
"""Also: no such prepared statement, it is there already; see PostgreSQL's appendix A."""


def _of_no_use_any_more(context: ExceptionContext) -> None:
    """After a failover the lines of before lead to what may only be read now: they count as broken,
    all at once, as do prepared statements that a pooler lost."""
    if getattr(context.original_exception, "sqlstate", "") in OF_NO_USE:
        context.is_disconnect = True


def without_words(context: ExceptionContext) -> None:
    """Cut from an error what PostgreSQL quotes of the row at hand, in its detail and after a colon:
    others print errors as they are."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            first = str(error.args[0]).partition("\n")[0]
            value_first = re.match(r"(.*?(?:syntax for|out of range)[^:]*):", first)
            error.args = (value_first[1] if value_first else first, *error.args[1:])


def without_prepared_behind_a_pooler(connection: Any) -> None:
    """Prepare nothing where a pooler (PgBouncer) may hand each transaction to another server
    process: it shows by its own number for the process.

    https://www.pgbouncer.org/features.html, https://www.psycopg.org/psycopg3/docs/advanced/prepare.html
    """
    (process,) = connection.execute("SELECT pg_backend_pid()").fetchone() or (0,)
    if process != connection.info.backend_pid:
        connection.prepare_threshold = None


def prepare_postgres(connection: Any) -> None:
    """A frozen process must not hold a lock for ever, nor may others wait for it for ever. Statements are not
    compiled: that takes longer than any of ours."""
    without_prepared_behind_a_pooler(connection)
    connection.execute("SET jit = off")
    connection.execute("SET idle_in_transaction_session_timeout = '60s'")
    connection.execute("SET lock_timeout = '15s'")
    connection.commit()
