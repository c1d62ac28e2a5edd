"""What PHP writes for nothing, and rows that cannot be read: neighbours are read all the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import responses

from integrations.base.loose import PhpSchema
from integrations.contract import EventKind, Inbound
from integrations.errors import Permanent
from integrations.remedies import REFUND, RESEND, VOUCHER, RemedyKind
from integrations.woocommerce import ADAPTER
from integrations.woocommerce.schemas import (
    CouponIn,
    GatewayIn,
    NoteIn,
    OrderIn,
    RefundIn,
    ReviewIn,
)
from tests.integrations.reading import review, reviews
from tests.integrations.woocommerce.samples import (
    LISTED,
    NOW,
    PretendShop,
    adapter,
    asked,
    order,
    recorded,
)
from tests.integrations.woocommerce.test_calls import QUERY

ODD_REVIEWS = {
    "rating 10": {"rating": 10},
    "rating 3.5": {"rating": 3.5},
    "rating 4.5 as text": {"rating": "4.5"},
    "rating -1": {"rating": -1},
    "id with letters": {"id": "x1"},
    "id null": {"id": None},
    "product with letters": {"product_id": "p"},
}


@pytest.fixture(name="shop")
def _shop() -> Iterator[PretendShop]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield PretendShop(wire)


@pytest.mark.parametrize("nothing", [None, "", False, [], {}], ids=repr)
@pytest.mark.parametrize(
    ("schema", "sample", "needed"),
    [
        (ReviewIn, recorded("review"), {"id"}),
        (OrderIn, recorded("order"), {"id", "currency", "total"}),
        (RefundIn, recorded("refund"), {"id", "amount"}),
        (CouponIn, recorded("coupon"), {"id", "code", "amount"}),
        (NoteIn, recorded("note"), {"id"}),
        (GatewayIn, recorded("gateway"), set()),
    ],
)
def test_any_field_that_is_not_needed_may_be_nothing(
    schema: type[OrderIn], sample: dict[str, Any], needed: set[str], nothing: object
) -> None:
    for name, field in schema().fields.items():
        if name not in needed:
            schema().load({**sample, field.data_key or name: nothing})


def test_empty_object_is_read_wherever_an_object_may_come() -> None:
    assert PhpSchema().load(recorded("batch_of_nothing")) == {}
    assert ReviewIn().load({**LISTED, "makegood": []})["order_ids"] == ()
    bare = {**order(), "billing": [], "shipping": [], "meta_data": {}, "refunds": {}}
    assert OrderIn().load(bare)["billing"] == {}


def test_list_with_gaps_is_read_like_one_without() -> None:
    gaps = {"1": order()["line_items"][0], "4": None}

    loaded = OrderIn().load({**order(), "line_items": gaps})

    assert [line["name"] for line in loaded["line_items"]] == ["Teapot"]
    assert GatewayIn().load({"method_supports": {"0": "products", "2": "refunds"}}) == {
        "method_supports": ["products", "refunds"]
    }


@pytest.mark.parametrize("odd", ODD_REVIEWS.values(), ids=list(ODD_REVIEWS))
def test_odd_review_is_kept_and_its_neighbours_are_read(
    shop: PretendShop, odd: dict[str, Any]
) -> None:
    shop.reviews = [{**LISTED, "id": 30, **odd}, {**LISTED, "id": 32}, {**LISTED, "id": 33}]

    page = adapter().poll("", NOW)

    assert [each.review_id for each in reviews(page.events)] == ["32", "33"]
    [unread] = page.unread
    assert json.loads(unread.body) == shop.reviews[0]
    assert unread.problem
    assert unread.key == adapter().poll("", NOW).unread[0].key


@pytest.mark.parametrize("odd", [7, "x", [1], [], {"id": 99}, {"order_ids": None, "revision": ""}])
def test_odd_words_of_a_plugin_change_nothing(shop: PretendShop, odd: object) -> None:
    shop.reviews = [{**LISTED, "makegood": odd}]

    event = review(adapter().look("review:31"))

    assert (event.review_id, event.sequence, event.order_ids) == ("31", None, ())


def test_kept_row_is_read_like_a_delivery_once_it_can_be(shop: PretendShop) -> None:
    shop.reviews = [{**LISTED, "rating": 10}]
    [unread] = adapter().poll("", NOW).unread
    mended = json.dumps({**json.loads(unread.body), "rating": 2}).encode()

    event = review(ADAPTER.read(Inbound(unread.headers, mended, NOW)))

    assert (event.kind, event.review_id, event.rating) == (EventKind.CHANGED, "31", 2)


@pytest.mark.parametrize(
    "dates", ["0000-00-00T00:00:00", "-0001-11-30T00:00:00", None, False, "", [], "soon"]
)
def test_zero_date_is_an_unknown_one(shop: PretendShop, dates: object) -> None:
    shop.reviews = [{**LISTED, "date_created_gmt": dates}]
    shop.orders[13] = order(13, date_created_gmt=dates, date_paid_gmt="2026-11-19T10:00:00")

    event = review(adapter().poll("", NOW).events)

    assert event.written_at is None
    assert adapter().order("13").placed_at.day == 19


@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ("2026-11-19T10:00:00", 10),
        ("2026-11-19T10:00:00Z", 10),
        ("2026-11-19T10:00:00+07:00", 3),
        ("2026-11-19T10:00:00.123456-05:00", 15),
        ("2026-11-19", 0),
    ],
)
def test_date_is_in_utc_whatever_zone_it_names(shop: PretendShop, said: str, hour: int) -> None:
    shop.orders[13] = order(13, date_created_gmt=said)

    placed = adapter().order("13").placed_at
    assert (placed.day, placed.hour) == (19, hour)


def test_order_without_any_date_hides_no_other(shop: PretendShop) -> None:
    none = dict.fromkeys(("date_created_gmt", "date_paid_gmt", "date_modified_gmt"))
    shop.orders[12] = order(12, **none)

    assert [order.id for order in adapter().orders_for(QUERY)] == ["13"]
    with pytest.raises(Permanent, match="has no date"):
        adapter().order("12")


@pytest.mark.parametrize("odd", [{"total": "much"}, {"currency": "euro"}, {"line_items": [{}]}])
def test_unreadable_order_hides_no_other_and_is_named_where_it_is_the_only_one(
    shop: PretendShop, odd: dict[str, Any]
) -> None:
    shop.orders[12] = order(12, **odd)

    assert [order.id for order in adapter().orders_for(QUERY)] == ["13"]
    del shop.orders[13]
    with pytest.raises(Permanent, match="not as documented"):
        adapter().orders_for(QUERY)


def test_line_of_no_product_is_taken(shop: PretendShop) -> None:
    tip = {"id": 9, "name": "Tip", "product_id": None, "quantity": 1}
    odd = {"id": 10, "name": None, "product_id": "", "quantity": None}
    shop.orders[13]["line_items"] += [tip, odd, None]

    lines = adapter().order("13").lines

    assert [(line.name, line.product_id, line.quantity) for line in lines] == [
        ("Teapot", "10", 2),
        ("Tip", "", 1),
        ("", "", 1),
    ]


@pytest.mark.parametrize(
    ("given", "taken"), [("id", "ID"), ("Indonesia", ""), (["ID"], ""), (None, ""), ("1D", "")]
)
def test_odd_country_is_none(shop: PretendShop, given: object, taken: str) -> None:
    shop.orders[13]["billing"]["country"] = given

    assert adapter().order("13").buyer.country == taken


def test_number_of_an_order_may_be_a_number(shop: PretendShop) -> None:
    shop.orders[13]["number"] = 1042

    assert adapter().order("13").number == "1042"


@pytest.mark.parametrize("action", [REFUND, VOUCHER, RESEND])
def test_unreadable_row_with_our_reference_is_never_called_surely_not_done(
    shop: PretendShop, action: RemedyKind
) -> None:
    shop.gateway_refunds = False
    adapter().act(asked(action))
    rows = {
        REFUND: shop.refunds,
        VOUCHER: shop.coupons,
        RESEND: [shop.orders[max(shop.orders)]],
    }
    broken = "total" if action is RESEND else "amount"
    rows[action][-1][broken] = "much"

    with pytest.raises(Permanent, match=r"(?i)MG-7F3K2Q-1"):
        adapter().find(asked(action))


@pytest.mark.parametrize("action", [REFUND, RESEND])
def test_unreadable_row_of_somebody_else_is_passed_over(
    shop: PretendShop, action: RemedyKind
) -> None:
    shop.gateway_refunds = False
    made = adapter().act(asked(action))
    shop.refunds.insert(0, {**recorded("refund"), "order": 13, "amount": "much"})
    shop.orders[900] = order(900, total="much")

    found = adapter().find(asked(action))

    assert found is not None
    assert found.vendor_id == made.vendor_id
