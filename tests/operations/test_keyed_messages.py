"""A channel that knows the key of a message gets it again after an unknown outcome, and no person is
needed for what passes by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress

import pytest
import requests

from integrations.contract import Role
from service.domain.messages.kinds import Step
from service.operations.messages import by_seller
from tests.integrations.standard import own_shop
from tests.integrations.standard.own_shop import OwnShop
from tests.integrations.standard.test_every_field import EVENT, FULL_ORDER
from tests.operations.steps import message_of, work_for
from tests.world import World

RECEIPT = Step.RECEIPT


class Death(BaseException):
    """The process ends here."""


@pytest.fixture(name="shop")
def _shop(world: World) -> Iterator[OwnShop]:
    with own_shop.opened(world, Role.REVIEWS, Role.ORDERS, Role.MESSAGES) as shop:
        shop.answers["/orders/1007"] = json.dumps(FULL_ORDER).encode()
        shop.answers["/messages"] = b'{"id": "m-1"}'
        yield shop


def _rated(world: World, shop: OwnShop) -> None:
    assert shop.post("e-1", json.dumps(EVENT).encode()) == 202
    with suppress(Death):
        world.work()


def _keys(shop: OwnShop) -> list[str]:
    return [body["key"] for path, body in shop.posted if path == "/messages"]


@pytest.mark.parametrize("failure", ["503 Busy", "500 Broken", "408 Late"])
def test_message_is_handed_over_under_one_key_until_it_is_taken(
    world: World, shop: OwnShop, failure: str
) -> None:
    shop.failures = [failure] * 3
    _rated(world, shop)

    work_for(world, 2)

    assert message_of(world, RECEIPT).state == "sent"
    assert len(_keys(shop)) == 4
    assert len(set(_keys(shop))) == 1


@pytest.mark.parametrize("when", ["before_call", "after_call"])
def test_message_is_handed_over_again_when_a_process_died_over_it(
    world: World, shop: OwnShop, when: str
) -> None:
    def killed(method: str, url: str) -> None:
        if url.endswith("/messages"):
            world.context.http.before_call = world.context.http.after_call = lambda *_: None
            raise Death

    setattr(world.context.http, when, killed)
    _rated(world, shop)

    work_for(world, 2)

    assert message_of(world, RECEIPT).state == "sent"
    assert len(set(_keys(shop))) == 1


def test_refusal_after_an_unknown_outcome_is_for_a_person(world: World, shop: OwnShop) -> None:
    shop.failures = ["503 Busy", "422 No"]
    _rated(world, shop)

    work_for(world, 24)

    assert (message_of(world, RECEIPT).state, len(_keys(shop))) == ("unknown", 2)


def test_message_that_is_never_answered_is_for_a_person(world: World, shop: OwnShop) -> None:
    shop.failures = ["503 Busy"] * 30
    _rated(world, shop)

    work_for(world, 48)

    assert message_of(world, RECEIPT).state == "unknown"
    assert len(set(_keys(shop))) == 1


def test_nothing_is_handed_over_again_once_the_buyer_wants_no_more(
    world: World, shop: OwnShop
) -> None:
    shop.failures = ["503 Busy"]
    _rated(world, shop)
    link = world.context.links.buyer("stop", message_of(world, RECEIPT).id)
    assert requests.post(link, timeout=10).status_code == 200

    work_for(world, 24)

    assert (message_of(world, RECEIPT).state, len(_keys(shop))) == ("unknown", 1)


def test_seller_who_sends_it_again_sends_another(world: World, shop: OwnShop) -> None:
    shop.failures = ["503 Busy", "422 No"]
    _rated(world, shop)
    work_for(world, 24)

    by_seller.send_now(world.context, message_of(world, RECEIPT).id, world.owner)
    work_for(world, 1)

    assert message_of(world, RECEIPT).state == "sent"
    assert len(set(_keys(shop))) == 2
