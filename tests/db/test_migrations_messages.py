"""What was said before messages were one table is said after it, and back again."""

from __future__ import annotations

from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import text

from service.db import migrations
from service.db.models import Message
from tests.world import START, World

REVISION = "0015"
AT = START.replace(tzinfo=None)
FOLLOW_UPS: list[dict[str, Any]] = [
    {"id": 11, "step": "receipt", "state": "sent", "sent_at": AT},
    {"id": 12, "step": "confirmation", "state": "needs_attention", "reason": "no channel"},
    {
        "id": 13,
        "step": "resolution_check",
        "state": "sent",
        "sent_at": AT,
        "answered_at": AT,
        "solved": False,
        "stars": 2,
        "comment": "Masih bocor",
    },
    {"id": 14, "step": "update_invitation", "state": "stopped", "reason": "not solved"},
    {"id": 15, "step": "confirmation", "round": 2, "state": "needs_attention"},
    {"id": 16, "step": "resolution_check", "round": 2, "state": "planned", "by_seller": True},
    {"id": 17, "step": "receipt", "round": 2, "state": "sending"},
]
ATTEMPTS: list[dict[str, Any]] = [
    {"id": 21, "follow_up_id": 11, "state": "not_sent", "ended_at": AT},
    {"id": 22, "follow_up_id": 11, "state": "sent", "ended_at": AT, "vendor_id": "m1"},
    {"id": 23, "follow_up_id": 15, "state": "unknown", "ended_at": AT},
    {"id": 24, "follow_up_id": 17, "state": "sending"},
]
NOTHING: dict[str, Any] = {
    "round": 1,
    "make_good_id": None,
    "by_seller": False,
    "reason": "",
    "connection_id": None,
    "sent_at": None,
    "answered_at": None,
    "solved": None,
    "stars": None,
    "comment": "",
}


def _insert(session: Any, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    places = ", ".join(f":{name}" for name in row)
    session.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), row)


def _rows(world: World, table: str) -> list[dict[str, Any]]:
    with world.context.database.reading() as session:
        rows = session.execute(text(f"SELECT * FROM {table} ORDER BY id")).mappings()
        return [dict(row) for row in rows]


def _before(world: World) -> None:
    """A case as the version before kept it."""
    world.rate(1)
    world.work()
    database, config = world.context.database, migrations.config(world.context.database)
    case_id = world.case().id
    command.downgrade(config, _earlier(world))
    with database.transaction() as session:
        session.execute(text("DELETE FROM message"))
        session.execute(text("DELETE FROM follow_up"))
        for row in FOLLOW_UPS:
            due = {"case_id": case_id, "due_at": AT}
            _insert(session, "follow_up", {**NOTHING, **due, **row})
        for row in ATTEMPTS:
            said = {"subject": "Halo", "text": f"teks {row['id']}", "language": "id"}
            call = {"key": f"k{row['id']}", "connection_id": world.connection_id, "vendor_id": ""}
            _insert(session, "message", {**said, **call, "started_at": AT, "ended_at": None, **row})


def _earlier(world: World) -> str:
    script = ScriptDirectory.from_config(migrations.config(world.context.database))
    return str(script.get_revision(REVISION).down_revision)


def test_every_row_is_carried_over_with_its_id_and_its_words(world: World) -> None:
    _before(world)

    migrations.migrate(world.context.database)

    messages = world.case().messages
    states = {message.id: message.state.value for message in messages[: len(FOLLOW_UPS)]}
    (answer,) = world.case().answers
    with world.context.database.reading() as session:
        attempts = session.get_one(Message, 11).attempts
        kept = [(attempt.id, attempt.outcome, attempt.text) for attempt in attempts]
    assert states == {
        11: "sent",
        12: "refused",
        13: "sent",
        14: "stopped",
        15: "unknown",
        16: "planned",
        17: "sending",
    }
    assert (answer.answers_id, answer.answer, answer.stars) == (13, "not_solved", 2)
    assert (answer.text, answer.sent_at, answer.state) == ("Masih bocor", START, "received")
    assert kept == [(21, "not_sent", "teks 21"), (22, "sent", "teks 22")]


def test_rows_are_as_they_were_when_it_is_taken_back(world: World) -> None:
    _before(world)
    before = _rows(world, "follow_up"), _rows(world, "message")
    migrations.migrate(world.context.database)

    command.downgrade(migrations.config(world.context.database), _earlier(world))

    assert (_rows(world, "follow_up"), _rows(world, "message")) == before
    migrations.migrate(world.context.database)


def test_new_rows_get_ids_of_their_own_after_it(world: World) -> None:
    _before(world)
    migrations.migrate(world.context.database)

    world.rate(1, "Barang lain rusak juga")
    world.work()

    (receipt,) = world.cases()[-1].messages
    assert receipt.id > max(row["id"] for row in FOLLOW_UPS)
    assert receipt.state == "sent"
