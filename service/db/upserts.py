"""Puts many rows in place of those of the same key.

SQLAlchemy sends an upsert of many rows as a statement for each. PostgreSQL gets them as one parameter
instead: one statement, prepared once, however many there are. SQLite, where a statement costs no trip,
gets them as they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import JSON, Dialect, Table, bindparam, cast, column, func, select
from sqlalchemy.orm import Session


def insert_into(session: Session, table: Any) -> Any:
    """An INSERT of the database in use, which can say what to do ON CONFLICT. Only that database's
    dialect is loaded: PostgreSQL's takes 2 MB."""
    return _insert(session.get_bind().dialect.name, table)


def _insert(dialect: str, table: Any) -> Any:
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)


def upsert(
    session: Session,
    table: Table,
    key: tuple[str, ...],
    rows: Sequence[Mapping[str, Any]],
    *,
    cleared: tuple[str, ...] = (),
) -> None:
    """Insert these rows, which all have the same columns; where one of that key is there already, it
    gets their values, and NULL in the columns that are `cleared`."""
    dialect = session.get_bind().dialect
    columns = tuple(rows[0])
    if dialect.name == "sqlite":
        session.connection().execute(_of_rows(table, key, columns, cleared), rows)
    else:
        statement = _of_parameter(table, key, columns, cleared)
        session.connection().execute(statement, {"rows": _as_json(table, rows, dialect)})


@cache
def _of_rows(
    table: Table, key: tuple[str, ...], columns: tuple[str, ...], cleared: tuple[str, ...]
) -> Any:
    return _in_place(_insert("sqlite", table), key, columns, cleared)


@cache
def _of_parameter(
    table: Table, key: tuple[str, ...], columns: tuple[str, ...], cleared: tuple[str, ...]
) -> Any:
    given = (
        func.json_to_recordset(cast(bindparam("rows"), JSON))
        .table_valued(*(column(name, table.c[name].type) for name in columns), name="given")
        .render_derived(with_types=True)
    )
    insert = _insert("postgresql", table).from_select(columns, select(*given.c))
    return _in_place(insert, key, columns, cleared)


def _in_place(
    insert: Any, key: tuple[str, ...], columns: tuple[str, ...], cleared: tuple[str, ...]
) -> Any:
    values = {name: insert.excluded[name] for name in columns if name not in key}
    return insert.on_conflict_do_update(index_elements=key, set_=values | dict.fromkeys(cleared))


def _as_json(table: Table, rows: Sequence[Mapping[str, Any]], dialect: Dialect) -> str:
    """The rows with their values as the database keeps them."""
    processors = {
        name: table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in rows[0]
    }
    kept = [
        {
            name: value if (processor := processors[name]) is None else processor(value)
            for name, value in row.items()
        }
        for row in rows
    ]
    return json.dumps(kept, default=datetime.isoformat)
