"""A replacement holds what was chosen, or its task names what it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import responses

from integrations.contract import ActionRequest
from integrations.remedies import RESEND
from tests.integrations.reading import left
from tests.integrations.woocommerce.samples import PretendShop, adapter, asked, changed, order

ENGRAVED = [
    {"id": 1, "key": "size", "value": "52"},
    {"id": 2, "key": "Engraving", "value": "Ayu"},
    {"id": 3, "key": "Options", "value": {"wrap": ["gold"]}},
    {"id": 4, "key": "_reduced_stock", "value": "2"},
]


@pytest.fixture(name="shop")
def _shop() -> Iterator[PretendShop]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield PretendShop(wire)


def _lines(shop: PretendShop, *lines: dict[str, Any]) -> ActionRequest:
    first = order()["line_items"][0]
    kept = [{**first, "meta_data": [], **line} for line in lines]
    shop.orders[13] = order(13, line_items=kept)
    return asked(RESEND, line_items=kept)


def test_what_was_chosen_goes_along(shop: PretendShop) -> None:
    result = adapter().act(_lines(shop, {"meta_data": ENGRAVED}))

    [line] = shop.orders[int(result.vendor_id)]["line_items"]
    assert {each["key"]: each["value"] for each in line["meta_data"]} == {
        "size": "52",
        "Engraving": "Ayu",
        "Options": {"wrap": ["gold"]},
    }
    assert left(result) is None


def test_what_a_plugin_hides_is_named_and_not_copied(shop: PretendShop) -> None:
    hidden = [{"key": "_tmcartepo_data", "value": [1]}, *ENGRAVED]

    result = adapter().act(_lines(shop, {"meta_data": hidden}))

    assert "_tmcartepo_data" in str(left(result))
    assert "_reduced_stock" not in str(left(result))
    assert "_tmcartepo_data" not in str(shop.orders[int(result.vendor_id)])


@pytest.mark.parametrize(
    ("own", "of"),
    [
        ("_bundle_cart_key", "_bundled_by"),
        ("_composite_cart_key", "_composite_parent"),
        ("_mnm_cart_key", "_mnm_container"),
    ],
)
def test_lines_of_a_bundle_go_with_it(shop: PretendShop, own: str, of: str) -> None:
    request = _lines(
        shop,
        {"id": 3, "name": "Set", "meta_data": [{"key": own, "value": "abc"}]},
        {
            "id": 4,
            "name": "Cup",
            "product_id": 11,
            "variation_id": 0,
            "quantity": 4,
            "meta_data": [{"key": of, "value": "abc"}, {"key": own, "value": "def"}],
        },
        {
            "id": 5,
            "name": "Else",
            "product_id": 12,
            "variation_id": 0,
            "meta_data": [{"key": of, "value": "zzz"}],
        },
        {"id": 6, "name": "Alone", "product_id": 13, "variation_id": 0},
    )

    result = adapter().act(changed(request, line_ids=("3",)))

    made = shop.orders[int(result.vendor_id)]["line_items"]
    assert [(each["product_id"], each["quantity"]) for each in made] == [(10, 2), (11, 4)]
    assert of in str(left(result))


@pytest.mark.parametrize("quantity", [0.5, "1.52", 0, -1])
def test_part_of_one_is_a_task_and_never_cut(shop: PretendShop, quantity: object) -> None:
    request = _lines(shop, {"quantity": quantity})

    result = adapter().act(request)

    assert "whole quantities only" in str(left(result))
    assert result.vendor_id == ""
    assert shop.posts() == []
    assert str(adapter().order("13").lines[0].quantity) == str(quantity)


@pytest.mark.parametrize("quantity", [2.0, "2", "2.000"])
def test_whole_quantity_is_whole_however_it_is_written(shop: PretendShop, quantity: object) -> None:
    result = adapter().act(_lines(shop, {"quantity": quantity}))

    assert shop.orders[int(result.vendor_id)]["line_items"][0]["quantity"] == 2


def test_line_of_a_removed_product_is_a_task(shop: PretendShop) -> None:
    assert "no product" in str(left(adapter().act(_lines(shop, {"product_id": 0}))))


def test_what_the_shop_left_out_is_named(shop: PretendShop) -> None:
    made = shop._new_order
    shop._new_order = lambda body: {**made(body), "line_items": []}  # type: ignore[method-assign]

    result = adapter().act(_lines(shop, {"meta_data": ENGRAVED}))

    assert "lacking: Teapot" in str(left(result))
    assert "Engraving of Teapot" in str(left(result))
