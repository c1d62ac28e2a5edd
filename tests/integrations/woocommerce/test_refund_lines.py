"""A refund is booked on its lines with their taxes, and as an amount alone where that could harm."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import responses

from integrations.remedies import REFUND
from tests.integrations.woocommerce.samples import PretendShop, adapter, asked, order

TAXES = [{"id": 1, "total": "2.120000"}, {"id": 4, "total": "1.060000"}]


@pytest.fixture(name="shop")
def _shop() -> Iterator[PretendShop]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        shop = PretendShop(wire)
        shop.downloadable = False
        shop.orders[13] = _order()
        yield shop


def _order(**other: Any) -> dict[str, Any]:
    made = order(13, **other)
    made["line_items"][0]["taxes"] = TAXES
    return made


def _booked(shop: PretendShop, minor: int = 995) -> list[dict[str, Any]]:
    adapter().act(asked(REFUND, minor))
    found: list[dict[str, Any]] = shop.refunds[-1]["line_items"]
    return found


@pytest.mark.parametrize("minor", [1, 3, 995, 1989, 1990])
def test_refund_is_shared_out_over_the_line_and_its_taxes(shop: PretendShop, minor: int) -> None:
    [line] = _booked(shop, minor)

    parts = [line["refund_total"], *(tax["refund_total"] for tax in line["refund_tax"])]
    assert sum(map(Decimal, parts)) * 100 == minor
    assert (line["id"], line["quantity"]) == (3, 0)
    assert [tax["id"] for tax in line["refund_tax"]] == [1, 4]


def test_taxes_have_their_part(shop: PretendShop) -> None:
    [line] = _booked(shop, 995)

    assert line["refund_total"] == "8.36"
    assert [tax["refund_total"] for tax in line["refund_tax"]] == ["1.06", "0.53"]


@pytest.mark.parametrize("downloadable", [True, None], ids=["a file", "not to be read"])
def test_buyer_keeps_the_downloads(shop: PretendShop, downloadable: bool | None) -> None:
    shop.downloadable = downloadable

    assert _booked(shop) == []


def test_amount_alone_is_booked_beside_an_earlier_refund(shop: PretendShop) -> None:
    shop.orders[13] = _order(refunds=[{"id": 1, "reason": "x", "total": "-1.00"}])

    assert _booked(shop) == []


def test_amount_alone_is_booked_where_the_lines_were_paid_less(shop: PretendShop) -> None:
    shop.orders[13] = _order(total="30.00")

    assert _booked(shop, 2500) == []


def test_refund_is_made_once_though_a_shop_takes_no_lines(shop: PretendShop) -> None:
    shop.takes_lines = False

    assert _booked(shop) == []
    assert shop.paid == ["9.95"]
