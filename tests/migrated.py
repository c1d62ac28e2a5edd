"""A migrated database for each test, without migrating for each: what the first one became is copied."""

from __future__ import annotations

import sqlite3
import subprocess
from functools import cache
from pathlib import Path
from shutil import which

from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from service.db import migrations
from service.db.migrations import migrate
from service.db.session import Database

_copies: dict[str, sqlite3.Connection] = {}
_scripts: list[tuple[str, str]] = []
"""The schema of the first one, and the statements that make it."""


def database_at(url: str) -> Database:
    """The database of an address that names no driver."""
    return Database(url.replace("postgresql://", "postgresql+psycopg://"))


def migrate_for_test(database: Database) -> None:
    """As `migrate` does, but faster where the database is still empty."""
    if inspect(database.engine).get_table_names():
        if not _is_newest(database):
            migrate(database)
    elif database.sqlite:
        _fill_sqlite(database)
    elif which("pg_dump"):
        _fill_postgres(database)
    else:
        migrate(database)
    # As after a start: nothing is left open from before.
    database.close()


def _is_newest(database: Database) -> bool:
    with database.reading() as session:
        has_version = inspect(session.connection()).has_table("alembic_version")
        return (
            has_version
            and session.scalar(text("SELECT version_num FROM alembic_version")) == _newest()
        )


@cache
def _newest() -> str | None:
    return ScriptDirectory(str(Path(migrations.__file__).parent)).get_current_head()


def _fill_sqlite(database: Database) -> None:
    database.close()
    if "first" not in _copies:
        migrate(database)
        database.close()
        _copies["first"] = sqlite3.connect(":memory:", check_same_thread=False)
        first = sqlite3.connect(database.path)
        first.backup(_copies["first"])
        first.close()
        return
    target = sqlite3.connect(database.path)
    _copies["first"].backup(target)
    target.close()


def _fill_postgres(database: Database) -> None:
    with database.engine.connect() as connection:
        schema = str(connection.exec_driver_sql("SELECT current_schema()").scalar())
        if _scripts:
            first, script = _scripts[0]
            raw = connection.connection.driver_connection
            raw.execute(script.replace(first, schema).encode())  # type: ignore[union-attr]
            raw.commit()  # type: ignore[union-attr]
            return
    migrate(database)
    address = database.url.replace("+psycopg", "")
    command = ["pg_dump", "--no-owner", "--inserts", "--schema", schema, address]
    dump = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = [
        line for line in dump.splitlines() if not line.startswith(("\\", "CREATE SCHEMA", "--"))
    ]
    _scripts.append((schema, "\n".join(lines)))
