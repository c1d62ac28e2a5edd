"""Health and metrics say what is the matter, and stay up when the rest is down."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from sqlalchemy import select, update

from service import settings
from service.app import create_app
from service.db.models import Connection, Delivery, Lane, OutboxRow
from service.db.outbox import claims, heartbeat
from service.db.outbox.heartbeat import Heart
from service.redis_wakeup import RedisNotifier
from service.wiring import Wiring, wire
from testbed.processes import free_port, until
from tests.jobs.processes import environment, running
from tests.world import KEY, METRICS_TOKEN, SECRET, World

METRICS = {"Authorization": f"Bearer {METRICS_TOKEN}"}


def _ready(world: World) -> tuple[int, dict[str, object]]:
    answer = requests.get(f"{world.url}/health/ready", timeout=10)
    found: dict[str, object] = answer.json()
    return answer.status_code, found


def _metric(url: str, name: str) -> float | None:
    text = requests.get(f"{url}/metrics", headers=METRICS, timeout=10).text
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return None if found is None else float(found[1])


def test_all_is_well_when_nothing_is_late(world: World) -> None:
    world.work()

    status, found = _ready(world)

    assert (status, found["status"]) == (200, "ok")
    assert (found["database"], found["workers"]) == ("ok", "ok")


def test_stopped_worker_is_noticed_when_work_is_late(world: World) -> None:
    world.rate(1)
    world.clock.move(seconds=299)
    before = _ready(world)[0]
    world.clock.move(seconds=1)

    status, found = _ready(world)

    assert (before, status, found["status"]) == (200, 503, "unready")
    assert found["workers"] == "late: is a worker running?"
    world.work()
    assert _ready(world)[0] == 200


def test_long_backlog_is_no_stopped_worker_while_somebody_works_on_it(world: World) -> None:
    world.rate(1)
    world.rate(1)
    world.clock.move(minutes=10)
    with world.context.database.transaction() as session:
        held = claims.claim(session, world.clock.now(), most=1, per_lane=1, inward=1)

    status, found = _ready(world)

    assert len(held) == 2
    assert (status, found["workers"], found["oldest_due_seconds"]) == (200, "ok", 600.0)


@pytest.mark.parametrize("held", ["calm", "paused"])
def test_lane_that_is_held_is_not_late(world: World, held: str) -> None:
    world.work()
    world.rate(1)
    calm = world.clock.now() + timedelta(hours=1)
    with world.context.database.transaction() as session:
        if held == "paused":
            session.execute(update(Connection).values(state="paused"))
        outward = select(Lane.id).where(Lane.outward).scalar_subquery()
        session.execute(update(OutboxRow).values(lane_id=outward))
        session.execute(update(Lane).values(quiet_until=calm if held == "calm" else None))
    world.clock.move(minutes=10)

    assert _ready(world)[0] == 200


def _beat(world: World, *roles: str) -> None:
    heart = Heart(world.context.database, world.clock)
    heart.roles = roles
    heart.beat()


@pytest.mark.parametrize("silent", ["worker", "clock"])
def test_stopped_process_is_noticed_though_its_work_is_done(
    world: World, redis_url: str, silent: str
) -> None:
    notifier = RedisNotifier(redis_url)
    app = create_app(replace(world.wired, notifier=notifier)).test_client()
    _beat(world, heartbeat.WORKER, heartbeat.CLOCK)
    before = app.get("/health/ready")
    world.clock.move(minutes=4)
    _beat(world, heartbeat.CLOCK if silent == "worker" else heartbeat.WORKER)
    world.work()

    after = app.get("/health/ready")

    assert (before.status_code, after.status_code) == (200, 503)
    assert after.json is not None
    assert after.json[silent] == f"silent: is a {silent} running?"
    _beat(world, heartbeat.WORKER, heartbeat.CLOCK)
    assert app.get("/health/ready").status_code == 200
    notifier.close()


def test_process_that_never_came_is_noticed(world: World, redis_url: str) -> None:
    notifier = RedisNotifier(redis_url)

    answer = create_app(replace(world.wired, notifier=notifier)).test_client().get("/health/ready")

    assert answer.status_code == 503
    assert {"worker", "clock"} <= set(answer.json or {})
    notifier.close()


@pytest.fixture
def away(tmp_path: Path) -> Iterator[Wiring]:
    """Database and Redis that nobody serves."""
    env = {
        "MAKEGOOD_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "MAKEGOOD_REDIS_URL": "redis://127.0.0.1:1/0",
        "MAKEGOOD_SECRET_KEY": SECRET,
        "MAKEGOOD_ENCRYPTION_KEYS": KEY,
        "MAKEGOOD_METRICS_TOKEN": METRICS_TOKEN,
    }
    made = wire(settings.load(env))
    yield made
    made.close()


def test_away_database_and_redis_are_named(away: Wiring) -> None:
    client = create_app(away).test_client()

    answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json == {"status": "unready", "database": "away", "redis": "away"}
    assert client.get("/health/live").status_code == 200


def test_away_redis_alone_is_named(world: World, away: Wiring) -> None:
    wired = replace(away, context=world.context)

    answer = create_app(wired).test_client().get("/health/ready")

    assert answer.status_code == 503
    assert answer.json is not None
    assert (answer.json["database"], answer.json["redis"]) == ("ok", "away")


def test_metrics_are_told_while_the_database_is_away(away: Wiring) -> None:
    answer = create_app(away).test_client().get("/metrics", headers=METRICS)

    assert answer.status_code == 200
    assert "makegood_database_up 0.0" in answer.text
    assert "makegood_deliveries_total" in answer.text


@pytest.mark.parametrize(
    "sent",
    [None, "", "Bearer ", "Bearer wrong", f"Basic {METRICS_TOKEN}", f"Bearer {METRICS_TOKEN}x"],
)
def test_metrics_are_closed_to_strangers(world: World, sent: str | None) -> None:
    headers = {} if sent is None else {"Authorization": sent}

    answer = requests.get(f"{world.url}/metrics", headers=headers, timeout=10)

    assert answer.status_code == 401
    assert "makegood_" not in answer.text


def test_metrics_are_closed_where_no_token_is_set(world: World) -> None:
    world.settings(metrics_token="")

    answer = requests.get(f"{world.url}/metrics", headers={"Authorization": "Bearer "}, timeout=10)

    assert (answer.status_code, "Set MAKEGOOD_METRICS_TOKEN" in answer.text) == (401, True)


def test_metrics_tell_what_waits_and_what_is_stuck(world: World) -> None:
    world.rate(1)
    with world.context.database.transaction() as session:
        session.execute(update(Connection).values(state="paused"))
        session.execute(update(Delivery).values(state="needs_attention"))
    world.clock.move(seconds=30)

    told = {
        name: _metric(world.url, f"makegood_{name}")
        for name in (
            "database_up",
            "due_rows",
            "oldest_due_seconds",
            "paused_connections",
            'needing_attention{what="delivery"}',
            'needing_attention{what="make_good"}',
        )
    }

    assert list(told.values()) == [1, 1, 30, 1, 1, 0]


def test_deliveries_are_counted_by_outcome(world: World) -> None:
    name = 'makegood_deliveries_total{outcome="%s"}'
    before = _metric(world.url, name % "accepted") or 0, _metric(world.url, name % "unknown") or 0

    world.rate(1)
    requests.post(f"{world.url}/webhooks/nobody", data=b"{}", timeout=10)

    after = _metric(world.url, name % "accepted"), _metric(world.url, name % "unknown")
    assert after == (before[0] + 1, before[1] + 1)


def test_metrics_hold_no_word_of_a_buyer(world: World) -> None:
    world.rate(1, "rahasia sekali")
    world.work()

    told = requests.get(f"{world.url}/metrics", headers=METRICS, timeout=10).text

    assert "rahasia" not in told
    assert "example.test" not in told


def _listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def test_several_web_processes_add_up_their_counters(world: World, tmp_path: Path) -> None:
    folder, port = tmp_path / "metrics", free_port()
    folder.mkdir()
    argv = [
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        "2",
        "--factory",
        "service.app:create_wsgi",
    ]
    env = environment(world, PROMETHEUS_MULTIPROC_DIR=str(folder))
    url = f"http://127.0.0.1:{port}"
    name = 'makegood_deliveries_total{outcome="unknown"}'
    with running(argv, env) as server:
        until("the server", lambda: _listens(port))
        sent = 0

        def both_have_counted() -> bool:
            # Many at once and a connection each: one process alone may take all that come slowly.
            nonlocal sent
            with ThreadPoolExecutor(8) as crowd:
                for _ in range(40):
                    crowd.submit(requests.post, f"{url}/webhooks/nobody", b"{}", timeout=10)
            sent += 40
            return len(list(folder.glob("counter_*.db"))) == 2

        until("a request at each process", both_have_counted)
        counted = {_metric(url, name) for _ in range(10)}
        server.terminate()
        server.wait(30)

    assert counted == {float(sent)}
