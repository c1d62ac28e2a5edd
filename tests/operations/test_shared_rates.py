"""Connections of one app share its calls a minute, counted as the platform counts them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from integrations.contract import Role
from service.db.models import Kind, Lane, Rate
from service.operations.outbox.handler import Call, HeldRow, Steps, Work
from service.operations.outbox.registry import HANDLERS
from service.operations.shops import connections, permission
from service.operations.shops.connections import NewConnection
from tests.platforms.shopee import PARTNER_ID, PARTNER_KEY, PUSH_KEY, SHOP_ID, ShopeeStandIn
from tests.world import World


@pytest.fixture
def shop(world: World) -> Iterator[ShopeeStandIn]:
    made = ShopeeStandIn(world.clock.now)
    yield made
    made.close()


def _connect(world: World, shop: ShopeeStandIn, app: str = PARTNER_ID) -> int:
    values = {
        "base_url": shop.url,
        "partner_id": app,
        "partner_key": PARTNER_KEY,
        "shop_id": SHOP_ID,
        "webhook_secret": PUSH_KEY,
    }
    name = f"Toko {len(_lanes(world))}"
    new = NewConnection("shopee", name, [Role.REVIEWS], values)
    return connections.connect(world.context, world.shop_id, world.owner, new)


def _lanes(world: World) -> dict[int, Lane]:
    with world.context.database.reading() as session:
        return {
            lane.connection_id or 0: lane
            for lane in session.scalars(select(Lane).where(Lane.outward))
        }


def _rate(world: World, connection_id: int) -> Rate:
    with world.context.database.reading() as session:
        return session.get_one(Rate, _lanes(world)[connection_id].rate_id)


def _allow(world: World, connection_id: int) -> None:
    answer = {"code": "the-code", "shop_id": SHOP_ID}
    permission.allow(world.context, connection_id, world.owner, answer)


def test_connections_of_one_app_have_one_bucket(world: World, shop: ShopeeStandIn) -> None:
    first, second = _connect(world, shop), _connect(world, shop)
    other = _connect(world, shop, app="2009999")

    lanes = _lanes(world)
    assert lanes[first].rate_id == lanes[second].rate_id != lanes[other].rate_id
    assert PARTNER_ID not in _rate(world, first).name


def test_connection_that_changes_its_app_is_counted_there(
    world: World, shop: ShopeeStandIn
) -> None:
    first, other = _connect(world, shop), _connect(world, shop, app="2009999")

    connections.change_connection(
        world.context,
        other,
        world.owner,
        name="Toko",
        values={"partner_id": PARTNER_ID},
        threshold=3,
    )

    assert _lanes(world)[first].rate_id == _lanes(world)[other].rate_id


def test_row_pays_for_each_call_it_has_made(world: World, shop: ShopeeStandIn) -> None:
    connection = _connect(world, shop)
    for _ in range(150):
        shop.rate(shop.sell(), 5)
    _allow(world, connection)
    full, before = _rate(world, connection).per_minute, len(shop.calls)

    world.work()

    made = len(shop.calls) - before
    assert (made, _rate(world, connection).allowance) == (2, full - 2)


def test_row_pays_for_what_each_of_its_steps_has_cost(
    world: World, shop: ShopeeStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def carry_out(work: Work) -> Steps[None]:
        for cost in (0.25, 3):
            yield Call(world.context.http.cost, cost)
        work.write(HeldRow.finish)

    handler = replace(HANDLERS[Kind.POLL], carry_out=carry_out, events=None)
    monkeypatch.setitem(HANDLERS, Kind.POLL, handler)
    connection = _connect(world, shop)
    full = _rate(world, connection).per_minute

    world.work()

    assert _rate(world, connection).allowance == full - 3.25


def test_app_that_is_told_to_wait_waits_with_all_its_connections(
    world: World, shop: ShopeeStandIn
) -> None:
    first, second = _connect(world, shop), _connect(world, shop)
    other = _connect(world, shop, app="2009999")
    _allow(world, first)
    shop.calls_left = 0

    world.work()

    lanes = _lanes(world)
    waits = [lanes[connection].quiet_until is not None for connection in (first, second, other)]
    assert waits == [True, True, False]
