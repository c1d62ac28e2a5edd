"""What was paid for the orders of before narrows and sorts lists, too."""

from __future__ import annotations

from alembic import command

from service.db import migrations
from tests.world import World

BEFORE = "0056"


def test_orders_of_before_are_paid_as_they_were_seen(world: World) -> None:
    world.rate(1)
    world.work()
    case = world.case()
    paid = (case.order["paid"], case.order["currency"])
    assert (case.paid_minor, case.paid_currency) == paid

    command.downgrade(migrations.config(world.context.database), BEFORE)
    migrations.migrate(world.context.database)

    assert (world.case().paid_minor, world.case().paid_currency) == paid
    assert world.case().look_by is None
