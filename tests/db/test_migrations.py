"""One line of migrations leads from nothing, and from the first version, to the tables of today."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text

from integrations.sentence import Text
from service.db import migrations
from service.db.models import Base, Connection, Task
from service.db.session import Database
from service.domain.shops.connection_states import ConnectionMove
from service.operations.shops.states import move
from tests.migrated import migrate_for_test
from tests.web.pages import post_unreadable
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]


def _is_of_a_model(name: str | None, *_: object) -> bool:
    """Each database's own index of words is made by its migration (tests/operations/test_search)."""
    return not (name or "").startswith(("search_index", "ix_search_entry_words"))


def _differences(database: Database) -> list[object]:
    with database.engine.connect() as connection:
        seen = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": _is_of_a_model}
        )
        found = compare_metadata(seen, Base.metadata)
    return list(found)


def test_history_of_the_schema_is_one_line(database: Database) -> None:
    script = ScriptDirectory.from_config(migrations.config(database))

    assert len(script.get_heads()) == 1
    assert all(not revision.is_branch_point for revision in script.walk_revisions())


def test_tables_equal_the_models_when_migrated_from_nothing(database: Database) -> None:
    migrations.migrate(database)

    assert _differences(database) == []


def test_tables_equal_the_models_in_the_copies_that_tests_run_on(database: Database) -> None:
    migrate_for_test(database)

    assert _differences(database) == []
    migrations.migrate(database)
    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM alembic_version")) == 1


def test_tables_equal_the_models_when_migrated_from_the_first(database: Database) -> None:
    command.upgrade(migrations.config(database), "0001")
    assert _differences(database) != []

    migrations.migrate(database)

    assert _differences(database) == []


def test_partial_indexes_are_in_the_database(database: Database) -> None:
    migrations.migrate(database)

    found = inspect(database.engine)
    names = {
        str(index["name"]) for table in ("outbox", "cases") for index in found.get_indexes(table)
    }

    assert {"ix_outbox_open", "ix_outbox_claimed", "uq_cases_open_review"} <= names


def _fail(*_: object) -> None:
    raise RuntimeError("killed in the middle")


def test_failed_migration_lets_the_next_process_go_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("alembic.runtime.migration.MigrationContext.run_migrations", _fail)
        with pytest.raises(RuntimeError):
            migrations.migrate(database)
    other = Database(database.url)

    migrations.migrate(other)

    assert _differences(other) == []
    other.close()


def test_nothing_breaks_when_two_processes_migrate_at_once(database: Database) -> None:
    code = (
        "import sys; from service.db import migrations; from service.db.session import Database;"
        "migrations.migrate(Database(sys.argv[1]))"
    )
    argv = [sys.executable, "-c", code, database.url]

    both = [subprocess.Popen(argv, cwd=ROOT) for _ in range(2)]

    assert [each.wait(60) for each in both] == [0, 0]
    assert _differences(database) == []


def test_each_step_back_and_forth_keeps_the_data(world: World) -> None:
    world.rate(1)
    world.work()
    database = world.context.database
    with database.transaction() as session:
        session.execute(text("UPDATE review SET sequence = 1764230400000"))
    config = migrations.config(database)
    revisions = [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()]

    for revision in revisions[1:]:
        command.downgrade(config, revision)
        with database.reading() as session:
            kept = session.execute(text("SELECT count(*) FROM cases")).scalar()
        assert kept == 1, revision
    migrations.migrate(database)

    assert _differences(database) == []
    assert len(world.cases()) == 1


def test_a_paused_connection_and_an_unread_delivery_stay_so_back_and_forth(world: World) -> None:
    post_unreadable(world)
    world.work()
    database, now = world.context.database, world.clock.now()
    with database.transaction() as session:
        connection = session.get_one(Connection, world.connection_id)
        move(session, connection, ConnectionMove.PAUSE, at=now, problem=Text("wrong key"))
    config, asked = migrations.config(database), _open_tasks(database)

    command.downgrade(config, "0021")
    with database.reading() as session:
        reason = session.scalar(text("SELECT paused_reason FROM connection"))
        held = session.scalar(text("SELECT count(*) FROM lane WHERE paused AND outward"))
    migrations.migrate(database)

    assert ("wrong key" in reason, held) == (True, 1)
    assert str(world.connection().problem) == "wrong key"
    assert (world.connection().state, world.connection().state_since) == ("paused", now)
    assert [kind for kind, _, _ in asked] == ["look_at_delivery", "mend_connection"]
    assert _open_tasks(database) == asked


def _open_tasks(database: Database) -> list[tuple[str, int | None, str]]:
    with database.reading() as session:
        rows = session.scalars(select(Task).where(Task.state == "open").order_by(Task.kind))
        return [(task.kind.value, task.connection_id, str(task.text)) for task in rows]
