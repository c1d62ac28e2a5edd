"""Orders by the number people see, and messages as notes of an order."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator

import pytest
import responses

from integrations.contract import OutgoingMessage
from integrations.errors import Permanent
from tests.integrations.reading import handed_over
from tests.integrations.woocommerce.samples import PretendShop, adapter, order
from tests.integrations.woocommerce.test_calls import SARI


@pytest.fixture(name="shop")
def _shop() -> Iterator[PretendShop]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield PretendShop(wire)


@pytest.mark.parametrize("typed", ["1042", " #1042 ", "#1042"])
def test_order_is_found_by_the_number_people_see(shop: PretendShop, typed: str) -> None:
    shop.orders = {5817: order(5817, number="1042"), 1042: order(1042, number="WC-0031")}
    shop.list_orders = lambda query: [
        each for each in shop.orders.values() if each["number"] == query.get("search")
    ]

    assert adapter().order_by_number(typed).id == "5817"
    assert adapter().order("1042").number == "WC-0031"


def test_number_with_letters_is_found_whatever_their_case(shop: PretendShop) -> None:
    shop.orders = {1042: order(1042, number="WC-0031")}
    shop.list_orders = lambda query: list(shop.orders.values())

    assert adapter().order_by_number("wc-0031").id == "1042"


def test_number_is_searched_for_as_it_was_typed(shop: PretendShop) -> None:
    shop.orders = {1042: order(1042, number="WC-0031")}
    shop.list_orders = lambda query: [
        each for each in shop.orders.values() if each["number"] == query["search"]
    ]

    assert adapter().order_by_number(" #WC-0031").id == "1042"


def test_id_counts_only_where_it_is_the_number_too(shop: PretendShop) -> None:
    shop.orders[14] = order(14, number="9")
    shop.list_orders = lambda query: []

    assert adapter().order_by_number("13").id == "13"
    for number in ("14", "99", "none"):
        with pytest.raises(Permanent, match="no order of the number"):
            adapter().order_by_number(number)


def test_number_of_several_orders_is_no_ones(shop: PretendShop) -> None:
    shop.orders[14] = order(14, number="13")
    shop.list_orders = lambda query: list(shop.orders.values())

    with pytest.raises(Permanent, match="several"):
        adapter().order_by_number("13")


@pytest.mark.parametrize("keep_note", [str, html.escape], ids=["as sent", "with entities"])
def test_note_is_found_by_its_link(shop: PretendShop, keep_note: Callable[[str], str]) -> None:
    shop.keep_note = keep_note
    link = "https://m.example/b/x?a=1&copy=2"
    message = OutgoingMessage("k", "MG-7F3K2Q", SARI, "Hi", f"See {link}", "", "13")
    sent = adapter().message(message)

    assert adapter().find_message(handed_over("13", link)) == sent
    assert adapter().find_message(handed_over("13", "https://m.example/b/y")) is None
    assert adapter().find_message(handed_over("12", link)) is None


@pytest.mark.parametrize("billing", [[], {}, {"email": ""}, {"email": None}, {"email": "none"}])
def test_note_that_would_reach_nobody_is_for_the_next_channel(
    shop: PretendShop, billing: object
) -> None:
    shop.orders[13] = order(13, billing=billing)
    message = OutgoingMessage("k", "MG-7F3K2Q", SARI, "Hi", "Sorry.", order_id="13")

    with pytest.raises(Permanent, match="reach nobody"):
        adapter().message(message)

    assert shop.notes == []
