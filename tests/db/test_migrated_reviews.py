"""Cases of before know when their review and its rating changed last."""

from __future__ import annotations

from alembic import command

from service.db import migrations
from tests.world import World

BEFORE = "0046"


def test_cases_of_before_know_when_their_review_was_last_another(world: World) -> None:
    orders = [world.rate(1) for _ in range(3)]
    world.work()
    world.clock.move(hours=1)
    world.rate(1, "Barang rusak sekali", orders[0])
    world.rate(2, order_id=orders[1])
    world.work()
    world.clock.move(hours=1)
    world.rate(2, "Masih rusak", orders[1])
    world.work()
    as_written = [(case.review_changed_at, case.rating_changed_at) for case in world.cases()]
    config = migrations.config(world.context.database)

    command.downgrade(config, BEFORE)
    migrations.migrate(world.context.database)

    kept = [(case.review_changed_at, case.rating_changed_at) for case in world.cases()]
    (words, no_rating), (later, rating), unchanged = kept
    assert kept == as_written
    assert None not in (words, rating, later)
    assert words == rating < later  # type: ignore[operator]
    assert (no_rating, *unchanged) == (None, None, None)
