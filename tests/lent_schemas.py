"""A migrated schema for each test on PostgreSQL, emptied after one test and lent to the next: making and
dropping some seventy tables each time took longer than most tests do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import psycopg
from psycopg import sql

from tests.migrated import database_at, migrate_for_test

MOST_ROWS = 2_000
"""A schema that held more is not lent again: what the planner learned of it would mislead a test."""
CATALOGUE = """
    WITH ours AS (SELECT oid, xmin FROM pg_class WHERE relnamespace = current_schema()::regnamespace)
    SELECT 'class', oid::int8, xmin::text FROM ours
    UNION ALL SELECT 'column', attrelid::int8 * 2000 + attnum, a.xmin::text
        FROM pg_attribute a JOIN ours ON ours.oid = attrelid WHERE attnum > 0
    UNION ALL SELECT 'constraint', oid::int8, xmin::text
        FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
    UNION ALL SELECT 'function', oid::int8, xmin::text
        FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
    UNION ALL SELECT 'trigger', t.oid::int8, t.xmin::text
        FROM pg_trigger t JOIN ours ON ours.oid = tgrelid
    UNION ALL SELECT version_num, 0, '' FROM alembic_version
"""
"""Whatever changes a table, an index or a function leaves other rows here."""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
SEQUENCES = """
    SELECT setval(seqrelid::regclass, seqstart, false)
    FROM pg_sequence JOIN pg_class ON pg_class.oid = seqrelid
    WHERE relnamespace = current_schema()::regnamespace
        AND pg_sequence_last_value(seqrelid) IS NOT NULL
"""


class LentSchemas:
    """The schemas of one test process; used from one thread."""

    def __init__(self, make: Callable[[], AbstractContextManager[str]]) -> None:
        """`make` makes an empty schema and gives its address."""
        self._make = make
        self._made = ExitStack()
        self._free: list[Schema] = []

    @contextmanager
    def lend(self) -> Iterator[str]:
        """The address of a schema that is migrated, without any row."""
        schema = self._free.pop() if self._free else Schema(self._made.enter_context(self._make()))
        yield schema.url
        if schema.emptied():
            self._free.append(schema)

    def close(self) -> None:
        """Drop all."""
        self._made.close()


class Schema:
    """One that is lent."""

    def __init__(self, url: str) -> None:
        """Migrate an empty one."""
        self.url = url
        database = database_at(url)
        migrate_for_test(database)
        database.close()
        with psycopg.connect(url) as connection:
            self._catalogue = set(connection.execute(CATALOGUE))
            self._tables = [
                name for (name,) in connection.execute(TABLES) if name != "alembic_version"
            ]

    def emptied(self) -> bool:
        """Whether it is again as it was: False where a test left behind more than some rows."""
        try:
            with psycopg.connect(self.url) as connection:
                connection.execute("SET LOCAL lock_timeout = '3s'")
                # Only a superuser may delete without asking what refers to a row.
                connection.execute("SET LOCAL session_replication_role = replica")
                deleted = sum(
                    connection.execute(sql.SQL("DELETE FROM {}").format(table)).rowcount
                    for table in self._filled(connection)
                )
                connection.execute(SEQUENCES)
                return (
                    deleted <= MOST_ROWS and set(connection.execute(CATALOGUE)) == self._catalogue
                )
        except psycopg.Error:
            return False

    def _filled(self, connection: psycopg.Connection[Any]) -> list[sql.Identifier]:
        asked = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(name, sql.Identifier(name))
            for name in self._tables
        )
        return [sql.Identifier(name) for (name,) in connection.execute(asked)]
