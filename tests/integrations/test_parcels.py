"""What platforms say of parcels, places and pictures, as the contract carries it; nothing is made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.contract import EventKind, Order, ReviewEvent
from integrations.contract.pictures import MOST
from integrations.money import Money
from integrations.sentence import Words
from integrations.shopee import orders as shopee_orders
from integrations.shopee import schemas as shopee_schemas
from integrations.woocommerce import orders as woo_orders
from integrations.woocommerce import schemas as woo_schemas
from service.domain.cases.evidence import Bearing, Facts, Sources, weigh
from service.operations.cases.orders import order_from_data, order_to_data
from tests.adapter_cases import NOW, ORDER
from tests.integrations.woocommerce.samples import order as woo_order

SHIPPED = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
STREET = "Jl. Melati No. 7"


def _shopee(**fields: Any) -> Order:
    row = {
        "order_sn": "220810QSK8S7BX",
        "currency": "IDR",
        "total_amount": 119000,
        "create_time": int((SHIPPED - timedelta(days=1)).timestamp()),
        "item_list": [],
        **fields,
    }
    data = shopee_schemas.OrderIn().load(row)
    return shopee_orders.order_of(data, Money(0, "IDR"), NOW)


def test_shopee_says_when_a_parcel_left_who_carries_it_and_where_to() -> None:
    order = _shopee(
        pickup_done_time=int(SHIPPED.timestamp()),
        shipping_carrier="SPX Standard",
        package_list=[
            {"package_number": "OFG1"},
            {"package_number": "OFG2", "shipping_carrier": "JNE"},
        ],
        recipient_address={"full_address": STREET, "city": "Bandung", "zipcode": "40115"},
    )

    assert order.shipped_at == SHIPPED
    assert order.tracking == ("SPX Standard OFG1", "JNE OFG2")
    assert order.buyer.address == f"{STREET}\nBandung 40115"
    assert (order.delivered_at, order.completed_at) == (None, None)


@pytest.mark.parametrize(
    "recipient", [None, {}, {"full_address": "****** No. 7"}, {"full_address": None}, 7]
)
def test_address_that_shopee_hides_is_no_address(recipient: Any) -> None:
    order = _shopee(recipient_address=recipient, pickup_done_time=0)

    assert order.buyer.address == ""
    assert (order.shipped_at, order.tracking) == (None, ())


@pytest.mark.parametrize(
    ("media", "photos", "films"),
    [
        (None, None, None),
        ({}, (), ()),
        (
            {"image_url_list": ["https://a/1.jpg"], "video_url_list": ["https://a/2.mp4"]},
            ("https://a/1.jpg",),
            ("https://a/2.mp4",),
        ),
        ({"image_url_list": None}, (), ()),
    ],
)
def test_shopee_says_which_media_stand_with_a_review(media: Any, photos: Any, films: Any) -> None:
    row = {"comment_id": "31", "rating_star": 1, "media": media}
    event = shopee_schemas.CommentIn().load({k: v for k, v in row.items() if v is not None})

    assert (event.photos, event.films) == (photos, films)


@pytest.mark.parametrize(
    ("image_info", "picture"),
    [
        ({"image_url": "https://cf.shopee.test/file/1"}, "https://cf.shopee.test/file/1"),
        ({"image_url": "file:///etc/passwd"}, ""),
        ({"image_url": 7}, ""),
        ({}, ""),
        (None, ""),
        ("odd", ""),
    ],
)
def test_shopee_shows_what_an_item_looks_like(image_info: Any, picture: str) -> None:
    item = {
        "item_id": 8,
        "model_quantity_purchased": 1,
        "model_discounted_price": 119000,
        "image_info": image_info,
    }

    (line,) = _shopee(item_list=[item]).lines

    assert line.picture == picture


def _woo(**fields: Any) -> Order:
    data = woo_schemas.OrderIn().load(woo_order(13, **fields))
    return woo_orders.order_of(data, woo_orders.ShopSettings(decimals=2, coupons=True))


def test_woocommerce_says_when_it_was_completed_and_its_extension_names_parcels() -> None:
    items = [
        {"tracking_provider": "dhl", "tracking_number": "JJD1", "date_shipped": "1763607600"},
        {"custom_tracking_provider": "Kurir", "tracking_number": "K-2"},
        "odd",
    ]
    order = _woo(
        date_completed_gmt="2026-11-22T10:00:00",
        meta_data=[{"key": "_wc_shipment_tracking_items", "value": items}],
        shipping={"address_1": STREET, "city": "Bandung", "postcode": "40115", "country": "ID"},
    )

    assert order.completed_at == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert order.shipped_at == datetime.fromtimestamp(1763607600, UTC)
    assert order.tracking == ("dhl JJD1", "Kurir K-2")
    assert order.buyer.address == f"{STREET}\n40115 Bandung\nID"


def test_woocommerce_without_the_extension_says_nothing_of_parcels() -> None:
    order = _woo(
        date_completed_gmt=None,
        meta_data=[{"key": "_wc_shipment_tracking_items", "value": "a:0:{}"}],
        shipping={},
        billing={"address_1": "", "email": "a@example.test"},
    )

    assert (order.shipped_at, order.completed_at, order.tracking) == (None, None, ())
    assert order.buyer.address == ""


@pytest.mark.parametrize(
    ("image", "picture"),
    [
        ({"id": 9, "src": "https://toko.test/kopi.jpg"}, "https://toko.test/kopi.jpg"),
        ({"id": "", "src": ""}, ""),
        ({"src": False}, ""),
        ([], ""),
        ("odd", ""),
    ],
)
def test_woocommerce_shows_what_a_product_looks_like(image: Any, picture: str) -> None:
    line = {"id": 1, "name": "Kopi", "product_id": 10, "total": "19.90", "image": image}

    assert [each.picture for each in _woo(line_items=[line]).lines] == [picture]


def test_addresses_of_pictures_are_bounded() -> None:
    given = [
        " https://a/0.jpg",
        "https://a/0.jpg",
        "javascript:alert(1)",
        "",
        "https://a/" + "x" * 2000,
    ]
    given += [f"https://a/{number}.jpg" for number in range(20)]

    event = ReviewEvent(EventKind.ADDED, "r1", photos=tuple(given), films=())

    assert event.photos == tuple(f"https://a/{number}.jpg" for number in range(MOST))
    assert event.films == ()


def test_what_is_known_of_the_parcel_is_kept_and_weighed() -> None:
    order = replace(
        ORDER,
        buyer=replace(ORDER.buyer, address=STREET),
        promised_by=SHIPPED - timedelta(days=2),
        shipped_at=SHIPPED,
        completed_at=SHIPPED + timedelta(days=3),
        tracking=("JNE JP1",),
        lines=tuple(replace(line, picture="https://a/1.jpg") for line in ORDER.lines),
    )
    kept = order_from_data(order_to_data(order, 1, NOW))
    assert kept == replace(order, lines=kept.lines)
    assert [line.picture for line in kept.lines] == [line.picture for line in order.lines]
    assert STREET not in repr(kept)
    facts = Facts("late", "10", None, kept, None, None, None, None, None)

    said = {each.kind: each for each in weigh(facts, Sources(Words("o"), Words("r")))}

    assert said["shipped"].bearing is Bearing.FOR
    assert said["completed"].bearing is Bearing.NEITHER
    assert "JNE JP1" in str(said["tracking"].says)
    assert said["delivery"].bearing is Bearing.UNKNOWN


def test_nothing_is_said_of_a_parcel_of_which_nothing_is_known() -> None:
    facts = Facts("late", "10", None, ORDER, None, None, None, None, None)

    kinds = {each.kind for each in weigh(facts, Sources(Words("o"), Words("r")))}

    assert not kinds & {"shipped", "completed", "tracking"}
