"""Reading from one's own shop: orders, candidates, pages of reviews."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import responses

from integrations.contract import Buyer, EventKind, OrderQuery, ReviewEvent
from integrations.errors import Permanent, Unsupported
from integrations.money import Money
from tests.integrations.reading import reviews
from tests.integrations.standard.samples import BASE, CREATED, NOW, ORDER, adapter

NOTHING = {"message": "none"}


@pytest.fixture(name="wire")
def _wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as wire:
        yield wire


def asked(wire: responses.RequestsMock) -> str:
    return str(wire.calls[0].request.url)


def test_order_is_read_when_it_exists(wire: responses.RequestsMock) -> None:
    wire.get(f"{BASE}/orders/1007", json=ORDER)

    order = adapter().order("1007")

    assert (order.number, order.left, order.lines[0].paid) == (
        "1007",
        Money(2590, "EUR"),
        Money(2190, "EUR"),
    )
    assert order.placed_at.isoformat() == "2026-11-20T03:00:00+00:00"
    assert order.edit_link == ORDER["edit_link"]


@pytest.mark.parametrize(
    ("link", "setting"),
    [(ORDER["edit_link"], "no"), ("javascript:alert(1)", "yes"), ("https://a b", "yes"), ("", "")],
)
def test_edit_link_is_left_out_when_not_allowed_or_no_link(
    wire: responses.RequestsMock, link: str, setting: str
) -> None:
    wire.get(f"{BASE}/orders/1007", json={**ORDER, "edit_link": link})

    assert adapter(edit_links=setting).order("1007").edit_link == ""


def test_order_without_decimals_is_exact_when_the_currency_has_none(
    wire: responses.RequestsMock,
) -> None:
    wire.get(f"{BASE}/orders/1007", body=json.dumps(ORDER).replace("EUR", "JPY"))

    assert adapter().order("1007").paid.text() == "2590"


@pytest.mark.parametrize(
    "wrong",
    [
        {"left": {"minor": 1, "currency": "USD"}},
        {"left": {"minor": 1.5, "currency": "EUR"}},
        {"paid": {"minor": -1, "currency": "EUR"}},
        {"placed_at": "yesterday"},
        {"lines": [{}]},
    ],
    ids=str,
)
def test_order_is_refused_when_it_is_not_as_documented(
    wire: responses.RequestsMock, wrong: dict[str, Any]
) -> None:
    wire.get(f"{BASE}/orders/1007", json={**ORDER, **wrong})

    with pytest.raises(Permanent):
        adapter().order("1007")


def test_order_is_permanently_missing_when_the_shop_has_none(wire: responses.RequestsMock) -> None:
    wire.get(f"{BASE}/orders/1007", json=NOTHING, status=404)

    with pytest.raises(Permanent, match="no order"):
        adapter().order("1007")


def test_named_orders_come_first_when_one_of_them_exists(wire: responses.RequestsMock) -> None:
    wire.get(f"{BASE}/orders/1", json=NOTHING, status=404)
    wire.get(f"{BASE}/orders/1007", json=ORDER)

    found = adapter().orders_for(OrderQuery("r", order_ids=("1", "1007")))

    assert [order.id for order in found] == ["1007"]


def test_candidates_hold_the_product_when_searched(wire: responses.RequestsMock) -> None:
    other = deepcopy(ORDER)
    other["id"], other["lines"][0]["product_id"] = "1008", "p-5"
    wire.get(f"{BASE}/orders", json={"orders": [other, ORDER]})
    buyer = Buyer("b-9", email="sari@example.test")

    found = adapter().orders_for(OrderQuery("r", product_id="p-4", buyer=buyer))

    assert [order.id for order in found] == ["1007"]
    assert asked(wire) == f"{BASE}/orders?review_id=r&product_id=p-4&buyer_id=b-9"


def test_address_is_named_when_nothing_else_names_the_buyer(wire: responses.RequestsMock) -> None:
    wire.get(f"{BASE}/orders", json={"orders": []})
    query = OrderQuery("r", buyer=Buyer(email="sari@example.test"))

    assert adapter().orders_for(query) == []
    assert asked(wire).endswith("buyer_email=sari%40example.test")


def test_page_goes_on_when_more_waits(wire: responses.RequestsMock) -> None:
    gone = {"review": {"id": "r-2", "rating": None, "deleted": True, "version": 4}}
    wire.get(
        f"{BASE}/reviews", json={"reviews": [CREATED["data"], gone], "cursor": "c2", "more": True}
    )

    page = adapter().poll("c1", NOW)

    assert [review.kind for review in reviews(page.events)] == [
        EventKind.CHANGED,
        EventKind.WITHDRAWN,
    ]
    assert (page.cursor, page.more) == ("c2", True)
    assert asked(wire).endswith("/reviews?cursor=c1&limit=100")


def test_polling_stops_when_the_cursor_does_not_move(wire: responses.RequestsMock) -> None:
    wire.get(f"{BASE}/reviews", json={"reviews": [], "cursor": "c1", "more": True})

    with pytest.raises(Permanent, match="cursor"):
        adapter().poll("c1", NOW)


def test_review_is_read_again_when_poked(wire: responses.RequestsMock) -> None:
    wire.get(f"{BASE}/reviews/r-81", json=CREATED["data"])
    wire.get(f"{BASE}/reviews/r-2", json=NOTHING, status=404)

    assert adapter().look("review:r-81")[0].rating == 2
    assert adapter().look("review:r-2") == [ReviewEvent(EventKind.WITHDRAWN, "r-2")]
    with pytest.raises(Unsupported):
        adapter().look("product:1")
