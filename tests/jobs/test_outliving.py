"""A worker outlives Redis and the database: killed, restarted, hung, emptied, read-only, gone for
good; at its start, while it waits, while it works. Nothing starts it again here."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from sqlalchemy.exc import DBAPIError

from integrations.money import Money
from integrations.remedies import REFUND, Remedy
from integrations.sandbox import trouble
from service.domain.messages.states import STUCK
from service.operations.remedies import decisions
from testbed.processes import Postgres, RedisServer, until
from tests.jobs.processes import Popen, environment, running
from tests.world import World

pytestmark = pytest.mark.redis
SECONDS = float(os.environ.get("OUTLIVING_SECONDS", "3"))
"""How long one trial disturbs; what is left must be done soon after."""


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    yield server
    server.process.end()


@pytest.fixture
def world(redis: RedisServer, tmp_path: Path) -> Iterator[World]:
    made = World(f"sqlite:///{tmp_path / 'makegood.db'}", tmp_path, redis_url=redis.url)
    made.work()
    yield made
    made.close()


@contextmanager
def _worker(world: World) -> Iterator[Popen]:
    env = environment(world, MAKEGOOD_WORKER_THREADS="4")
    with running(["-m", "jobs.worker"], env) as process:
        threading.Thread(target=process.stderr.read, daemon=True).start()  # type: ignore[union-attr]
        yield process


def _killed(redis: RedisServer) -> None:
    redis.process.end()
    time.sleep(0.3)
    redis.process.start()


def _restarted(redis: RedisServer) -> None:
    redis.process.again(signal.SIGTERM)


def _hung(redis: RedisServer) -> None:
    redis.process.send(signal.SIGSTOP)
    time.sleep(3)
    redis.process.send(signal.SIGCONT)


def _emptied(redis: RedisServer) -> None:
    redis.flush()


def _demoted(redis: RedisServer) -> None:
    """What a failover leaves of the old one: it may only be read, then it is the first again."""
    client = Redis(port=redis.port)
    client.replicaof("127.0.0.1", 1)
    time.sleep(1.5)
    client.replicaof("NO", "ONE")


def _refusing(redis: RedisServer) -> None:
    """Out of memory, or too many clients."""
    client = Redis(port=redis.port)
    client.config_set("maxmemory", 1)
    client.config_set("maxclients", 1)
    time.sleep(1.5)
    client.config_set("maxmemory", 0)
    client.config_set("maxclients", 1000)


def _cut(redis: RedisServer) -> None:
    Redis(port=redis.port).client_kill_filter(_type="normal", skipme=True)


FAULTS: dict[str, Callable[[RedisServer], None]] = {
    "killed": _killed,
    "restarted": _restarted,
    "hung": _hung,
    "emptied": _emptied,
    "demoted": _demoted,
    "refusing": _refusing,
    "cut": _cut,
}


def _all_read(world: World, number: int) -> bool:
    return [str(case.state) for case in world.cases()].count("awaiting_approval") == number


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_worker_outlives_redis_that_is(
    world: World, redis: RedisServer, fault: Callable[[RedisServer], None]
) -> None:
    rated = 0
    with _worker(world) as process:
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            world.rate(1)
            rated += 1
            fault(redis)
            world.rate(1)
            rated += 1
            time.sleep(0.05)
        assert process.poll() is None
        until("the cases", lambda: _all_read(world, rated), 20)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_worker_starts_and_works_while_redis_is_away_for_good(
    world: World, redis: RedisServer
) -> None:
    redis.process.end()
    with _worker(world) as process:
        world.rate(1)
        until("the case", lambda: _all_read(world, 1), 20)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_worker_stops_while_redis_is_hung(world: World, redis: RedisServer) -> None:
    with _worker(world) as process:
        world.rate(1)
        until("the case", lambda: _all_read(world, 1), 20)
        redis.process.send(signal.SIGSTOP)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        redis.process.send(signal.SIGCONT)


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    tmp_path.chmod(0o755)
    shared = Path(tempfile.gettempdir())
    for folder in (parent for parent in tmp_path.parents if shared in parent.parents):
        folder.chmod(0o755)
    server = Postgres(tmp_path)
    yield server
    server.process.end()


@pytest.fixture
def on_postgres(postgres: Postgres, redis: RedisServer, tmp_path: Path) -> Iterator[World]:
    made = World(postgres.url, tmp_path, redis_url=redis.url)
    made.work()
    yield made
    made.close()


def _database_killed(postgres: Postgres) -> None:
    postgres.process.end()
    time.sleep(2)
    postgres.start()


def _database_hung(postgres: Postgres) -> None:
    postgres.process.send_all(signal.SIGSTOP)
    time.sleep(3)
    postgres.process.send_all(signal.SIGCONT)


def _sessions_read_only(postgres: Postgres) -> None:
    """The old one after a failover: whoever stays connected may only read."""
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        connection.execute("SELECT pg_reload_conf()")
        time.sleep(2)
        connection.execute("SET default_transaction_read_only = off")
        connection.execute("ALTER SYSTEM RESET default_transaction_read_only")
        connection.execute("SELECT pg_reload_conf()")


def _sessions_ended(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        )


DATABASE_FAULTS: dict[str, Callable[[Postgres], None]] = {
    "killed": _database_killed,
    "restarted": Postgres.restart,
    "hung": _database_hung,
    "read only": _sessions_read_only,
    "cut off": _sessions_ended,
}


@pytest.mark.parametrize("fault", DATABASE_FAULTS.values(), ids=list(DATABASE_FAULTS))
def test_worker_outlives_a_database_that_is(
    on_postgres: World,
    postgres: Postgres,
    fault: Callable[[Postgres], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A make-good is under way meanwhile: what came of it is written down long before the lease is
    over, and is no question for a person."""
    world, entered, opened = on_postgres, threading.Semaphore(0), threading.Event()

    def before(*_: object) -> None:
        entered.release()
        assert opened.wait(60)

    order_id = world.rate(1)
    world.work()
    refund = Remedy(REFUND, Money(1_000_000, "IDR"), (f"l{order_id}",))
    decisions.approve(world.context, world.cases()[0].id, world.owner, changed=refund)
    monkeypatch.setattr(trouble, "before", before)
    world.rate(1)
    with _worker(world) as process:
        assert entered.acquire(timeout=30)
        fault(postgres)
        opened.set()
        until("the refund", lambda: _state(world) == ["done"], 25)
        until("the case", lambda: _all_read(world, 1), 20)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert len(world.ledger()["made"]) == 1
    plans = [plan for case in world.cases() for plan in case.messages]
    assert not STUCK & {plan.state for plan in plans}


def _state(world: World) -> list[str]:
    try:
        return [made.state for case in world.cases() for made in case.make_goods]
    except DBAPIError:
        return []
