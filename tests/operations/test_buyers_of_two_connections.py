"""Two connections of one shop may give one id to two buyers: they stay strangers to each other."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import requests
from alembic import command
from sqlalchemy import text

from integrations.contract import Role
from integrations.standard import Standard
from service.db import migrations
from service.db.models import Case
from service.domain.errors import WrongInput
from service.domain.messages.kinds import Step
from service.domain.staff.authority import OPERATOR
from service.operations.cases.order_choice import choose_order
from service.operations.messages import texts
from service.operations.privacy import erasure
from tests.integrations.standard import own_shop
from tests.integrations.standard.own_shop import OwnShop
from tests.integrations.standard.test_every_field import DATA, EVENT, FULL_ORDER
from tests.operations.steps import message_of
from tests.world import World

BEFORE = "0017"
"""The last migration before buyers were told apart."""
ROLES = (Role.REVIEWS, Role.ORDERS, Role.MESSAGES)


@pytest.fixture(name="pair")
def _pair(world: World) -> Iterator[tuple[OwnShop, OwnShop]]:
    with (
        own_shop.opened(world, *ROLES) as first,
        own_shop.opened(world, *ROLES, shop_id=first.shop_id) as second,
    ):
        yield first, second


def _rated(world: World, shop: OwnShop, email: str, **buyer: str) -> Case:
    """A low review of the product by the buyer of this address; gives its case."""
    # What they have in common is the id: one telephone would make them one buyer.
    who = {**DATA["buyer"], "phone": "", "email": email, **buyer}
    review = {**DATA["review"], "id": f"r-{email}"}
    order = {**FULL_ORDER, "id": email, "number": email, "buyer": who}
    shop.answers[f"/orders/{email}"] = json.dumps(order).encode()
    shop.answers["/messages"] = b'{"id": "m-1"}'
    data = {**DATA, "review": review, "buyer": who, "order_ids": [email]}
    assert shop.post(email.partition("@")[0], json.dumps({**EVENT, "data": data}).encode()) == 202
    world.work()
    return world.cases()[-1]


def test_case_of_another_connection_is_not_shown_as_an_earlier_one(
    world: World, pair: tuple[OwnShop, OwnShop]
) -> None:
    first = _rated(world, pair[0], "sari@example.test")
    second = _rated(world, pair[1], "budi@example.test")

    assert first.order
    assert second.order
    assert first.reference not in world.browser().get(f"/cases/{second.reference}").text


def test_stranger_who_wants_no_messages_silences_nobody_else(
    world: World, pair: tuple[OwnShop, OwnShop]
) -> None:
    _rated(world, pair[0], "sari@example.test")
    link = world.context.links.buyer("stop", message_of(world, Step.RECEIPT).id)
    assert requests.post(link, timeout=10).status_code == 200

    _rated(world, pair[1], "budi@example.test")

    assert message_of(world, Step.RECEIPT).state == "sent"


def test_buyers_without_an_account_are_not_one_buyer(
    world: World, pair: tuple[OwnShop, OwnShop]
) -> None:
    first = _rated(world, pair[0], "sari@example.test", id="0")
    second = _rated(world, pair[0], "budi@example.test", id="0")

    assert first.buyer_key != second.buyer_key


def test_guest_is_not_taken_for_another_guest(world: World, pair: tuple[OwnShop, OwnShop]) -> None:
    """Both have the number of those without an account; the shop finds an order of the other."""
    shop, guest = pair[0], {**DATA["buyer"], "id": "0"}
    of_another = {**FULL_ORDER, "buyer": {**guest, "email": "budi@example.test"}}
    shop.answers["/orders"] = json.dumps({"orders": [of_another]}).encode()
    data = {**DATA, "buyer": {**guest, "email": "sari@example.test"}, "order_ids": []}
    shop.post("e-1", json.dumps({**EVENT, "data": data}).encode())
    world.work()

    assert "another buyer" in str(world.case().doubt)
    assert _told(shop) == []


def _told(shop: OwnShop) -> list[tuple[str, str, str]]:
    """Of each message: the order, the buyer's id and the address."""
    messages = [body for path, body in shop.posted if path == "/messages"]
    return [(body["order_id"], body["to"]["id"], body["to"]["email"]) for body in messages]


def test_no_channel_is_told_ids_of_another_platform(
    world: World, pair: tuple[OwnShop, OwnShop]
) -> None:
    """The channel of the first shop, which is tried first, has strangers under these ids."""
    pair[0].answers["/messages"] = b'{"id": "m-1"}'
    _rated(world, pair[1], "budi@example.test")

    assert [_told(shop) for shop in pair] == [[("", "", "budi@example.test")], []]


def test_nobody_is_written_to_by_the_order_of_a_stranger(
    world: World, pair: tuple[OwnShop, OwnShop], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by customer notes, which go to the buyer of the order."""
    by_order = classmethod(lambda cls, buyer, order_id: bool(order_id))
    monkeypatch.setattr(Standard, "reaches", by_order)
    for shop in pair:
        shop.answers["/messages"] = b'{"id": "m-1"}'
    _rated(world, pair[1], "budi@example.test")

    assert [_told(shop) for shop in pair] == [
        [],
        [("budi@example.test", "b-9", "budi@example.test")],
    ]


def test_no_link_to_the_review_is_asked_for_by_the_order_of_another_platform(
    world: World, pair: tuple[OwnShop, OwnShop]
) -> None:
    case_id = _rated(world, pair[0], "sari@example.test").id
    asked = []
    for shop in pair:
        with world.context.database.transaction() as session:
            case = session.get_one(Case, case_id)
            case.order_connection_id = shop.connection_id
            asked.append(texts.can_link(session, case))

    assert asked == [True, False]


def _names_left(world: World) -> list[str]:
    return [case.order["buyer"]["email"] for case in world.cases()]


@pytest.mark.parametrize("number", ["b-9", "0"])
def test_stranger_of_the_same_id_is_not_erased_too(
    world: World, pair: tuple[OwnShop, OwnShop], number: str
) -> None:
    _rated(world, pair[0], "sari@example.test", id=number)
    # Without an account two buyers of one connection have the same.
    _rated(world, pair[number != "0"], "budi@example.test", id=number)

    erased = erasure.erase_buyer(world.context, "sari@example.test", OPERATOR)

    assert (erased.cases, erased.reviews, erased.deliveries) == (1, 1, 1)
    assert _names_left(world) == ["", "budi@example.test"]


def test_buyer_whose_order_was_taken_for_anothers_is_not_erased_too(
    world: World, pair: tuple[OwnShop, OwnShop]
) -> None:
    first = _rated(world, pair[0], "sari@example.test", id="b-1")
    _rated(world, pair[0], "budi@example.test", id="b-2")
    choose_order(world.context, first.id, "budi@example.test", actor=world.owner)

    erasure.erase_buyer(world.context, "sari@example.test", OPERATOR)

    assert _names_left(world) == ["", "budi@example.test"]


def test_id_that_several_connections_know_is_erased_at_the_one_named(
    world: World, pair: tuple[OwnShop, OwnShop]
) -> None:
    for shop, email in zip(pair, ("sari@example.test", "budi@example.test"), strict=True):
        _rated(world, shop, email)
    numbers = f"{pair[0].connection_id}, {pair[1].connection_id}"

    with pytest.raises(WrongInput, match=f"Name one: {numbers}"):
        erasure.erase_buyer(world.context, "b-9", OPERATOR, shop_id=pair[0].shop_id)
    erasure.erase_buyer(world.context, "b-9", OPERATOR, connection_id=pair[0].connection_id)
    left = _names_left(world)
    # Now only one knows it.
    erasure.erase_buyer(world.context, "b-9", OPERATOR, shop_id=pair[0].shop_id)

    assert (left, _names_left(world)) == (["", "budi@example.test"], ["", ""])


def test_buyers_are_told_apart_after_the_migration_and_together_again_before_it(
    world: World, pair: tuple[OwnShop, OwnShop]
) -> None:
    for shop, email in zip(pair, ("sari@example.test", "budi@example.test"), strict=True):
        _rated(world, shop, email)
    keys = [case.buyer_key for case in world.cases()]

    database, config = world.context.database, migrations.config(world.context.database)

    command.downgrade(config, BEFORE)
    together = _keys(world)
    migrations.migrate(database)

    assert keys == _keys(world) == [f"id:{shop.connection_id}:b-9" for shop in pair]
    assert together == ["id:b-9", "id:b-9"]


def _keys(world: World) -> list[str]:
    with world.context.database.reading() as session:
        return list(session.scalars(text("SELECT buyer_key FROM cases ORDER BY id")))
