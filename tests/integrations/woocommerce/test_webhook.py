"""Deliveries of WooCommerce and its plugin: genuine or not, and what they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from integrations.base.rich_text import plain
from integrations.contract import EventKind, Inbound, ReviewEvent, SomethingChanged
from integrations.errors import BadSignature, Unreadable
from integrations.woocommerce import ADAPTER
from integrations.woocommerce.reviews import event_of
from integrations.woocommerce.schemas import OrderIn, ReviewIn
from tests.integrations.reading import review
from tests.integrations.woocommerce.samples import CREATED, NOW, SECRET, delivery, recorded

CAPTURES = Path(__file__).resolve().parents[4] / "shared" / "facts" / "captures" / "woocommerce"
RECORDED = sorted(CAPTURES.glob("webhooks*/*.json")) if CAPTURES.is_dir() else []


def test_creation_ping_is_answered_and_not_stored_when_unsigned() -> None:
    ping = Inbound({"content-type": "application/x-www-form-urlencoded"}, b"webhook_id=12", NOW)

    assert ADAPTER.verify(ping, [SECRET], NOW) is None


@pytest.mark.parametrize("body", [b"webhook_id=1&rating=1", b"{}", b"", b"webhook_id=x"])
def test_anything_else_unsigned_is_refused(body: bytes) -> None:
    with pytest.raises(BadSignature):
        ADAPTER.verify(Inbound({}, body, NOW), [SECRET], NOW)


def test_signature_is_good_under_the_older_secret_too_while_rotating() -> None:
    assert ADAPTER.verify(delivery(), ["new", SECRET], NOW)
    with pytest.raises(BadSignature):
        ADAPTER.verify(delivery(), ["new"], NOW)


def test_secret_with_special_characters_is_known_in_its_decoded_form() -> None:
    assert ADAPTER.verify(delivery(secret="a&b<c"), ["a&amp;b&lt;c"], NOW)


def test_same_body_is_another_delivery_when_its_id_differs() -> None:
    thin = {"action": "woocommerce_update_product", "arg": 10}
    topic = "action.woocommerce_update_product"
    key = ADAPTER.verify(delivery(thin, topic), [SECRET], NOW)
    other = ADAPTER.verify(
        delivery(thin, topic, **{"x-wc-webhook-delivery-id": "d2"}), [SECRET], NOW
    )

    assert key != other


def test_one_second_holds_two_deliveries_of_one_id_when_the_bodies_differ() -> None:
    key = ADAPTER.verify(delivery(), [SECRET], NOW)
    other = ADAPTER.verify(delivery({**CREATED, "rating": 2}), [SECRET], NOW)

    assert key != other


def test_review_is_read_with_its_buyer_and_orders() -> None:
    event = review(ADAPTER.read(delivery()))

    assert (event.kind, event.review_id, event.rating) == (EventKind.CHANGED, "31", 1)
    assert event.text == "Datang pecah.\n\nMahal & jelek"
    assert event.product_name == "Teapot & cup"
    assert (event.sequence, event.order_ids) == (1, ("13", "12"))
    assert (event.buyer.id, event.buyer.email) == ("2", "sari@example.test")
    assert event.written_at is not None
    assert event.written_at.isoformat() == "2026-11-24T08:10:00+00:00"


def test_rating_0_means_not_rated() -> None:
    event = review(ADAPTER.read(delivery({**CREATED, "rating": 0})))

    assert event.rating is None


@pytest.mark.parametrize("status", ["trash", "spam", "deleted"])
def test_review_is_withdrawn_by_its_status_and_not_by_an_unsigned_header(status: str) -> None:
    gone = review(
        ADAPTER.read(delivery({"id": 31, "status": status, "revision": 4}, "review.created"))
    )
    kept = review(ADAPTER.read(delivery(CREATED, "review.deleted")))

    assert (gone.kind, gone.sequence) == (EventKind.WITHDRAWN, 4)
    assert kept.kind is EventKind.CHANGED


@pytest.mark.parametrize(
    ("topic", "body", "subject"),
    [
        ("product.updated", {"id": 10, "average_rating": "1.00"}, "product:10"),
        (
            "action.woocommerce_update_product",
            {"action": "woocommerce_update_product", "arg": 10},
            "product:10",
        ),
    ],
)
def test_product_is_looked_at_again_when_nothing_more_is_said(
    topic: str, body: dict[str, Any], subject: str
) -> None:
    assert ADAPTER.read(delivery(body, topic)) == [SomethingChanged(subject)]


def test_other_topics_are_of_no_interest() -> None:
    assert ADAPTER.read(delivery({"id": 4}, "order.created")) == []


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"id": "x", "status": "approved"}',
        b'{"id": 1}',
        b'{"id": 1, "status": "approved", "rating": 9}',
    ],
)
def test_signed_nonsense_is_unreadable_and_says_so(body: bytes) -> None:
    with pytest.raises(Unreadable, match=r"\w+"):
        ADAPTER.read(delivery(body))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Pecah.", "<p>Pecah.</p>\n"),
        ("Satu\ndua\n\ntiga", "<p>Satu<br />\ndua</p>\n<p>tiga</p>\n"),
        ("A &amp; B", "<p>A &amp; B</p>\n"),
    ],
)
def test_text_is_the_same_as_typed_and_as_shown(typed: str, shown: str) -> None:
    assert plain(typed) == plain(shown)
    assert "<" not in plain(shown)


def test_recorded_deliveries_are_read_when_they_are_at_hand() -> None:
    for path in RECORDED:
        data = json.loads(path.read_text("utf-8"))
        headers = {name.lower(): value for name, value in data["headers"]}
        request = Inbound(headers, data["body_raw"].encode(), NOW)
        key = ADAPTER.verify(request, ["s3cr3t-lab"], NOW)

        assert (key is not None) == data["signature_valid"], path.name
        if key is None:
            continue
        [event] = ADAPTER.read(request)
        if isinstance(event, ReviewEvent):
            assert event.rating == data["body_json"]["rating"]
            assert event.order_ids == tuple(map(str, data["body_json"]["order_ids"]))
        else:
            assert event == SomethingChanged("product:10")


def test_recorded_deliveries_of_a_review_are_read_from_first_to_last() -> None:
    created = review(ADAPTER.read(delivery(recorded("delivery_created"))))
    updated = review(ADAPTER.read(delivery(recorded("delivery_updated"), "review.updated")))
    deleted = review(ADAPTER.read(delivery(recorded("delivery_deleted"), "review.deleted")))

    assert (created.rating, created.text) == (1, "Datang pecah.\n\nMahal & jelek 😀")
    assert (updated.rating, updated.text) == (4, created.text)
    assert deleted.kind is EventKind.WITHDRAWN
    assert [each.sequence for each in (created, updated, deleted)] == [1, 2, 3]
    assert {each.review_id for each in (created, updated, deleted)} == {created.review_id}


def test_recorded_review_is_the_same_from_the_list_and_alone() -> None:
    alone, listed = recorded("review"), recorded("reviews")

    events = [event_of(ReviewIn().load(row)) for row in (alone, *listed)]

    assert events[0].text == events[1].text == "Datang pecah.\n\nMahal & jelek"
    assert events[0].rating == events[1].rating == 1


@pytest.mark.parametrize(("name", "total"), [("order", "6"), ("order_as_shown", "2")])
def test_recorded_order_has_the_decimals_it_was_asked_for(name: str, total: str) -> None:
    assert len(recorded(name)["total"].partition(".")[2]) == int(total)
    assert OrderIn().load(recorded(name))["total"] == OrderIn().load(recorded("order"))["total"]
