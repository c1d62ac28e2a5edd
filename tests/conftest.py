"""What all tests share: real databases, a clock that stands still, a whole Makegood on loopback."""

from __future__ import annotations

import os
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.lent_schemas import LentSchemas
from tests.world import World

PG_URL = os.environ.get("TEST_DATABASE_URL", "postgresql://root@127.0.0.1:5432/test")
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
if (worker := os.environ.get("PYTEST_XDIST_WORKER", "")).startswith("gw"):
    # Each of several processes empties a Redis database of its own.
    base, _, number = REDIS_URL.rpartition("/")
    REDIS_URL = f"{base}/{int(number) - int(worker[2:])}"
PG_HELP = "PostgreSQL is missing: apt-get install -y postgresql, or set TEST_DATABASE_URL"
REDIS_HELP = "Redis is missing: apt-get install -y redis-server, or set TEST_REDIS_URL"


def missing(reason: str) -> None:
    """Skip, or fail where nothing may be skipped."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def schema() -> Iterator[str]:
    """A schema of one's own in a real PostgreSQL, dropped at the end."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    try:
        with psycopg.connect(PG_URL, autocommit=True, connect_timeout=3) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
    except psycopg.OperationalError:
        missing(PG_HELP)
    joint = "&" if "?" in PG_URL else "?"
    # No test outlives its server, so none waits for the disk.
    yield f"{PG_URL}{joint}options=-csearch_path%3D{name}%20-csynchronous_commit%3Doff"
    with psycopg.connect(PG_URL, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA {name} CASCADE")


@contextmanager
def emptied_redis() -> Iterator[str]:
    """A Redis database, emptied before and after."""
    redis = Redis.from_url(REDIS_URL, socket_connect_timeout=2)
    try:
        redis.flushdb()
    except (RedisError, OSError):
        missing(REDIS_HELP)
    yield REDIS_URL
    redis.flushdb()
    redis.close()


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """A schema of this test's own in a real PostgreSQL."""
    with schema() as url:
        yield url


@pytest.fixture
def redis_url() -> Iterator[str]:
    """A Redis database emptied for this test."""
    with emptied_redis() as url:
        yield url


BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each test with this runs on both databases, without any table in them."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'makegood.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(scope="session")
def lent_schemas() -> Iterator[LentSchemas]:
    """Of this process."""
    made = LentSchemas(schema)
    yield made
    made.close()


@pytest.fixture(params=BOTH)
def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, lent_schemas: LentSchemas
) -> Iterator[str]:
    """Each test with this runs on both databases; `migrate_for_test` finds what is missing there."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'makegood.db'}"
        return
    with lent_schemas.lend() as url:
        yield url


@pytest.fixture
def world(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[World]:
    """A Makegood with a sandbox shop (of a kind named by the test, if it likes), served on loopback,
    driven step by step."""
    made = World(database_url, tmp_path, adapter=getattr(request, "param", "sandbox"))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches another machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "localhost", "::1"):
            raise AssertionError(f"a test called out to {address[0]}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _no_threads_left() -> Iterator[None]:
    """A test that leaves threads running would disturb the next, as would a timer that goes off
    when its database is gone."""
    before = set(threading.enumerate())
    yield
    left = [
        thread
        for thread in threading.enumerate()
        if thread not in before and (not thread.daemon or isinstance(thread, threading.Timer))
    ]
    for thread in left:
        thread.join(1)
    left = [thread for thread in left if thread.is_alive()]
    assert not left, [thread.name for thread in left]
