"""A worker with many cases in hand and several calls under way dies: each make-good goes out once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults import promises
from tests.faults.flows import ASKING, SOON, approve
from tests.faults.line import Line
from tests.faults.matrix import FULL
from tests.faults.pair import LIMITS, errand_for
from tests.faults.people import People, case_of
from tests.faults.trial import wait_for_backends
from tests.faults.zygote import Zygote
from tests.world import World

CROWD = 3
EVERY = 1 if FULL else 60


@pytest.fixture
def zygote() -> Iterator[Zygote]:
    """What the workers are forked from."""
    made = Zygote()
    yield made
    made.close()


@pytest.fixture
def crowded(database_url: str, tmp_path: Path) -> Iterator[World]:
    """A shop without a key, where everything goes by itself."""
    world = World(database_url, tmp_path, adapter="sandbox-nokey")
    world.set_shop(automatic=LIMITS, follow_ups=SOON, asking=ASKING)
    world.work()
    yield world
    world.close()


def test_each_of_many_is_made_once_when_a_busy_worker_dies(
    crowded: World,
    database_url: str,
    zygote: Zygote,
    record_property: Callable[[str, object], None],
) -> None:
    line, point = Line(crowded._server), 1

    while _dies(crowded, database_url, zygote, line, point):
        point += EVERY

    assert point > 20
    record_property("points", (point - 1) // EVERY)


def _dies(world: World, url: str, zygote: Zygote, line: Line, point: int) -> bool:
    """Let a worker die with a crowd in hand, and another go on; False when it lived to its end."""
    orders = [world.rate(1) for _ in range(CROWD)]
    ending = zygote.run(errand_for(world, url, [["work"]], point))
    line.wait_until_idle()
    if not url.startswith("sqlite"):
        wait_for_backends(url)
    world.clock.move(seconds=61)
    world.work()
    promises.nothing_is_held(world)
    for minutes in (1, 6):
        world.clock.move(minutes=minutes)
        world.work()
    for order_id in orders:
        _once(world, order_id)
    # The crowd goes home before the next comes.
    world.clock.move(days=2)
    world.work()
    return ending.died


def _once(world: World, order_id: int) -> None:
    people = People(world)
    people.act(order_id, approve)
    case = case_of(world, order_id)
    promises.one_effect(world, case, case.make_goods[0].amount_minor)
    assert not people.asked["make-good"]
    told = Counter(
        row["key"]
        for row in world.sandbox.ledger.rows("SELECT key FROM message WHERE order_id = ?", order_id)
    )
    assert set(told.values()) <= {1}
    assert [entry.what for entry in case.history].count("made") == 1
