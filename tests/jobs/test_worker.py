"""Real workers: stopped they finish the row at hand, killed another takes over, wakes collapse."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import select

from integrations.money import Money
from integrations.remedies import REFUND, Remedy
from integrations.sandbox import trouble
from service import redis_wakeup
from service.db.models import OutboxRow
from service.operations.remedies import decisions
from testbed.processes import until
from tests.jobs.processes import Popen, environment, running
from tests.world import World

pytestmark = pytest.mark.redis


class Gate:
    """Holds the shop's answers to make-goods until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.entered, self.open = threading.Semaphore(0), threading.Event()
        monkeypatch.setattr(trouble, "before", self._before)

    def _before(self, *_: object) -> None:
        self.entered.release()
        assert self.open.wait(60)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    made = Gate(monkeypatch)
    yield made
    made.open.set()


@pytest.fixture
def world(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[World]:
    made = World(database_url, tmp_path, redis_url=redis_url)
    yield made
    made.close()


def _approved(world: World, number: int) -> None:
    """So many make-goods that only wait for a worker."""
    orders = [world.rate(1) for _ in range(number)]
    world.work()
    for case, order_id in zip(world.cases(), orders, strict=True):
        refund = Remedy(REFUND, Money(1_000_000, "IDR"), (f"l{order_id}",))
        decisions.approve(world.context, case.id, world.owner, changed=refund)


@contextmanager
def _worker(world: World, threads: int = 1) -> Iterator[Popen]:
    redis = world.wired.redis
    assert redis is not None
    redis.flushdb()
    redis_wakeup.ask_for_drain(redis)
    env = environment(world, MAKEGOOD_WORKER_THREADS=str(threads))
    with running(["-m", "jobs.worker"], env) as process:
        yield process


def _rows(world: World) -> list[OutboxRow]:
    with world.context.database.reading() as session:
        wanted = select(OutboxRow).where(OutboxRow.kind == "make_good").order_by(OutboxRow.id)
        return list(session.scalars(wanted))


def test_stopped_worker_finishes_the_row_at_hand_and_gives_back_the_rest(
    world: World, gate: Gate
) -> None:
    _approved(world, 4)
    with _worker(world) as process:
        assert gate.entered.acquire(timeout=30)

        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        for line in process.stderr:
            if "stopping after the rows in hand" in line:
                break
        gate.open.set()

        assert process.wait(30) == 0, process.communicate()
    rows = _rows(world)
    assert [row.done_at is not None for row in rows].count(True) == 1
    assert len(world.ledger()["made"]) == 1
    left = [row for row in rows if row.done_at is None]
    assert len(left) == 3
    assert all(row.claim_token is None for row in left)
    assert all(row.due_at <= datetime.now(UTC) for row in left)


def test_idle_worker_stops_at_once(world: World) -> None:
    redis = world.wired.redis
    assert redis is not None
    with _worker(world) as process:
        # A worker that has taken a job hears signals.
        until("the worker", lambda: redis.llen(f"rq:queue:{redis_wakeup.QUEUE}") == 0)

        process.send_signal(signal.SIGTERM)

        assert process.wait(30) == 0, process.communicate()


def test_another_takes_over_after_the_lease_when_a_worker_was_killed(
    world: World, gate: Gate
) -> None:
    _approved(world, 1)
    with _worker(world) as process:
        assert gate.entered.acquire(timeout=30)
        process.kill()
        process.wait(30)
    gate.open.set()
    world.clock.move(seconds=(datetime.now(UTC) - world.clock.now()).total_seconds())
    (row,) = _rows(world)
    lease_left = (row.due_at - world.clock.now()).total_seconds()

    world.clock.move(seconds=lease_left - 1)
    world.work()
    too_early = world.cases()[0].make_goods[0].state
    world.clock.move(seconds=1)
    world.work()

    assert 0 < lease_left <= 60
    assert (too_early, world.cases()[0].make_goods[0].state) == ("approved", "done")
    assert len(world.ledger()["made"]) == 1


def test_wake_ups_collapse_into_one_until_a_worker_begins(redis_url: str) -> None:
    redis = Redis.from_url(redis_url)
    jobs = Queue(redis_wakeup.QUEUE, connection=redis, serializer=JSONSerializer)

    asked = [redis_wakeup.ask_for_drain(redis) for _ in range(100)]
    waiting = len(jobs)
    redis.delete(redis_wakeup.WAKE_KEY)
    again = redis_wakeup.ask_for_drain(redis)

    assert (asked.count(True), waiting, again, len(jobs)) == (1, 1, True, 2)
    redis.close()


def test_commits_wake_the_workers_once_though_they_are_many(world: World) -> None:
    redis = world.wired.redis
    assert redis is not None
    redis.flushdb()
    jobs = Queue(redis_wakeup.QUEUE, connection=redis, serializer=JSONSerializer)

    for _ in range(20):
        world.context.database.wake()
    until("a job", lambda: len(jobs))

    assert len(jobs) == 1


def test_worker_says_what_is_missing_when_there_is_no_redis(world: World) -> None:
    with running(["-m", "jobs.worker"], environment(world, MAKEGOOD_REDIS_URL="")) as process:
        _, said = process.communicate(timeout=30)

    assert process.returncode == 2
    assert "MAKEGOOD_REDIS_URL" in said
