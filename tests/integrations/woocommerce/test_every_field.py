"""Whatever a field of the shop's answers holds: it is read, or refuses that row only, and is never
a fault of ours. Samples are what a real shop sent, fields those of the schemas."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import responses
from marshmallow import Schema, ValidationError
from requests import PreparedRequest

from integrations import json_input
from integrations.base.loose import PhpSchema
from integrations.contract import Buyer, Inbound, OrderQuery, OutgoingMessage
from integrations.errors import AdapterError, Permanent, Unreadable
from integrations.remedies import KINDS, RESEND, VOUCHER
from integrations.woocommerce import ADAPTER, WooCommerce, schemas
from tests import hostile
from tests.integrations.reading import handed_over, reviews
from tests.integrations.woocommerce.samples import NOW, PretendShop, adapter, asked, order, recorded

MOST_SECONDS = 10.0
"""More than any answer takes on a busy machine, less than a number written out to its end does."""
MARK = "http://makegood.example/b/answer/1.x"
REVIEW = {**recorded("review"), "id": 31}
ORDER = order(
    meta_data=[{"id": 1, "key": "k", "value": "v"}],
    refunds=[{"id": 1, "reason": "x", "total": "-1.00"}],
    shipping_lines=[{"id": 1, "method_id": "flat_rate", "method_title": "Flat", "total": "4.00"}],
    date_paid_gmt="2026-11-20T10:00:00",
    date_modified_gmt="2026-11-20T10:00:00",
)
ORDER["line_items"][0]["meta_data"] = [{"id": 1, "key": "Size", "value": "L"}]
REFUND = {**recorded("refund"), "reason": "Makegood MG-7F3K2Q-1", "amount": "9.95"}
COUPON = {
    **recorded("coupon"),
    "code": "mg-7f3k2q-1",
    "amount": "9.95",
    "email_restrictions": ["x@example.test"],
}
NOTE = {**recorded("note"), "note": f"Halo {MARK}", "customer_note": True}
QUERY = OrderQuery("31", product_id="10", buyer=Buyer("2", email=ORDER["billing"]["email"]))
MESSAGE = OutgoingMessage("k", "MG-1", Buyer("2", email="a@b.test"), "Halo", "Maaf", order_id="13")

Case = tuple[str, Any, type[PhpSchema], Callable[[WooCommerce], object]]
CASES: dict[str, Case] = {
    "review": (
        "GET products/reviews/31",
        REVIEW,
        schemas.ReviewIn,
        lambda shop: shop.look("review:31"),
    ),
    "reviews of a product": (
        "GET products/reviews",
        [REVIEW],
        schemas.ReviewIn,
        lambda shop: shop.look("product:10"),
    ),
    "review for its link": (
        "GET products/reviews/31",
        REVIEW,
        schemas.ReviewIn,
        lambda shop: shop.edit_link("13", "31"),
    ),
    "order": ("GET orders/13", ORDER, schemas.OrderIn, lambda shop: shop.order("13")),
    "order by number": (
        "GET orders",
        [ORDER],
        schemas.OrderIn,
        lambda shop: shop.order_by_number("13"),
    ),
    "order to refund": (
        "GET orders/13",
        ORDER,
        schemas.OrderIn,
        lambda shop: shop.act(asked(KINDS["refund"])),
    ),
    "refund": (
        "POST orders/13/refunds",
        REFUND,
        schemas.RefundIn,
        lambda shop: shop.act(asked(KINDS["refund"])),
    ),
    "refunds": (
        "GET orders/13/refunds",
        [REFUND],
        schemas.RefundIn,
        lambda shop: shop.find(asked(KINDS["refund"])),
    ),
    "product": (
        "GET products/10/variations/7",
        {"id": 7, "downloadable": False},
        schemas.StoredProductIn,
        lambda shop: shop.act(asked(KINDS["refund"])),
    ),
    "gateway": (
        "GET payment_gateways/stripe",
        recorded("gateway"),
        schemas.GatewayIn,
        lambda shop: shop.act(asked(KINDS["refund"])),
    ),
    "order to send again": (
        "GET orders/13",
        ORDER,
        schemas.OrderIn,
        lambda shop: shop.act(asked(RESEND)),
    ),
    "replacement": (
        "POST orders",
        ORDER,
        schemas.OrderIn,
        lambda shop: shop.act(asked(RESEND)),
    ),
    "replacements": (
        "GET orders",
        [ORDER],
        schemas.OrderIn,
        lambda shop: shop.find(asked(RESEND)),
    ),
    "coupon": (
        "POST coupons",
        COUPON,
        schemas.CouponIn,
        lambda shop: shop.act(asked(VOUCHER)),
    ),
    "coupons": (
        "GET coupons",
        [COUPON],
        schemas.CouponIn,
        lambda shop: shop.find(asked(VOUCHER)),
    ),
    "currency": (
        "GET data/currencies/current",
        recorded("currency"),
        schemas.CurrencyIn,
        lambda shop: shop.act(asked(VOUCHER)),
    ),
    "note": ("POST orders/13/notes", NOTE, schemas.NoteIn, lambda shop: shop.message(MESSAGE)),
    "notes": (
        "GET orders/13/notes",
        [NOTE],
        schemas.NoteIn,
        lambda shop: shop.find_message(handed_over("13", MARK)),
    ),
    "decimals": (
        "GET settings/general/woocommerce_price_num_decimals",
        recorded("decimals"),
        schemas.SettingIn,
        lambda shop: shop.order("13"),
    ),
    "coupons switched on": (
        "GET settings/general/woocommerce_enable_coupons",
        recorded("coupons_on"),
        schemas.SettingIn,
        lambda shop: shop.order("13"),
    ),
    "webhooks": (
        "GET webhooks",
        recorded("webhooks"),
        schemas.WebhookIn,
        lambda shop: shop.check(),
    ),
}


class OddShop(PretendShop):
    """Answers one call with raw JSON, and all others as a shop does."""

    def __init__(self, wire: responses.RequestsMock) -> None:
        super().__init__(wire)
        self.odd: dict[str, bytes] = {}

    def _answer(self, request: PreparedRequest) -> tuple[int, dict[str, str], Any]:
        path = urlsplit(request.url or "").path.split("/wc/v3/", 1)[1]
        odd = self.odd.get(f"{request.method} {path}")
        return super()._answer(request) if odd is None else (200, {}, odd)


def _odd(call: str, sample: Any, schema: type[PhpSchema]) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Answers to one call, each read in another way than all before it."""
    known = hostile.fields_of(schema)
    alike = {_loaded(schema, _json(sample))}
    for where, body in hostile.mutations(sample, hostile.paths_of(sample, known), hostile.SHORT):
        if (loaded := _loaded(schema, body)) not in alike:
            alike.add(loaded)
            yield where, {call: body}
    for name, raw in hostile.HOSTILE.items():
        yield f"all of it: {name}", {call: raw.encode()}


def _loaded(schema: type[PhpSchema], body: bytes) -> str:
    """What is read of an answer; of one that is refused, its names only."""
    rows = json_input.read(body)
    row = rows[0] if isinstance(rows, list) and rows else rows
    try:
        return repr(schema().load(row))
    except ValidationError as error:
        return repr(error.messages)


def _within_time(act: Callable[[], object], where: str) -> object:
    """Do it; a fault of ours, or one that takes too long, is named by where it was."""
    began = time.thread_time()
    try:
        given = act()
    except AdapterError as error:
        given = error
    except Exception as error:
        raise AssertionError(f"{where}: {error!r}") from error
    assert time.thread_time() - began < MOST_SECONDS, where
    return given


def test_samples_hold_every_field_that_is_read() -> None:
    samples: dict[type[Schema], set[hostile.Path]] = {
        schemas.ThinIn: {("action",), ("arg",)},
        schemas.RowIn: {("id",)},
        schemas.IndexIn: {("namespaces",)},
        # WordPress' own answers (test_replies).
        schemas.CommentIn: {("id",), ("author_user_agent",)},
        schemas.UserIn: {("id",), ("capabilities",)},
        schemas.ReviewIn: set(
            map(hostile.unnumbered, hostile.paths_of(recorded("delivery_created")))
        ),
    }
    for _, sample, schema, _ in CASES.values():
        found = map(hostile.unnumbered, hostile.paths_of(sample))
        samples.setdefault(schema, set()).update(found)
    missing = {
        schema.__name__: lacking
        for schema in hostile.outermost(schemas)
        if (lacking := hostile.fields_of(schema) - samples.get(schema, set()))
    }

    assert missing == {}


@pytest.mark.parametrize("name", CASES)
def test_answer_is_read_or_is_an_error_of_an_adapter(name: str) -> None:
    call, sample, schema, ask = CASES[name]
    for where, odd in _odd(call, sample, schema):
        with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
            OddShop(wire).odd = odd
            shop = adapter(review_order_page="review-order")
            _within_time(lambda: ask(shop), where)  # noqa: B023


def test_page_of_reviews_is_read_whatever_one_row_holds() -> None:
    sound = {**REVIEW, "id": 77}
    rows = hostile.mutations(REVIEW, hostile.paths_of(REVIEW, hostile.fields_of(schemas.ReviewIn)))
    for where, row in rows:
        with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
            OddShop(wire).odd = {"GET products/reviews": b"[%b, %b]" % (row, _json(sound))}
            page = adapter().poll("", NOW)
        assert len(page.events) + len(page.unread) == 2, where
        assert reviews(page.events)[-1].review_id == "77", where


def test_other_orders_are_found_whatever_one_row_holds() -> None:
    for where, odd in _odd("GET orders", ORDER, schemas.OrderIn):
        row = odd["GET orders"]
        if where.startswith("all of it") and row in (b"", b"twice"):
            continue
        with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
            OddShop(wire).odd = {"GET orders": b"[%b, %b]" % (row, _json(order(12)))}
            found = adapter().orders_for(QUERY)
        assert found[-1].id == "12", where


@pytest.mark.parametrize(
    ("topic", "sample"),
    [
        ("review.created", recorded("delivery_created")),
        ("review.deleted", recorded("delivery_deleted")),
        ("product.updated", {"id": 5}),
        ("action.woocommerce_update_product", {"action": "woocommerce_update_product", "arg": 5}),
    ],
)
def test_delivery_is_read_or_said_to_be_unreadable(topic: str, sample: dict[str, Any]) -> None:
    for where, body in hostile.mutations(sample, hostile.paths_of(sample)):
        request = Inbound({"x-wc-webhook-topic": topic}, body, NOW)
        given = _within_time(lambda: ADAPTER.read(request), where)  # noqa: B023
        assert isinstance(given, list | Unreadable), where


@pytest.mark.parametrize("total", ["\u00b2", "9" * 5000, "-1", "x", "", "1e9"])
def test_number_of_rows_that_is_none_ends_no_page(total: str) -> None:
    with responses.RequestsMock() as wire:
        url = f"{adapter().client.base}products/reviews"
        wire.get(url, json=[REVIEW], headers={"x-wp-total": total})

        assert [event.review_id for event in reviews(adapter().poll("", NOW).events)] == ["31"]


def test_refund_of_a_tiny_amount_is_no_refund_of_ours() -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        shop = OddShop(wire)
        shop.gateway_refunds = False
        shop.odd = {"GET orders/13/refunds": _json([{**REFUND, "amount": "1e-30"}])}

        with pytest.raises(Permanent, match="compare it there"):
            adapter().find(asked(KINDS["refund"]))


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
