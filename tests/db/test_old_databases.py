"""Databases of before sentences were values come up to today with all their rows, and go back as they were.

The two files hold what that version wrote while its sandbox was driven through helping, declining,
refusing, recovering and answering: every table has rows. They are never made again.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import inspect, select, text

from service import settings
from service.app import create_app
from service.db import migrations
from service.db.models import Case, Connection, MakeGood, Membership, Message, Task
from service.db.session import Database
from service.operations.staff import sessions
from service.wiring import wire
from tests.world import KEY, SECRET, START, FakeClock

FILES = Path(__file__).parent / "before_texts"
REVISION = "0004"
"""The newest of that version."""
SCHEMA = "before_12"
"""As the dump of PostgreSQL names it."""
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def old(database: Database) -> Database:
    """A database as that version left it."""
    if database.sqlite:
        target = sqlite3.connect(database.path)
        target.executescript((FILES / "sqlite.sql").read_text("utf-8"))
        target.close()
    else:
        script = (FILES / "postgres.sql").read_text("utf-8")
        with database.engine.connect() as connection:
            schema = str(connection.exec_driver_sql("SELECT current_schema()").scalar())
            raw = connection.connection.driver_connection
            raw.execute(script.replace(SCHEMA, schema).encode())  # type: ignore[union-attr]
            raw.commit()  # type: ignore[union-attr]
    # The script has turned the search path of its connection off.
    database.close()
    return database


def _rows(database: Database) -> Rows:
    with database.reading() as session:
        tables = set(inspect(session.connection()).get_table_names()) - {"alembic_version"}
        return {
            table: [
                dict(row)
                for row in session.execute(text(f"SELECT * FROM {table} ORDER BY 1")).mappings()
            ]
            for table in sorted(tables)
        }


def test_every_table_has_rows(old: Database) -> None:
    rows = _rows(old)

    assert len(rows) == 19
    assert [table for table, content in rows.items() if not content] == []


def test_all_rows_keep_their_meaning(old: Database) -> None:
    before = _rows(old)

    migrations.migrate(old)

    with old.reading() as session:
        cases = session.scalars(select(Case).order_by(Case.id)).all()
        messages = session.scalars(select(Message).order_by(Message.id)).all()
        make_goods = session.scalars(select(MakeGood).order_by(MakeGood.id)).all()
        assert [case.reference for case in cases] == [row["reference"] for row in before["cases"]]
        assert [len(case.history) for case in cases] == [
            sum(row["case_id"] == case["id"] for row in before["history"])
            for case in before["cases"]
        ]
        assert Counter(case.state.value for case in cases) == {
            "awaiting_approval": 4,
            "closed": 2,
            "declined": 1,
            "approved": 1,
            "following_up": 1,
        }
        assert [row.state.value for row in make_goods] == ["done", "refused", "to_finish", "done"]
        assert [row.key for row in make_goods] == [row["key"] for row in before["make_good"]]
        assert sum(len(message.attempts) for message in messages) == len(before["message"])
        assert len(messages) == len(before["follow_up"]) + 2
        assert [(row.text, row.answer) for row in messages if row.answer] == [
            ("I paid 500 USD: sent", "not_solved"),
            ("Terima kasih", "solved"),
        ]
        roles = {row.seller_id: row.role.value for row in session.scalars(select(Membership))}
        assert roles == {1: "owner", 2: "agent"}
        states = [row.state.value for row in session.scalars(select(Connection))]
        assert states == ["faulty", "paused"]


def test_what_waited_for_a_person_is_a_task(old: Database) -> None:
    migrations.migrate(old)

    with old.reading() as session:
        kinds = Counter(task.kind.value for task in session.scalars(select(Task)))
    assert kinds == {
        "decide": 3,
        "refused": 1,
        "finish": 1,
        "mend_connection": 2,
        "look_at_delivery": 1,
    }


def test_pages_show_rows_of_before_letter_for_letter(old: Database) -> None:
    migrations.migrate(old)
    environ = {
        "MAKEGOOD_DATABASE_URL": old.url,
        "MAKEGOOD_SECRET_KEY": SECRET,
        "MAKEGOOD_ENCRYPTION_KEYS": KEY,
        "MAKEGOOD_PUBLIC_URL": "http://127.0.0.1:8000",
    }
    wired = wire(settings.load(environ), clock=FakeClock(START))
    browser = create_app(wired).test_client()
    with browser.session_transaction() as cookie:
        cookie["key"] = sessions.begin(wired.context, 1)
    with old.reading() as session:
        references = session.scalars(select(Case.reference).order_by(Case.id)).all()
    pages = {"/": browser.get("/")}
    pages |= {name: browser.get(f"/cases/{name}") for name in references}
    words = {name: page.get_data(as_text=True) for name, page in pages.items()}
    wired.close()

    assert {name: page.status_code for name, page in pages.items() if page.status_code != 200} == {}
    assert "the shop refused the key" in words["/"]
    assert "I paid 500 USD: sent" in words[references[0]]
    assert "refund 50 EUR promised by phone" in words[references[2]]


def test_rows_are_as_they_were_when_all_is_taken_back(old: Database) -> None:
    before = _rows(old)
    migrations.migrate(old)

    command.downgrade(migrations.config(old), REVISION)

    assert _rows(old) == before
    migrations.migrate(old)
