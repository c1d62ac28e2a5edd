"""Writes millions of rows: what their tables fill in by themselves is worked out once."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import JSON, Column, text

from service.db.session import Database

NUMBERS = frozenset({"id", "case_id", "review_id", "decision_id", "subject_id"})
"""Columns whose numbers a copy raises."""
SPELLED = {
    ("review", "platform_id"): "'r' || (t.id + k)",
    ("cases", "reference"): "'MG-' || (t.id + k)",
    ("cases", "buyer_key"): "t.buyer_key || '.' || k",
    ("buyer_mark", "mark"): "t.mark || k",
    ("cases", "order_id"): "CAST(t.id + k AS text)",
    ("make_good", "order_id"): "CAST(t.case_id + k AS text)",
    ("make_good", "key"): "'key-' || (t.id + k)",
    ("make_good", "reference"): "'MG-' || (t.id + k) || '-1'",
    (
        "search_entry",
        "words",
    ): "replace(t.words, ' ' || t.case_id || ' ', ' ' || (t.case_id + k) || ' ')",
}
"""What holds the number of its row in words."""
OLD_ORDER, NEW_ORDER = "'MPL/' || t.id || '\"'", "'MPL/' || (t.id + k) || '\"'"
SQLITE_INDEXES = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql <> ''"
INDEXES = """SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()
AND indexname NOT IN (SELECT conname FROM pg_constraint)"""
Rows = Iterable[tuple[type[Any], dict[str, Any]]]


class Bulk:
    """Puts rows into a database as fast as it takes them: some by COPY, or by one prepared statement
    a table on SQLite, and of each as many copies as are wanted, made by the database itself.

    Numbers of rows leave room for their copies: those of the rows written are multiples of `copies`.
    """

    def __init__(self, database: Database, copies: int) -> None:
        self._database, self.copies = database, copies

    def write(self, rows: Rows) -> None:
        """Write these rows and their copies; references are not looked at."""
        by_table: dict[Any, list[Sequence[Any]]] = defaultdict(list)
        for table, values in rows:
            by_table[table].append(self._cells(table, values))
        line = self._database.engine.raw_connection()
        driver: Any = line.driver_connection
        for statement in self._before():
            driver.execute(statement)
        for table, cells in by_table.items():
            driver.execute("BEGIN")
            with self._without_indexes(driver, table):
                self._put(driver, table, cells)
                if self.copies > 1:
                    driver.execute(self._copying(table))
            driver.execute("COMMIT")
        line.invalidate()
        self._settle(by_table)

    def _before(self) -> list[str]:
        if self._database.sqlite:
            return [
                "PRAGMA foreign_keys=OFF",
                "PRAGMA synchronous=OFF",
                "PRAGMA cache_size=-1000000",
            ]
        return [
            "SET session_replication_role = replica",
            "SET idle_in_transaction_session_timeout = 0",
            "SET statement_timeout = 0",
            "SET synchronous_commit = off",
            "SET maintenance_work_mem = '1GB'",
            "COMMIT",
        ]

    @contextmanager
    def _without_indexes(self, driver: Any, table: Any) -> Iterator[None]:
        """Make the indexes of a table anew at the end: sorted once, not entry by entry."""
        found = driver.execute(SQLITE_INDEXES if self._database.sqlite else INDEXES)
        made = [(name, how) for of, name, how in found.fetchall() if of == table.__tablename__]
        for name, _ in made:
            driver.execute(f'DROP INDEX "{name}"')
        yield
        for _, how in made:
            driver.execute(how)

    def _copying(self, table: Any) -> str:
        """The statement that copies each row of a table under the numbers that follow its own."""
        columns = [column.name for column in table.__table__.columns]
        number = "case_id" if "id" not in columns else "id"
        names = ", ".join(f'"{name}"' for name in columns)
        values = ", ".join(self._copied(table, name) for name in columns)
        numbers = (
            "(WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n"
            f" WHERE k < {self.copies - 1}) SELECT k FROM n)"
        )
        return (
            f'INSERT INTO "{table.__tablename__}" ({names}) SELECT {values}'
            f' FROM "{table.__tablename__}" AS t CROSS JOIN {numbers} AS copy'
            f" WHERE t.{number} % {self.copies} = 0"
        )

    def _copied(self, table: Any, name: str) -> str:
        """What a copy has in a column."""
        if name in NUMBERS:
            return f"t.{name} + k"
        if (table.__tablename__, name) in SPELLED:
            return SPELLED[table.__tablename__, name]
        if name == "order_seen":
            spelled = f"replace(CAST(t.{name} AS text), {OLD_ORDER}, {NEW_ORDER})"
            return spelled if self._database.sqlite else f"CAST({spelled} AS json)"
        return f't."{name}"'

    def _put(self, driver: Any, table: Any, rows: list[Sequence[Any]]) -> None:
        name = table.__tablename__
        columns = ", ".join(f'"{column.name}"' for column in table.__table__.columns)
        if self._database.sqlite:
            marks = ", ".join("?" for _ in table.__table__.columns)
            driver.executemany(f'INSERT INTO "{name}" ({columns}) VALUES ({marks})', rows)
            return
        with driver.cursor().copy(f'COPY "{name}" ({columns}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)

    def _settle(self, tables: Iterable[Any]) -> None:
        """Let PostgreSQL's planner know what is there, and new rows be numbered after these. SQLite has no
        statistics, as in the desk, which never gathers any."""
        with self._database.engine.connect().execution_options(
            isolation_level="AUTOCOMMIT"
        ) as line:
            if self._database.sqlite:
                line.execute(text("PRAGMA foreign_keys=ON"))
                return
            for table in tables:
                name = table.__tablename__
                if "id" in table.__table__.columns:
                    newest = f"(SELECT max(id) FROM {name})"
                    line.execute(
                        text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {newest})")
                    )
                line.execute(text(f'VACUUM ANALYZE "{name}"'))

    def _cells(self, table: Any, values: dict[str, Any]) -> Sequence[Any]:
        cells = [values.get(name, usual) for name, usual in _usual(table)]
        if self._database.sqlite:
            return [_stamp(cell) if isinstance(cell, datetime) else cell for cell in cells]
        return cells


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


@cache
def _usual(table: Any) -> tuple[tuple[str, Any], ...]:
    """Each column of a table with what is written where nothing is said."""
    return tuple((column.name, _default(column)) for column in table.__table__.columns)


def _default(column: Column[Any]) -> Any:
    default: Any = column.default
    is_json = isinstance(column.type, JSON)
    value = getattr(default, "arg", None)
    if callable(value):
        value = value(None)
    if value is None:
        return None if column.nullable or is_json else ""
    return json.dumps(value) if is_json else value
