"""One row that is not as documented hides no other, and what only decorates refuses nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import responses

from integrations.contract import Buyer, EventKind, Inbound, OrderQuery, ReviewEvent
from integrations.errors import AdapterError, Permanent
from integrations.standard import ADAPTER
from tests.integrations.reading import review, reviews
from tests.integrations.standard.samples import BASE, CREATED, NOW, ORDER, adapter, delivery

DATA: dict[str, Any] = CREATED["data"]
QUERY = OrderQuery("r-81", product_id="p-4", buyer=Buyer("b-9"))
ODD: list[Any] = [
    "Indonesia",
    "",
    " ",
    7,
    0.5,
    True,
    None,
    [],
    {},
    ["x"],
    {"a": 1},
    "\0",
    "\ud800",
    "x" * 600,
]


@pytest.fixture(name="wire")
def _wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield wire


def _event(**parts: Any) -> ReviewEvent:
    body = json.dumps({**CREATED, "data": {**DATA, **parts}}).encode()
    return review(ADAPTER.read(Inbound({}, body, NOW)))


def _order(**other: Any) -> dict[str, Any]:
    return {**deepcopy(ORDER), **other}


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("name", ["id", "name", "email", "country", "language", "zone", "region"])
def test_odd_word_about_the_buyer_refuses_no_event(name: str, odd: object) -> None:
    event = _event(buyer={**DATA["buyer"], name: odd})

    assert (event.rating, event.product_id) == (2, "p-4")
    assert all(len(each) <= 500 for each in (event.buyer.name, event.buyer.id, event.buyer.email))
    assert event.buyer.country in ("", "ID")


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("part", ["product", "buyer", "order_ids"])
def test_odd_decoration_is_left_out(part: str, odd: object) -> None:
    event = _event(**{part: odd})

    assert (event.review_id, event.rating) == ("r-81", 2)


def test_ids_among_odd_ones_are_kept() -> None:
    assert _event(order_ids=["1007", None, {}, 1008, "", True]).order_ids == ("1007", "1008")


@pytest.mark.parametrize(
    "odd",
    [
        {"rating": 0},
        {"rating": 3.5},
        {"rating": "5"},
        {"id": ""},
        {"id": None},
        {"version": 2**63},
        {"written_at": "yesterday"},
        {"written_at": "9999-12-31T23:59:59Z"},
    ],
    ids=repr,
)
def test_odd_review_is_kept_and_its_neighbours_are_read(
    wire: responses.RequestsMock, odd: dict[str, Any]
) -> None:
    broken = {**DATA, "review": {**DATA["review"], "id": "r-0", **odd}}
    wire.get(f"{BASE}/reviews", json={"reviews": [broken, DATA, 7, None], "cursor": "1"})

    page = adapter().poll("", NOW)

    assert [each.review_id for each in reviews(page.events)] == ["r-81"]
    assert page.cursor == "1"
    assert len({each.key for each in page.unread}) == 3
    assert "data.review" in str(page.unread[0].problem)


def test_kept_row_is_read_like_an_event_once_it_can_be(wire: responses.RequestsMock) -> None:
    broken = {**DATA, "review": {**DATA["review"], "rating": 10}}
    wire.get(f"{BASE}/reviews", json={"reviews": [broken], "cursor": "1"})
    [unread] = adapter().poll("", NOW).unread
    mended = unread.body.replace(b'"rating": 10', b'"rating": 1')

    event = review(ADAPTER.read(Inbound(unread.headers, mended, NOW)))

    assert (event.kind, event.rating) == (EventKind.CHANGED, 1)


@pytest.mark.parametrize(
    ("line", "taken"),
    [
        ({"product_id": None}, ("", "Tip", 1)),
        ({"product_id": ""}, ("", "Tip", 1)),
        ({"variant_id": ""}, ("p-9", "Tip", 1)),
        ({"quantity": 0}, ("p-9", "Tip", 0)),
        ({"quantity": 0.5}, ("p-9", "Tip", Decimal("0.5"))),
        ({"quantity": "1.52"}, ("p-9", "Tip", Decimal("1.52"))),
        ({"name": None}, ("p-9", "", 1)),
        ({"name": "x" * 600}, ("p-9", "x" * 500, 1)),
        ({"paid": {"minor": -200, "currency": "EUR"}}, ("p-9", "Tip", 1)),
    ],
)
def test_line_that_is_no_product_is_taken(
    wire: responses.RequestsMock, line: dict[str, Any], taken: tuple[object, ...]
) -> None:
    tip = {
        "id": "2",
        "product_id": "p-9",
        "name": "Tip",
        "quantity": 1,
        "paid": {"minor": 200, "currency": "EUR"},
        **line,
    }
    wire.get(f"{BASE}/orders/1007", json=_order(lines=[*ORDER["lines"], tip]))

    read = adapter().order("1007").lines[1]

    assert (read.product_id, read.name, read.quantity) == taken


@pytest.mark.parametrize("link", ["http://[", "javascript:x", "x" * 3000, 7, None, "http://"])
def test_odd_link_is_no_link(wire: responses.RequestsMock, link: object) -> None:
    wire.get(f"{BASE}/orders/1007", json=_order(edit_link=link))

    assert adapter().order("1007").edit_link == ""


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-11:00", "soon"])
def test_extreme_date_of_an_order_is_for_a_person_at_once(
    wire: responses.RequestsMock, at: str
) -> None:
    wire.get(f"{BASE}/orders/1007", json=_order(placed_at=at))

    with pytest.raises(Permanent, match="placed_at"):
        adapter().order("1007")


@pytest.mark.parametrize("odd", [{"paid": 7}, {"lines": None}, {"placed_at": "soon"}, {"id": None}])
def test_odd_order_hides_no_other_and_is_named_where_it_is_the_only_one(
    wire: responses.RequestsMock, odd: dict[str, Any]
) -> None:
    broken = _order(**{"id": "1000", **odd})
    wire.get(f"{BASE}/orders", json={"orders": [broken, ORDER]})

    assert [order.id for order in adapter().orders_for(QUERY)] == ["1007"]
    wire.replace("GET", f"{BASE}/orders", json={"orders": [broken]})
    with pytest.raises(Permanent, match="not as documented"):
        adapter().orders_for(QUERY)


def test_odd_order_that_is_named_hides_no_other(wire: responses.RequestsMock) -> None:
    wire.get(f"{BASE}/orders/1000", json=_order(id="1000", paid=7))
    wire.get(f"{BASE}/orders/1007", json=ORDER)
    wire.get(f"{BASE}/orders", json={"orders": []})
    query = OrderQuery("r-81", order_ids=("1000", "1007"))

    assert [order.id for order in adapter().orders_for(query)] == ["1007"]
    with pytest.raises(AdapterError, match="not as documented"):
        adapter().orders_for(OrderQuery("r-81", order_ids=("1000",)))


def test_documented_order_with_an_empty_variant_is_read(wire: responses.RequestsMock) -> None:
    lines = [{**ORDER["lines"][0], "variant_id": ""}]
    wire.get(f"{BASE}/orders/1007", json=_order(lines=lines))

    assert adapter().order("1007").lines[0].variant_id == ""


def test_signed_event_with_odd_decorations_is_genuine_and_read() -> None:
    odd = {**CREATED, "data": {**DATA, "buyer": {"country": "Indonesia", "name": "x" * 600}}}

    event = review(ADAPTER.read(delivery(odd)))

    assert (event.buyer.country, len(event.buyer.name)) == ("", 500)


def test_other_order_than_was_asked_for_is_refused(wire: responses.RequestsMock) -> None:
    wire.get(f"{BASE}/orders/1042", json=_order())

    with pytest.raises(Permanent, match="asked for order 1042 and gave order 1007"):
        adapter().order("1042")


def test_order_is_taken_by_the_number_that_people_see(wire: responses.RequestsMock) -> None:
    wire.get(f"{BASE}/orders/%23INV-7", json=_order(number="inv-7"))

    assert adapter().order_by_number("#INV-7").id == "1007"


def test_no_more_is_left_than_was_paid(wire: responses.RequestsMock) -> None:
    wire.get(f"{BASE}/orders/1007", json=_order(left={"minor": 9999, "currency": "EUR"}))

    assert adapter().order("1007").left == adapter().order("1007").paid


def test_wrong_field_of_the_named_order_is_told_though_no_other_can_be_looked_for(
    wire: responses.RequestsMock,
) -> None:
    wire.get(f"{BASE}/orders/1007", json=_order(placed_at="yesterday"))
    wire.get(f"{BASE}/orders", json={"message": "no such address"}, status=404)

    with pytest.raises(Permanent, match="placed_at"):
        adapter().orders_for(replace(QUERY, order_ids=("1007",)))
