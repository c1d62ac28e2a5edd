"""What goes by itself is added up for every shop and buyer of a transaction, whoever works."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from integrations.contract import Buyer, EventKind, ReviewEvent, Role
from integrations.sandbox.ledger import leave_review
from integrations.sandbox.seed import KETTLE, sell
from jobs.drain import Drain
from service.db.models import Connection, MakeGood, Shop
from service.domain.staff.authority import OPERATOR
from service.operations.remedies.automatic import day_of_limit
from service.operations.reviews.apply import apply_event
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from service.wiring import wire
from tests.world import World

PAID = KETTLE[2]


def _limit(times: int) -> dict[str, dict[str, int]]:
    return {"IDR": {"each": PAID, "shop_day": PAID * times, "buyer_day": PAID * 10}}


def _shops(world: World, number: int) -> list[int]:
    """Further shops at the same platform, each with room for one make-good a day."""
    made = []
    for name in range(number):
        shop_id = connections.add_shop(
            world.context,
            world.owner,
            f"Toko {name}",
            zone="Asia/Jakarta",
            country="ID",
            language="id",
        )
        values = {"base_url": f"{world.url}/sandbox", "api_key": "test-key"}
        new = NewConnection("sandbox", "Sandbox", list(Role), values)
        made.append(connections.connect(world.context, shop_id, OPERATOR, new))
    with world.context.database.transaction() as session:
        for shop in session.scalars(select(Shop)):
            shop.automatic = _limit(1)
    world.work()
    return made


def _complain(world: World, connection_ids: list[int], each: int) -> None:
    """Low reviews of different buyers, spread over the connections in turn."""
    orders = sell(world.sandbox.ledger, each * len(connection_ids), world.clock.now())
    with world.context.database.transaction() as session:
        for at, order_id in enumerate(orders):
            connection = session.get_one(Connection, connection_ids[at % len(connection_ids)])
            event = ReviewEvent(
                EventKind.ADDED,
                review_id=f"x{order_id}",
                rating=1,
                text="Barang rusak",
                product_id=KETTLE[0],
                buyer=Buyer(id=f"b{order_id}"),
                order_ids=(str(order_id),),
            )
            apply_event(session, connection, event, now=world.clock.now())


def _by_shop(world: World) -> dict[int, int]:
    with world.context.database.reading() as session:
        rows = session.scalars(select(MakeGood).where(MakeGood.automatic)).all()
        return {row.shop_id: sum(o.shop_id == row.shop_id for o in rows) for row in rows}


def _drain_twice(world: World) -> None:
    second = wire(world.wired.settings, clock=world.clock)
    drains = [Drain(each.context, 4, threading.Event()) for each in (world.wired, second)]
    working = [threading.Thread(target=drain.run) for drain in drains]
    for each in working:
        each.start()
    for each in working:
        each.join()
    second.close()


@pytest.mark.parametrize("workers", [1, 2])
def test_cap_of_every_shop_holds_when_their_cases_share_a_batch(world: World, workers: int) -> None:
    """Which shop is first in a transaction must not matter."""
    shops = _shops(world, 3)
    _complain(world, shops, 4)

    if workers == 1:
        world.work()
    else:
        _drain_twice(world)

    assert sorted(_by_shop(world).values()) == [1, 1, 1]
    assert len(world.ledger()["made"]) == 3


def test_cap_holds_when_two_workers_come_to_it_at_once(world: World) -> None:
    world.set_shop(automatic=_limit(3))
    for order_id in sell(world.sandbox.ledger, 12, world.clock.now()):
        leave_review(world.sandbox.ledger, order_id, 1, "Barang rusak", world.clock.now())
    world.sandbox.sender.send_due()

    _drain_twice(world)

    assert list(_by_shop(world).values()) == [3]
    assert len(world.ledger()["made"]) == 3


def test_day_of_a_limit_begins_at_the_first_of_two_midnights(world: World) -> None:
    """Havana sets its clocks back at one in the morning: midnight comes twice."""
    shop = Shop(zone="America/Havana")
    second = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)

    assert day_of_limit(shop, second) == datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
