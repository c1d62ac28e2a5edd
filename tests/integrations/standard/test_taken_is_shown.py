"""What was taken from a shop, however odd, is kept, shown, decided and told to the buyer, on both
databases: one case for each hostile value, with that value in every field that may hold it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from marshmallow import ValidationError

from integrations import json_input
from integrations.base.loading import read
from integrations.contract import Inbound, Order, Role
from integrations.errors import Unreadable
from integrations.standard import ADAPTER
from integrations.standard.schemas import OrderIn
from service.operations.staff import tokens
from tests import hostile
from tests.integrations.reading import reviews
from tests.integrations.standard import own_shop
from tests.integrations.standard.own_shop import OwnShop
from tests.integrations.standard.samples import NOW
from tests.integrations.standard.test_every_field import EVENT, FULL_ORDER
from tests.web.pages import text_of
from tests.world import World

GOES_BY: tuple[hostile.Path, ...] = (
    ("type",),
    ("data", "review", "rating"),
    ("data", "review", "deleted"),
    ("data", "review", "written_at"),
    ("data", "order_ids", 0),
)
"""What decides whether there is a case, and which order it is about."""


@pytest.fixture(name="shop")
def _shop(world: World) -> Iterator[OwnShop]:
    with own_shop.opened(world, Role.REVIEWS, Role.ORDERS, Role.MESSAGES) as shop:
        yield shop


def _event_is_read(body: bytes) -> bool:
    try:
        events = reviews(ADAPTER.read(Inbound({}, body, NOW)))
    except Unreadable:
        return False
    return bool(events)


def _order_is_read(body: bytes) -> bool:
    try:
        order: Order = read(OrderIn, json_input.read(body))
    except ValidationError:
        return False
    return (order.id, order.lines[0].paid.amount_minor, order.left.amount_minor) == (
        "1007",
        2190,
        2590,
    )


def _sold(shop: OwnShop) -> dict[str, str]:
    """An order, and a low review of it, for each hostile value; gives its name by order."""
    named = {}
    for at, (name, raw) in enumerate(hostile.HOSTILE.items()):
        number = str(5000 + at)
        sample = json.loads(json.dumps(EVENT).replace("r-81", f"r-{at}").replace("b-9", f"b-{at}"))
        sample["data"]["order_ids"] = [number]
        paths = [path for path in hostile.leaves_of(EVENT) if path not in GOES_BY]
        event = hostile.together(sample, paths, raw, _event_is_read)
        order = hostile.together(FULL_ORDER, hostile.leaves_of(FULL_ORDER), raw, _order_is_read)
        shop.answers[f"/orders/{number}"] = json.dumps({**order, "id": number}).encode()
        assert shop.post(f"e-{number}", json.dumps(event).encode()) == 202
        named[number] = name
    return named


def test_odd_cases_go_all_the_way(world: World, shop: OwnShop) -> None:
    shop.answers["/make-goods"] = b'{"id": "mg", "code": "C-1"}'
    shop.answers["/messages"] = b'{"id": "m"}'
    named = _sold(shop)
    world.work()
    token = tokens.add_token(world.context, world.owner, "test")
    api = Api(world.url, token)

    assert api.get("/deliveries")["deliveries"] == []
    cases = {case["order_id"]: case for case in api.cases()}
    assert {named[number] for number in named if number not in cases} == set()
    browser = world.browser()
    for number, case in cases.items():
        page = browser.get(f"/cases/{case['reference']}")
        assert page.status_code == 200, named[number]
        assert case["reference"] in text_of(page), named[number]
        assert api.approve(case["reference"]) == "", named[number]
    world.work()
    world.clock.move(days=1)
    world.work()

    made = {body["order_id"] for path, body in shop.posted if path == "/make-goods"}
    assert {named[number] for number in named if number not in made} == set()
    assert [path for path, _ in shop.posted].count("/messages") >= len(named)
    assert "unexpected" not in json.dumps(api.get("/waiting"))
    assert {case["state"] for case in api.cases()} == {"following_up"}
    for path in ("/", "/cases", "/deliveries", f"/connections/{shop.connection_id}"):
        assert browser.get(path).status_code == 200, path


class Api:
    """A program of the shop's owner."""

    def __init__(self, url: str, token: str) -> None:
        self._url = f"{url}/api/v1"
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str) -> dict[str, Any]:
        answer = self._session.get(self._url + path, timeout=30)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def cases(self) -> Iterator[dict[str, Any]]:
        page = self.get("/cases?most=50")
        while page["cases"]:
            yield from page["cases"]
            page = (
                self.get(f"/cases?most=50&before={page['next']}") if page["next"] else {"cases": []}
            )

    def approve(self, reference: str) -> str:
        """Approve what is proposed first; gives the refusal."""
        path = f"{self._url}/cases/{reference}/approve"
        answer = self._session.post(path, json={"number": 0}, timeout=30)
        return "" if answer.ok else answer.text


def test_event_under_an_id_that_was_used_before_is_not_lost(world: World, shop: OwnShop) -> None:
    first, later = json.loads(json.dumps(EVENT)), json.loads(json.dumps(EVENT))
    first["data"]["review"] |= {"rating": 5, "version": 1}
    later["data"]["review"] |= {"rating": 1, "version": 2}
    for event in (first, later, later):
        assert shop.post("one-id", json.dumps(event).encode()) == 202
        world.work()

    assert [case.review.rating for case in world.cases()] == [1]
