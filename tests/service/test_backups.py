"""A backup is one whole state, taken while others write; restored, it makes nothing happen twice."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text, update

from integrations.sandbox import Sandbox
from service.db import backups
from service.db.backups import postgres
from service.db.backups.files import BackupError
from service.db.models import Delivery, Invitation, Kind, OutboxRow, Seller, SignIn
from service.db.outbox.heartbeat import CLOCK, WORKER, Heart
from service.db.session import Database
from service.domain.messages.states import MessageState
from service.domain.remedies.states import MakeGoodState
from service.operations.backups.restore import Restored, restore
from service.operations.cases import confirm
from service.operations.remedies import decisions
from tests.jobs.processes import flask
from tests.operations.steps import rated, refund, work_for
from tests.world import World


@pytest.fixture
def file(world: World, tmp_path: Path) -> Iterator[Path]:
    """Where a backup is written; what restoring it put aside goes at the end."""
    yield tmp_path / "kept.backup"
    if not world.context.database.sqlite:
        with world.context.database.engine.begin() as connection:
            ours = connection.execute(text("SELECT current_schema()")).scalar()
            for schema in inspect(connection).get_schema_names():
                if schema.startswith(f"{ours}_before_"):
                    connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))


def _restore(world: World, file: Path) -> Restored:
    # As after a stop: nobody has the database open.
    world.wired.intake.close()
    return restore(world.context, file)


def _approved(world: World) -> int:
    order_id = rated(world)
    decisions.approve(world.context, world.case().id, world.owner, changed=refund(order_id))
    return order_id


def test_backup_is_one_whole_state_while_others_write(world: World, file: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            world.rate(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while not _deliveries(world.context.database):
            pass
        backups.copy(world.context.database, file)
    finally:
        stop.set()
        writer.join(60)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with backups.opened(world.context.database, file, world.clock.now()) as opened:
        database = opened.staged.database
        # Each delivery was stored with its row in one transaction.
        due = select(OutboxRow.ref_id).where(OutboxRow.kind == Kind.READ_DELIVERY)
        with database.reading() as session:
            assert _deliveries(database) == sorted(session.scalars(due))
        assert 0 < len(_deliveries(database)) <= len(_deliveries(world.context.database))


def _deliveries(database: Database) -> list[int]:
    with database.reading() as session:
        return sorted(session.scalars(select(Delivery.id)))


def test_nothing_that_was_done_since_is_done_again(world: World, file: Path) -> None:
    _approved(world)
    backups.copy(world.context.database, file)
    work_for(world, 24)
    before = world.ledger()

    done = _restore(world, file)
    world.clock.move(minutes=1)
    restored = world.case()
    work_for(world, 24 * 30)

    assert (done.safe.make_goods, done.safe.cases) == (1, 1)
    assert [made.state for made in restored.make_goods] == [MakeGoodState.UNKNOWN]
    assert "restored from a backup of" in str(restored.doubt)
    # The shop was asked, and said that it is done.
    assert [made.state for made in world.case().make_goods] == [MakeGoodState.DONE]
    assert before["made"]
    assert before["messages"]
    assert world.ledger() == before


def test_messages_wait_for_a_person_also_after_somebody_has_looked(
    world: World, file: Path
) -> None:
    _approved(world)
    world.work()
    backups.copy(world.context.database, file)
    work_for(world, 24 * 5)
    before = world.ledger()["messages"]

    _restore(world, file)
    confirm.confirm(world.context, world.case().id, world.owner)
    work_for(world, 24 * 5)

    assert world.ledger()["messages"] == before
    waiting = [message for message in world.case().messages if message.state == MessageState.DRAFT]
    assert waiting
    assert all("may have been sent already" in str(message.reason) for message in waiting)


def test_shop_that_cannot_be_asked_leaves_it_to_a_person(
    world: World, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _approved(world)
    backups.copy(world.context.database, file)
    work_for(world, 24)
    before = world.ledger()["made"]
    can = replace(Sandbox.capabilities, look_up=False)
    monkeypatch.setattr(Sandbox, "capabilities", can)

    _restore(world, file)
    work_for(world, 24 * 5)

    assert [made.state for made in world.case().make_goods] == [MakeGoodState.UNKNOWN]
    assert world.ledger()["made"] == before


def test_review_from_before_that_comes_in_again_waits_for_a_person(
    world: World, file: Path
) -> None:
    world.set_shop(automatic={"IDR": {"each": 10**9, "shop_day": 10**9, "buyer_day": 10**9}})
    backups.copy(world.context.database, file)
    world.clock.move(minutes=5)
    rated(world)
    work_for(world, 1)
    before = world.ledger()
    assert before["made"]

    _restore(world, file)
    assert world.cases() == []
    work_for(world, 24)

    assert "restored from a backup of" in str(world.case().doubt)
    assert world.ledger() == before


def test_sign_ins_and_invitations_of_then_are_ended(world: World, file: Path) -> None:
    world.browser()
    backups.copy(world.context.database, file)

    done = _restore(world, file)

    with world.context.database.reading() as session:
        assert session.scalars(select(SignIn.id)).all() == []
        assert (
            session.scalars(select(Invitation.id).where(Invitation.ended_at.is_(None))).all() == []
        )
    assert done.safe.sign_ins == 1


def test_what_was_there_is_kept(world: World, file: Path) -> None:
    backups.copy(world.context.database, file)
    with world.context.database.transaction() as session:
        session.execute(update(Seller).values(name="Ana"))

    done = _restore(world, file)

    with world.context.database.reading() as session:
        assert session.scalars(select(Seller.name)).all() == ["owner"]
    if world.context.database.sqlite:
        kept = Database(f"sqlite:///{done.kept}")
    else:
        schema = done.kept.removeprefix("the schema ")
        kept = Database(postgres._with_schema(world.context.database.url, schema))
    with kept.reading() as session:
        assert session.scalars(select(Seller.name)).all() == ["Ana"]
    kept.close()


@pytest.mark.parametrize("role", [WORKER, CLOCK])
def test_refused_while_anybody_is_at_work(world: World, file: Path, role: str) -> None:
    backups.copy(world.context.database, file)
    heart = Heart(world.context.database, world.clock)
    heart.roles = [role]
    heart.beat()

    with pytest.raises(BackupError, match="Makegood is at work"):
        _restore(world, file)
    world.clock.move(seconds=31)

    assert _restore(world, file).kept


# A schema of PostgreSQL is renamed under whoever reads it.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_file_that_another_has_open_is_left_alone(world: World, file: Path) -> None:
    backups.copy(world.context.database, file)
    other = Database(world.context.database.url)
    with other.reading() as session:
        session.execute(select(Seller.id)).all()

    with pytest.raises(BackupError, match="in use by another process"):
        _restore(world, file)
    other.close()

    assert _restore(world, file).kept


def _damage(file: Path) -> None:
    whole = file.read_bytes()
    middle = len(whole) // 2
    file.write_bytes(whole[:middle] + b"\x5a" * 3000)


def _newer(world: World) -> None:
    with world.context.database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("words", "no backup of Makegood"),
        ("missing", "cannot be read"),
        ("damaged", "is damaged"),
        ("newer", "newer version of Makegood"),
        ("foreign", "its tables are others"),
    ],
)
def test_file_that_cannot_be_restored_changes_nothing(
    world: World, file: Path, wrong: str, said: str
) -> None:
    database = world.context.database
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
        kept = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if wrong == "words":
        file.write_text("minutes of a meeting" * 50)
    if wrong == "newer":
        _newer(world)
    if wrong == "foreign":
        with database.engine.begin() as connection:
            connection.execute(text("ALTER TABLE cases RENAME TO cases_of_wine"))
    if wrong in ("damaged", "newer", "foreign"):
        backups.copy(database, file)
    if wrong == "damaged":
        _damage(file)
    if wrong == "newer":
        with database.engine.begin() as connection:
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{kept}'"))
    if wrong == "foreign":
        with database.engine.begin() as connection:
            connection.execute(text("ALTER TABLE cases_of_wine RENAME TO cases"))
    before = _around(database)

    with pytest.raises(BackupError, match=said):
        _restore(world, file)

    assert _around(database) == before
    with database.reading() as session:
        assert len(session.scalars(select(Seller.id)).all()) == 1


def _around(database: Database) -> list[str]:
    """What lies beside the database: other files, other schemas."""
    if database.sqlite:
        ours = database.path.name
        found = (path.name for path in database.path.parent.iterdir())
        return sorted(name for name in found if name.startswith(ours) and "-" not in name)
    with database.engine.connect() as connection:
        names = inspect(connection).get_schema_names()
    return sorted(name for name in names if not name.startswith("t_"))


def test_commands_say_what_they_did(world: World, file: Path) -> None:
    _approved(world)
    done, again = (flask(world, "backup", str(file)) for _ in range(2))
    world.wired.intake.close()
    world.context.database.close()

    restored = flask(world, "restore", str(file))

    assert done.stdout.startswith(f"Copied to {file}.")
    assert (again.returncode, "name a new file" in again.stderr) == (1, True)
    assert restored.returncode == 0, restored.stderr
    assert "What was there before is kept: " in restored.stdout
    assert "- 1 make-goods have an unknown outcome" in restored.stdout


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_missing_program_is_named_with_what_installs_it(
    world: World, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(BackupError, match=r"pg_dump is missing: .*postgresql-client"):
        backups.copy(world.context.database, file)

    assert not file.exists()


def test_password_is_in_no_list_of_processes() -> None:
    program = postgres._Program("pg_dump", "postgresql+psycopg://ana:s3cret@127.0.0.1:1/shop")

    assert "s3cret" not in " ".join(program.command())
    assert program.environment["PGPASSWORD"] == "s3cret"
    assert not any(name.startswith("MAKEGOOD_") for name in program.environment)
