"""Orders, make-goods and messages against a shop that knows no idempotency key."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
from oauthlib.oauth1.rfc5849 import signature

from integrations.contract import Action, Buyer, EventKind, OutgoingMessage, ReviewEvent
from integrations.errors import AdapterError, Misconfigured, Permanent, Temporary, Unsupported
from tests.integrations.woocommerce.samples import (
    API,
    ENDS,
    NOW,
    PretendShop,
    adapter,
    asked,
    order,
)

SARI = Buyer("2", "Sari", "sari@example.test")
REVIEW = ReviewEvent(EventKind.ADDED, "31", 1, product_id="10", buyer=SARI, written_at=NOW)


@pytest.fixture(name="wire")
def _wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield wire


@pytest.fixture(name="shop")
def _shop(wire: responses.RequestsMock) -> PretendShop:
    return PretendShop(wire)


def test_keys_go_as_basic_over_https(shop: PretendShop) -> None:
    adapter().order("13")

    assert shop.requests[0].headers["Authorization"].startswith("Basic ")
    assert "oauth" not in (shop.requests[0].url or "")


def test_requests_are_signed_by_oauth_over_plain_http(wire: responses.RequestsMock) -> None:
    shop = PretendShop(wire, "http://127.0.0.1:9")
    adapter("http://127.0.0.1:9").orders_for(REVIEW)

    request = shop.requests[0]
    query = parse_qs(urlsplit(request.url or "").query)
    sent = {key: value[0] for key, value in query.items() if key != "oauth_signature"}
    base = signature.signature_base_string(
        "GET",
        "http://127.0.0.1:9/wp-json/wc/v3/orders",
        signature.normalize_parameters(list(sent.items())),  # type: ignore[arg-type]
    )
    assert "Authorization" not in request.headers
    assert query["oauth_signature_method"] == ["HMAC-SHA256"]
    assert query["oauth_timestamp"] == [str(int(NOW.timestamp()))]
    assert query["oauth_signature"] == [
        base64.b64encode(hmac.digest(b"cs_1&", base.encode(), "sha256")).decode()
    ]


def test_every_order_that_the_shop_names_is_a_candidate(shop: PretendShop) -> None:
    event = ReviewEvent(EventKind.ADDED, "31", 1, order_ids=("13", "12", "99"))

    assert [one.id for one in adapter().orders_for(event)] == ["13", "12"]


def test_buyers_orders_with_the_product_are_candidates_without_our_own_resends(
    shop: PretendShop,
) -> None:
    adapter().act(asked(Action.RESEND))
    shop.orders[14] = order(14, line_items=[])
    shop.orders[15] = order(15, status="cancelled")
    shop.orders[16] = order(16, date_created_gmt="2026-11-24T08:16:00")

    assert [one.id for one in adapter().orders_for(REVIEW)] == ["13", "12"]


def test_guest_is_found_by_the_address_of_the_order(shop: PretendShop) -> None:
    shop.orders = {20: order(20, customer_id=0)}
    shop.orders[21] = order(21, billing={"email": "else@example.test"})
    guest = ReviewEvent(
        EventKind.ADDED, "31", 1, product_id="10", buyer=Buyer(email="SARI@example.test")
    )

    assert [one.id for one in adapter().orders_for(guest)] == ["20"]


def test_order_tells_what_is_left_and_what_each_line_cost(shop: PretendShop) -> None:
    shop.orders[13]["refunds"] = [{"id": 1, "total": "-5.00"}]

    found = adapter().order("13")

    assert (str(found.paid), str(found.left)) == ("19.90 EUR", "14.90 EUR")
    assert (str(found.lines[0].paid), found.lines[0].variant_id) == ("19.90 EUR", "7")
    assert found.edit_link == ""


@pytest.mark.parametrize(
    ("other", "there"),
    [({}, True), ({"status": "processing"}, False),
     ({"refunds": [{"total": "-19.90"}]}, False)],
)  # fmt: skip
def test_edit_link_is_given_where_the_page_would_open(
    shop: PretendShop, other: dict[str, object], there: bool
) -> None:
    shop.orders[13] = order(13, **other)

    link = adapter(review_order_page="review-order").order("13").edit_link

    assert link == ("https://shop.example/review-order/13/?key=wc_order_k3y" if there else "")


def test_refund_carries_its_reference_and_never_restocks(shop: PretendShop) -> None:
    result = adapter().act(asked(Action.REFUND))

    [made] = shop.refunds
    assert (made["amount"], made["reason"]) == ("9.95", "Makegood MG-7F3K2Q-1")
    assert (made["restocked"], made["refunded_payment"], result.task) == (False, True, "")


def test_refund_becomes_a_task_when_the_gateway_cannot_whatever_language_it_says_it_in(
    shop: PretendShop,
) -> None:
    shop.gateway_refunds = False

    result = adapter().act(asked(Action.REFUND))

    assert len(shop.refunds) == 1
    assert "pay the buyer back by hand" in result.task


def test_refund_is_tried_again_later_when_the_gateway_failed(shop: PretendShop) -> None:
    shop.gateway_fails = True

    with pytest.raises(Temporary) as caught:
        adapter().act(asked(Action.REFUND))

    assert caught.value.maybe_done
    assert shop.refunds == []


def test_refund_is_refused_when_less_is_left(shop: PretendShop) -> None:
    adapter().act(asked(Action.REFUND, 1000))

    with pytest.raises(Permanent, match=r"9\.90 EUR"):
        adapter().act(asked(Action.REFUND, 1000, number=2))


@pytest.mark.parametrize("action", list(Action))
def test_action_is_found_after_the_answer_was_lost(shop: PretendShop, action: Action) -> None:
    shop.break_after = {"refunds", "orders", "coupons"}

    with pytest.raises(Temporary) as caught:
        adapter().act(asked(action))
    found = adapter().find(asked(action))

    assert caught.value.maybe_done
    assert found is not None
    assert found.already
    assert len(shop.refunds) + len(shop.coupons) + len(shop.orders) - 2 == 1


@pytest.mark.parametrize("action", list(Action))
def test_nothing_is_found_under_a_reference_that_only_begins_alike(
    shop: PretendShop, action: Action
) -> None:
    adapter().act(asked(action, number=11))

    assert adapter().find(asked(action, number=1)) is None


@pytest.mark.parametrize("action", [Action.REFUND, Action.VOUCHER])
def test_found_with_another_amount_is_for_a_person(shop: PretendShop, action: Action) -> None:
    adapter().act(asked(action, 500))

    with pytest.raises(Permanent, match="compare"):
        adapter().find(asked(action, 600))


def test_resend_is_an_order_for_nothing_to_the_same_address(shop: PretendShop) -> None:
    result = adapter().act(asked(Action.RESEND))

    made = shop.orders[int(result.vendor_id)]
    [line] = made["line_items"]
    assert (made["total"], line["quantity"], line["variation_id"]) == ("0.00", 2, 7)
    assert made["shipping"]["city"] == "Bandung"
    assert result.task == ""


def test_voucher_is_for_this_buyer_once_and_asked_twice_is_one(shop: PretendShop) -> None:
    first = adapter().act(asked(Action.VOUCHER))
    again = adapter().act(asked(Action.VOUCHER))

    [made] = shop.coupons
    assert (made["code"], made["usage_limit"]) == ("mg-7f3k2q-1", 1)
    assert made["email_restrictions"] == ["sari@example.test"]
    assert made["date_expires"] > ENDS.isoformat()
    assert (first.code, again.code, again.already) == ("MG-7F3K2Q-1", "MG-7F3K2Q-1", True)


def test_voucher_without_its_end_is_a_task(shop: PretendShop) -> None:
    shop.ignores_expiry = True

    assert "2027-02-23" in adapter().act(asked(Action.VOUCHER)).task


def test_voucher_is_not_made_in_another_currency_or_without_an_address(shop: PretendShop) -> None:
    with pytest.raises(Unsupported, match="e-mail"):
        adapter().act(asked(Action.VOUCHER, billing={"first_name": "Sari"}))
    shop.currency = "USD"
    with pytest.raises(Unsupported, match="USD"):
        adapter().act(asked(Action.VOUCHER))

    assert shop.coupons == []


def test_message_is_a_customer_note(shop: PretendShop) -> None:
    message = OutgoingMessage("k", "MG-7F3K2Q", SARI, "Hello", "We are sorry.", order_id="13")

    assert adapter().message(message) == "1"
    assert (shop.notes[0]["note"], shop.notes[0]["customer_note"]) == ("We are sorry.", True)


def test_deleted_review_is_withdrawn_and_a_known_one_read_again(shop: PretendShop) -> None:
    shop.reviews = [{"id": 31, "product_id": 10, "status": "approved", "rating": 4,
                     "review": "<p>Better</p>\n", "date_created_gmt": "2026-11-24T08:10:00",
                     "makegood": {"revision": 3, "order_ids": [13], "customer_id": 2}}]  # fmt: skip

    [kept] = adapter().look("review:31")
    [gone] = adapter().look("review:32")
    [poked] = adapter().look("product:10")

    assert (kept.rating, kept.text, kept.sequence, kept.order_ids) == (4, "Better", 3, ("13",))
    assert gone.kind is EventKind.WITHDRAWN
    assert poked.review_id == "31"


def test_poll_goes_back_far_enough_to_see_edits(shop: PretendShop) -> None:
    page = adapter().poll("", NOW)
    adapter().poll(page.cursor, NOW + timedelta(minutes=10))

    after = parse_qs(urlsplit(shop.requests[-1].url or "").query)["after"]
    assert after == [f"{NOW - timedelta(days=30):%Y-%m-%dT%H:%M:%S}"]
    assert not page.more


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, '{"code":"woocommerce_rest_authentication_error","message":"x"}', Misconfigured),
        (403, "", Misconfigured),
        (301, "", Misconfigured),
        (404, "<html>", Misconfigured),
        (404, '{"code":"woocommerce_rest_shop_order_invalid_id","message":"x"}', Permanent),
        (500, '{"code":"woocommerce_rest_invalid_order_id","message":"x","data":404}', Permanent),
        (400, '{"code":"rest_invalid_param","message":"x","data":{"status":400}}', Permanent),
        (429, "", Temporary),
        (500, "<html>", Temporary),
        (503, '{"code":"x","message":"maintenance"}', Temporary),
        (200, "<html>", Temporary),
        (200, '{"id": 13}', Permanent),
    ],
)
def test_refusals_become_our_errors(
    wire: responses.RequestsMock, status: int, body: str, kind: type[AdapterError]
) -> None:
    wire.get(f"{API}/orders/13", status=status, body=body)

    with pytest.raises(kind):
        adapter().order("13")


@pytest.mark.parametrize("values", [{"consumer_key": "x"}, {"base_url": "shop.example"}])
def test_wrong_entries_are_named(values: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match=r"ck_|https://"):
        adapter(**{"base": values["base_url"]} if "base_url" in values else values).order("13")


def test_check_names_webhooks_that_are_off(wire: responses.RequestsMock) -> None:
    wire.get(f"{API}/orders", json=[])
    wire.post(f"{API}/coupons/batch", json={})
    wire.get(f"{API}/products/reviews", json=[])
    wire.get(f"{API}/settings/general/woocommerce_enable_coupons", json={"value": "yes"})
    wire.get(
        f"{API}/webhooks",
        json=[{"name": "Reviews", "topic": "review.created", "status": "disabled"}],
    )

    findings = {one.name: one for one in adapter().check()}

    assert not findings["Webhook Reviews"].ok
    assert "review.created" in findings["Review webhooks"].advice
    assert findings["Permission to write"].ok
