"""What a decision was within is a sentence, for decisions of before too."""

from __future__ import annotations

from alembic import command
from sqlalchemy import text

from integrations.money import Money
from service.db import migrations
from service.operations.remedies import decisions
from tests.operations.steps import refund
from tests.world import World

BEFORE = "0047"
OF_BEFORE = "{'each': 500000, 'shop_day': 2000000, 'buyer_day': 1000000}"


def test_automatic_limits_of_before_are_said_in_words(world: World) -> None:
    order_id = world.rate(1)
    world.work()
    decisions.approve(world.context, world.case().id, world.owner, changed=refund(order_id))
    command.downgrade(migrations.config(world.context.database), BEFORE)
    with world.context.database.transaction() as session:
        session.execute(text("UPDATE decision SET within_limit = :limit"), {"limit": OF_BEFORE})

    migrations.migrate(world.context.database)

    [decision] = world.case().decisions
    assert decision.limit is not None
    assert decision.limit.values == {  # type: ignore[union-attr]
        "each": Money(500_000, "IDR"),
        "shop_day": Money(2_000_000, "IDR"),
        "buyer_day": Money(1_000_000, "IDR"),
    }
    assert "IDR" in str(decision.limit)
