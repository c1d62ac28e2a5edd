"""The clock and the sweep find what is due, also while Redis is away; cron needs nothing else."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from jobs import sweep
from jobs.threads import Kept, supervise
from service import redis_wakeup
from service.db.models import Connection, Kind, Lane, OutboxRow, Periodic, Rate
from service.db.outbox import backlog, claims
from testbed.processes import until
from tests.jobs.processes import flask
from tests.world import World

NO_REDIS = "redis://127.0.0.1:1/0"


def test_delivery_is_accepted_and_found_by_the_sweep_while_redis_is_away(
    database_url: str, tmp_path: Path
) -> None:
    world = World(database_url, tmp_path, redis_url=NO_REDIS)
    world.rate(1)

    rows = sweep.sweep(world.wired)

    assert rows >= 2
    assert world.case().state == "awaiting_approval"
    world.close()


def test_clock_does_the_work_itself_while_redis_is_away(database_url: str, tmp_path: Path) -> None:
    world = World(database_url, tmp_path, redis_url=NO_REDIS)
    world.rate(1)
    clock = threading.Thread(target=sweep.clock, args=(world.wired,), kwargs={"every": 0.02})

    clock.start()
    until("the case", lambda: [case.state for case in world.cases()] == ["awaiting_approval"])

    world.wired.stop.set()
    clock.join(10)
    assert not clock.is_alive()
    world.close()


def test_clock_does_what_no_worker_begins_though_redis_is_there(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    world = World(database_url, tmp_path, redis_url=redis_url)
    world.rate(1)
    clock = threading.Thread(target=sweep.clock, args=(world.wired,), kwargs={"every": 0.02})
    clock.start()
    until(
        "a wake-up", lambda: world.wired.redis and world.wired.redis.exists(redis_wakeup.WAKE_KEY)
    )
    early = world.cases()

    world.clock.move(seconds=6)
    until("the case", lambda: [case.state for case in world.cases()] == ["awaiting_approval"])

    assert early == []
    world.wired.stop.set()
    clock.join(10)
    assert not clock.is_alive()
    world.close()


@pytest.mark.parametrize("ahead", ["a full lane", "an empty bucket"])
def test_clock_leaves_what_may_not_go_yet(world: World, ahead: str) -> None:
    world.rate(1)
    now = world.clock.now()
    with world.context.database.transaction() as session:
        if ahead == "a full lane":
            session.execute(update(Lane).values(concurrency=0))
        else:
            rate = Rate(name="app", per_minute=1, allowance=0.0, allowance_at=now)
            session.add(rate)
            session.flush()
            session.execute(update(Lane).values(rate_id=rate.id))
        session.execute(
            update(OutboxRow).values(
                lane_id=select(Lane.id).where(Lane.outward).limit(1).scalar_subquery()
            )
        )
    world.clock.move(seconds=30)
    with world.context.database.reading() as session:
        now = world.clock.now()
        lying = backlog.is_left_lying(session, now, now - sweep.BEGIN_WITHIN)
        later = backlog.is_left_lying(
            session, now + timedelta(minutes=2), now + timedelta(minutes=1)
        )

    assert (lying, later) == (False, ahead == "an empty bucket")


@pytest.mark.parametrize(("begun_ago", "lies"), [(2, False), (6, True)])
def test_clock_leaves_a_lane_to_whoever_begins_what_waits_there(
    world: World, begun_ago: int, lies: bool
) -> None:
    world.rate(1)
    world.clock.move(seconds=30)
    with world.context.database.transaction() as session:
        lane_id = session.scalar(select(Lane.id).where(~Lane.outward))
        session.execute(update(OutboxRow).values(lane_id=lane_id))
        begun = world.clock.now() - timedelta(seconds=begun_ago)
        values = {"claim_token": "t", "due_at": begun + claims.LEASE}
        session.add(OutboxRow(kind=Kind.READ_DELIVERY, ref_id=0, lane_id=lane_id, **values))

    with world.context.database.reading() as session:
        now = world.clock.now()
        assert backlog.is_left_lying(session, now, now - sweep.BEGIN_WITHIN) is lies


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_thread_that_dies_is_started_anew(world: World) -> None:
    runs: list[int] = []

    def die() -> None:
        runs.append(1)
        raise SystemExit

    kept = Kept("dying", die)
    supervisor = threading.Thread(target=supervise, args=(world.wired, [kept]))
    supervisor.start()
    until("a second life", lambda: len(runs) > 1)
    world.wired.stop.set()
    supervisor.join(10)
    assert not supervisor.is_alive()


def test_clock_goes_on_after_a_pass_that_failed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def due_now(*_: object) -> bool:
        told.append("looked")
        if len(told) == 3:
            world.wired.stop.set()
        raise OSError("the database is away")

    monkeypatch.setattr(sweep, "is_due", due_now)
    sweep.clock(world.wired, every=0.0)

    assert len(told) == 3


def test_nothing_is_due_while_the_platform_asked_for_calm(world: World) -> None:
    world.rate(1)
    assert sweep.is_due(world.wired)
    calm = world.clock.now() + timedelta(minutes=5)
    with world.context.database.transaction() as session:
        session.execute(update(Lane).values(quiet_until=calm))

    before = sweep.is_due(world.wired)
    world.clock.move(minutes=5)

    assert (before, sweep.is_due(world.wired)) == (False, True)


def test_nothing_is_due_on_a_paused_lane(world: World) -> None:
    world.rate(1)
    with world.context.database.transaction() as session:
        session.execute(update(Connection).values(state="paused"))
        outward = select(Lane.id).where(Lane.connection_id == world.connection_id, Lane.outward)
        session.execute(update(OutboxRow).values(lane_id=outward.scalar_subquery()))

    assert not sweep.is_due(world.wired)


def test_sweep_command_does_one_pass_and_says_how_many_rows(world: World) -> None:
    # The command has the machine's own clock: no message may be due at whatever hour it runs.
    another_day = (datetime.now(UTC) + timedelta(days=3)).weekday()
    world.set_shop(follow_ups={"days": [another_day]})
    world.rate(1)

    first, second = flask(world, "sweep"), flask(world, "sweep")

    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert (first.stdout, second.stdout) == ("4 rows\n", "0 rows\n")
    assert world.case().state == "awaiting_approval"


def test_periodic_jobs_run_under_cron_when_each_minute_has_its_own_process(world: World) -> None:
    flask(world, "sweep")
    with world.context.database.transaction() as session:
        long_ago = world.clock.now() - timedelta(days=400)
        session.execute(update(OutboxRow).values(done_at=long_ago))
        session.execute(update(Periodic).values(due_at=world.clock.now()))

    flask(world, "sweep")

    with world.context.database.reading() as session:
        assert session.scalars(select(OutboxRow)).all() == []


def test_sweep_command_names_the_wrong_setting(world: World) -> None:
    done = flask(world, "sweep", MAKEGOOD_SECRET_KEY="short")

    assert done.returncode != 0
    assert "MAKEGOOD_SECRET_KEY" in done.stdout + done.stderr
