"""Runs migrations on the database handed in by service.db.migrations."""

from __future__ import annotations

from contextlib import ExitStack

from alembic import context
from sqlalchemy.exc import OperationalError

from service.db.migrations import WAIT_SECONDS, MigrationUnderWay
from service.db.models import Base

LOCK_NOT_AVAILABLE = "55P03"
LOCK, SCHEMA = 0x4D47, "hashtext(current_schema())"

database = context.config.attributes["database"]
with ExitStack() as stack:
    if database.sqlite:
        stack.enter_context(database.write_lock.in_turn())
    connection = stack.enter_context(database.engine.connect())
    if not database.sqlite:
        # One process migrates this schema, the others wait. The lock lives in a transaction of its
        # own, so that it ends with it also behind a pooler that keeps the line.
        guard = stack.enter_context(database.engine.connect())
        guard.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        guard.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
        try:
            guard.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK}, {SCHEMA})")
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                raise
            raise MigrationUnderWay(WAIT_SECONDS) from error
    else:
        # A table is changed by copying it, and others refer to its rows meanwhile.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        stack.callback(connection.exec_driver_sql, "PRAGMA foreign_keys=ON")
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=database.sqlite,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
