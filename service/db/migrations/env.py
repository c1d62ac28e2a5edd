"""Runs migrations on the database handed in by service.db.migrations."""

from __future__ import annotations

from contextlib import ExitStack

from alembic import context

from service.db.models import Base

LOCK, SCHEMA = 0x4D47, "hashtext(current_schema())"

database = context.config.attributes["database"]
with ExitStack() as stack:
    if database.sqlite:
        stack.enter_context(database.write_lock.in_turn())
    connection = stack.enter_context(database.engine.connect())
    if not database.sqlite:
        # One process migrates this schema, the others wait for it as long as it takes; the lock ends
        # with the connection, which is thrown away.
        stack.callback(connection.invalidate)
        connection.exec_driver_sql("SET lock_timeout = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK}, {SCHEMA})")
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=database.sqlite,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
