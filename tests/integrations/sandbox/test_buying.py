"""In the sandbox one can be the buyer from the order on."""

from __future__ import annotations

import re

import pytest
import requests

from integrations.sandbox.seed import seed
from tests.world import World


def _buy(world: World, buyer: str, product: str) -> requests.Response:
    form = {"buyer": buyer, "product": product}
    return requests.post(f"{world.url}/sandbox/buy", data=form, timeout=10)


def test_order_is_placed_rated_and_becomes_a_case_by_the_shops_own_rules(world: World) -> None:
    seed(world.sandbox.ledger, world.clock.now())
    page = requests.get(f"{world.url}/sandbox/buy", timeout=10).text
    assert re.findall(r'<option value="(\w+)"', page) == [
        "1",
        "2",
        "3",
        "4",
        "kettle",
        "scarf",
        "lamp",
    ]

    order = _buy(world, "2", "scarf")

    assert "SB-10 · IDR 145,000" in order.text
    assert "Not reviewed yet." in order.text
    review = {"do": "review", "rating": "1", "text": "Robek waktu dibuka"}
    requests.post(order.url, data=review, timeout=10)
    world.sandbox.sender.send_due()
    world.work()
    (case,) = [case for case in world.cases() if case.order_id == "10"]
    assert (case.order["buyer"]["name"], case.order["number"]) == ("Budi", "SB-10")
    assert case.proposals


@pytest.mark.parametrize(
    ("buyer", "product"),
    [("", "scarf"), ("99", "scarf"), ("²", "scarf"), ("9" * 40, "scarf"), ("1", "car")],
)
def test_what_is_not_in_the_lists_is_refused_and_what_was_chosen_stays(
    world: World, buyer: str, product: str
) -> None:
    seed(world.sandbox.ledger, world.clock.now())
    before = len(world.sandbox.ledger.rows("SELECT id FROM orders"))

    answer = _buy(world, buyer, product)

    assert answer.status_code == 422
    assert "Choose a buyer and a product" in answer.text
    assert ('value="scarf" selected' in answer.text) == (product == "scarf")
    assert len(world.sandbox.ledger.rows("SELECT id FROM orders")) == before
