"""What happens at the database's edge: failover, a pooler, a disk that is gone, a second migrate."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import requests
from sqlalchemy import func, select, text

from service.db import migrations
from service.db.migrations import MigrationUnderWay, migrate
from service.db.models import Delivery, Shop
from service.db.reviews import intake as intake_module
from service.db.reviews import intake_postgres
from service.db.reviews.intake import Intake
from service.db.reviews.intake_postgres import PostgresStore
from service.db.reviews.new_delivery import NewDelivery
from service.db.session import Database
from testbed.processes import free_port, listens, until
from tests.conftest import missing
from tests.db.conftest import Desk
from tests.world import World

AT = datetime(2026, 11, 24, 8, 15, tzinfo=UTC)


def prepared(database: Database) -> NewDelivery:
    """Tables, and a delivery to a connection that is there."""
    migrate(database)
    with database.transaction() as session:
        session.add(Shop(name="Toko", zone="Asia/Jakarta", created_at=AT))
    lane = Desk(database).lane(outward=False)
    return NewDelivery(1, lane, "k-0", "{}", b"{}", AT)


@contextmanager
def opened(url: str) -> Iterator[tuple[Database, Intake, NewDelivery]]:
    database = Database(url)
    new = prepared(database)
    intake = Intake(database)
    try:
        yield database, intake, new
    finally:
        intake.close()
        database.close()


def stored(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Delivery)) or 0


@pytest.fixture(name="sqlite_url")
def _sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'makegood.db'}"


def test_intake_goes_on_when_its_file_could_not_be_opened(sqlite_url: str) -> None:
    with opened(sqlite_url) as (database, intake, new):
        database.close()
        away = database.path.with_name("away")
        database.path.rename(away)
        database.path.mkdir()
        with pytest.raises(Exception, match="unable to open"):
            intake.accept(new)
        database.path.rmdir()
        away.rename(database.path)

        assert intake.accept(new)


@pytest.mark.parametrize("hook", ["before_commit", "after_commit"])
@pytest.mark.parametrize("error", [RuntimeError("x"), SystemExit(1), MemoryError()], ids=repr)
def test_intake_goes_on_whatever_is_raised_around_a_commit(
    sqlite_url: str, hook: str, error: BaseException
) -> None:
    with opened(sqlite_url) as (database, intake, new):
        setattr(database, hook, _raising(error))
        with pytest.raises(type(error)):
            intake.accept(new)
        setattr(database, hook, lambda: None)

        intake.accept(replace(new, key="k-1"))
        assert stored(database) >= 1


def test_delivery_is_stored_though_nobody_can_be_woken(database_url: str) -> None:
    with opened(database_url) as (database, intake, new):
        database.wake = _raising(ConnectionError("Redis is away"))

        assert intake.accept(new)
        assert stored(database) == 1


def test_intake_starts_a_thread_anew_when_it_has_died(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(sqlite_url) as (_, intake, new):
        dead = threading.Thread(target=lambda: None)
        dead.start()
        dead.join()
        monkeypatch.setattr(intake, "_writers", [dead])

        assert intake.accept(new)


def test_waiting_for_a_commit_has_an_end(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_module, "WAIT_SECONDS", 0.3)
    with opened(sqlite_url) as (database, intake, new):
        with database.write_lock.in_turn(), pytest.raises(TimeoutError):
            intake.accept(new)
        # It was stored later after all: sent again it is known.
        until("the commit", lambda: stored(database) == 1)
        assert not intake.accept(new)


@pytest.mark.postgres
def test_webhooks_are_stored_at_once_after_a_failover(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = _lines_of_intake(monkeypatch)
    with opened(postgres_url) as (database, intake, new):
        for number in range(5):
            intake.accept(replace(new, key=f"before-{number}"))
        assert lines
        for line in lines:
            # As a server is after it was demoted.
            line.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")

        assert all(intake.accept(replace(new, key=f"after-{number}")) for number in range(20))
        assert stored(database) == 25


@pytest.mark.postgres
def test_intake_opens_a_line_again_after_it_could_not(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, connect = _lines_of_intake(monkeypatch), psycopg.connect
    with opened(postgres_url) as (database, intake, new):
        monkeypatch.setattr(intake, "_writers", [None])
        intake.accept(new)
        with database.engine.connect() as line:
            line.exec_driver_sql(f"SELECT pg_terminate_backend({lines[0].info.backend_pid})")
        monkeypatch.setattr(psycopg, "connect", _refused)
        for number in range(3):
            with pytest.raises(psycopg.OperationalError, match="refused"):
                intake.accept(replace(new, key=f"away-{number}"))
        monkeypatch.setattr(psycopg, "connect", connect)

        assert intake.accept(replace(new, key="back"))


@pytest.mark.postgres
@pytest.mark.parametrize("writers", [1, 2])
def test_delivery_that_waits_for_a_lock_holds_up_no_other(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, writers: int
) -> None:
    monkeypatch.setattr(intake_postgres, "LOCK_SECONDS", 1)
    with opened(postgres_url) as (database, intake, new), ThreadPoolExecutor(8) as pool:
        monkeypatch.setattr(intake, "_writers", [None] * writers)
        lane = Desk(database).lane(outward=False)
        with database.engine.connect() as line:
            line.exec_driver_sql("SELECT 1 FROM connection WHERE id = 1 FOR UPDATE")
            waiting = pool.submit(intake.accept, new)
            elsewhere = replace(new, connection_id=2, lane_id=lane)
            others = [
                pool.submit(intake.accept, replace(elsewhere, key=f"k-{number}"))
                for number in range(6)
            ]

            assert all(other.result(10) for other in others)
            with pytest.raises(psycopg.errors.LockNotAvailable):
                waiting.result(10)

        assert intake.accept(new)


@pytest.mark.postgres
def test_lines_of_before_a_failover_are_thrown_away_together(postgres_url: str) -> None:
    with opened(postgres_url) as (database, _, _new):
        lines = [database.engine.connect() for _ in range(4)]
        for line in lines:
            line.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
            line.commit()
            line.close()
        with pytest.raises(Exception, match="read-only"), database.transaction() as session:
            session.execute(text("UPDATE shop SET name = 'x'"))

        for _ in range(5):
            with database.transaction() as session:
                session.execute(text("UPDATE shop SET name = 'y'"))


@pytest.mark.postgres
def test_second_migrate_says_that_it_waits_in_vain(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "WAIT_SECONDS", 1)
    database = Database(postgres_url)
    with psycopg.connect(postgres_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(19783, hashtext(current_schema()))")
        with pytest.raises(MigrationUnderWay, match="wait for it to end"):
            migrate(database)
    migrate(database)
    database.close()


@pytest.mark.postgres
def test_nothing_is_left_locked_after_a_migrate(postgres_url: str) -> None:
    database = Database(postgres_url)
    migrate(database)
    with database.reading() as session:
        held = session.scalar(
            text(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 19783"
                " AND objid::bigint = hashtext(current_schema())::bigint & 4294967295"
            )
        )
    database.close()
    assert not held


@pytest.mark.postgres
def test_everything_works_behind_a_pooler_that_hands_lines_out_by_transaction(
    postgres_url: str, tmp_path: Path
) -> None:
    with pooler(postgres_url, tmp_path) as url, opened(url) as (database, intake, new):
        failures: list[BaseException] = []
        threads = [
            threading.Thread(target=_busy, args=(database, intake, new, n, failures))
            for n in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert (failures, stored(database)) == ([], 6 * 20)
        migrate(database)


def test_pages_and_webhooks_say_503_while_the_database_is_away(world: World) -> None:
    api = f"{world.url}/api/v1/cases"
    browser = world.browser()
    engine, reader = world.context.database.engine, world.context.database._reader
    gone = Database("postgresql+psycopg://nobody@127.0.0.1:9/none")
    try:
        world.context.database.engine, world.context.database._reader = gone.engine, gone._reader
        answers = [browser.get("/cases")]
        answers += [requests.post(f"{world.url}/webhooks/{n}", data=b"{}", timeout=20) for n in "x"]
        answers += [
            requests.get(api, headers={"Authorization": "Bearer mg_x"}, timeout=20),
        ]
    finally:
        world.context.database.engine, world.context.database._reader = engine, reader
        gone.close()

    assert [(answer.status_code, answer.headers.get("Retry-After")) for answer in answers] == [
        (503, "5")
    ] * len(answers)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_ready_says_that_nothing_can_be_written(world: World) -> None:
    database = world.context.database
    database.close()
    with database.engine.connect() as line:
        line.exec_driver_sql("PRAGMA query_only=ON")
    found = requests.get(f"{world.url}/health/ready", timeout=20)

    assert found.status_code == 503
    assert f"cannot be written: {database.path}" in found.json()["database"]


def _raising(error: BaseException) -> Callable[[], None]:
    def hook() -> None:
        raise error

    return hook


def _lines_of_intake(monkeypatch: pytest.MonkeyPatch) -> list[psycopg.Connection[Any]]:
    """All connections that intakes open from now on."""
    lines: list[psycopg.Connection[Any]] = []
    connect = PostgresStore._connect

    def recorded(store: PostgresStore) -> psycopg.Connection[Any]:
        lines.append(connect(store))
        return lines[-1]

    monkeypatch.setattr(PostgresStore, "_connect", recorded)
    return lines


def _refused(*_: Any, **__: Any) -> Any:
    raise psycopg.OperationalError("connection refused")


def _busy(
    database: Database, intake: Intake, new: NewDelivery, n: int, failures: list[BaseException]
) -> None:
    try:
        for number in range(20):
            intake.accept(replace(new, key=f"{n}-{number}"))
            with database.transaction() as session:
                session.execute(select(Shop).where(Shop.id == 1)).all()
                session.execute(text("UPDATE shop SET name = :name"), {"name": f"{n}"})
            with database.reading() as session:
                session.scalars(select(Delivery).limit(2)).all()
    except BaseException as error:
        failures.append(error)


@contextmanager
def pooler(url: str, folder: Path) -> Iterator[str]:
    """PgBouncer in front of that database, handing its lines out by transaction."""
    tool = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")
    if tool is None:
        missing("PgBouncer is missing: apt-get install -y pgbouncer")
    parts, port = urlsplit(url), free_port()
    schema = parts.query.partition("search_path%3D")[2]
    for parent in (folder, *folder.parents[:3]):
        # Opened to PgBouncer's user; what others may do there already stays, in /tmp above all.
        parent.chmod(parent.stat().st_mode | 0o055)
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n{parts.path[1:]} = host={parts.hostname} port={parts.port or 5432}"
        f" user={parts.username} connect_query='SET search_path = {schema}'\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\n"
        "pool_mode = transaction\ndefault_pool_size = 3\nunix_socket_dir =\nuser = nobody\n"
        "ignore_startup_parameters = extra_float_digits\n"
    )
    settings.chmod(0o644)
    with subprocess.Popen([str(tool), "-q", str(settings)]) as process:
        try:
            until("PgBouncer", lambda: listens(port), 20)
            yield f"postgresql+psycopg://{parts.username}@127.0.0.1:{port}{parts.path}"
        finally:
            process.terminate()
            time.sleep(0.1)
