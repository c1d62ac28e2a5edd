"""Amounts as the shop keeps them, whatever number of decimals it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import responses

from integrations.errors import Permanent, Rejected
from integrations.money import Money
from integrations.remedies import REFUND, VOUCHER, RemedyKind
from tests.integrations.reading import left
from tests.integrations.woocommerce.samples import (
    PretendShop,
    adapter,
    asked,
    changed,
    order,
    recorded,
)


@pytest.fixture(name="shop")
def _shop() -> Iterator[PretendShop]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield PretendShop(wire)


@pytest.mark.parametrize("decimals", [0, 1, 2, 4])
def test_order_is_read_as_it_is_kept(shop: PretendShop, decimals: int) -> None:
    shop.decimals = decimals
    shop.orders[13] = order(13, total="49.40", refunds=[{"total": "-19.90", "reason": ""}])

    found = adapter().order("13")

    assert (found.paid, found.left) == (Money(4940, "EUR"), Money(2950, "EUR"))


@pytest.mark.parametrize(
    ("currency", "total", "left"),
    [
        ("EUR", "49.9050", 4990),
        ("EUR", "49.9999", 4999),
        ("JPY", "999.6", 999),
        ("BHD", "1.0009", 1000),
    ],
)
def test_no_more_is_left_than_the_shop_keeps(
    shop: PretendShop, currency: str, total: str, left: int
) -> None:
    shop.orders[13] = order(13, total=total, currency=currency)

    assert adapter().order("13").left == Money(left, currency)


@pytest.mark.parametrize("status", ["pending", "failed", "cancelled", "trash", "checkout-draft"])
@pytest.mark.parametrize(("paid_at", "left"), [(None, 0), ("2026-11-20T03:00:00", 4940)])
def test_nothing_is_left_of_an_order_that_was_never_paid(
    shop: PretendShop, status: str, paid_at: str | None, left: int
) -> None:
    shop.orders[13] = order(13, total="49.40", status=status, date_paid_gmt=paid_at)

    assert adapter().order("13").left == Money(left, "EUR")


@pytest.mark.parametrize(
    ("decimals", "currency", "step", "line"),
    [
        (0, "HUF", 100, 2000),
        (0, "IDR", 100, 2000),
        (2, "EUR", 1, 1990),
        (1, "EUR", 10, 1990),
        (4, "EUR", 1, 1990),
        (0, "JPY", 1, 20),
        (2, "JPY", 1, 20),
        (2, "KWD", 10, 19900),
    ],
)
def test_step_is_the_smallest_amount_the_shop_books(
    shop: PretendShop, decimals: int, currency: str, step: int, line: int
) -> None:
    shop.decimals = decimals
    shop.orders[13] = order(13, currency=currency)

    found = adapter().order("13")

    assert found.step == step
    assert found.lines[0].paid == Money(line, currency)


def test_step_is_the_currencys_where_the_key_may_not_read_settings(shop: PretendShop) -> None:
    shop.settings_readable = False

    found = adapter().order("13")

    assert (found.step, found.unavailable) == (1, frozenset())


@pytest.mark.parametrize("action", [REFUND, VOUCHER])
def test_amount_the_shop_cannot_book_is_refused_before_anything_is_done(
    shop: PretendShop, action: RemedyKind
) -> None:
    request = asked(action, 1250)

    with pytest.raises(Permanent, match=r"books 1\.00 EUR at least"):
        adapter().act(replace(request, order=replace(request.order, step=100)))

    assert shop.posts() == []


@pytest.mark.parametrize(("shown", "fine"), [("20", True), ("19.96", True), ("21", False)])
def test_refund_shown_with_fewer_decimals_is_ours_to_that_precision(
    shop: PretendShop, shown: str, fine: bool
) -> None:
    shop.orders[13] = order(13, total="50.00")
    request = asked(REFUND, 1996)
    made = {**recorded("refund"), "order": 13, "amount": shown, "reason": "Makegood MG-7F3K2Q-1"}
    shop.refunds.append(made)
    shop.orders[13]["refunds"] = [{"reason": made["reason"], "total": f"-{shown}"}]
    shop.read_shown = True

    if fine:
        assert adapter().act(request).already
        return
    with pytest.raises(Permanent, match="compare it there"):
        adapter().act(request)


def test_coupon_of_three_decimals_is_the_one_that_comes_back_with_two(shop: PretendShop) -> None:
    shop.currency = "KWD"
    request = asked(VOUCHER, currency="KWD", total="12.555")
    request = changed(request, amount=Money(7533, "KWD"))
    request = replace(request, order=replace(request.order, step=1))

    first = adapter().act(request)

    assert shop.coupons[0]["amount"] == "7.53"
    assert left(first) is None
    assert adapter().act(request).already


def test_voucher_is_not_available_and_refused_where_coupons_are_off(shop: PretendShop) -> None:
    shop.takes_coupons = False

    assert adapter().order("13").unavailable == {VOUCHER}
    with pytest.raises(Rejected, match="switch on in WooCommerce what this needs"):
        adapter().act(asked(VOUCHER))
