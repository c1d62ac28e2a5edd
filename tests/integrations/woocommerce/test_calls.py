"""Orders, make-goods and messages against a shop that knows no idempotency key."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
from oauthlib.oauth1.rfc5849 import signature

from integrations.contract import (
    Buyer,
    EventKind,
    GivenVoucher,
    OrderQuery,
    OutgoingMessage,
    VoucherUse,
)
from integrations.errors import AdapterError, Misconfigured, Permanent, Temporary
from integrations.remedies import KINDS, REFUND, RESEND, VOUCHER, RemedyKind
from tests.integrations.reading import left, reviews
from tests.integrations.woocommerce.samples import (
    API,
    ENDS,
    LISTED,
    NOW,
    PretendShop,
    adapter,
    asked,
    changed,
    order,
)

SARI = Buyer("2", "Sari", "sari@example.test")
QUERY = OrderQuery("31", product_id="10", buyer=SARI, not_after=NOW)


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
    adapter("http://127.0.0.1:9").orders_for(QUERY)

    request = next(each for each in shop.requests if "/orders?" in (each.url or ""))
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
    query = OrderQuery("31", order_ids=("13", "12", "99"))

    assert [order.id for order in adapter().orders_for(query)] == ["13", "12"]


def test_buyers_orders_with_the_product_are_candidates_without_our_own_resends(
    shop: PretendShop,
) -> None:
    adapter().act(asked(RESEND))
    shop.orders[14] = order(14, line_items=[])
    shop.orders[15] = order(15, status="cancelled")
    shop.orders[16] = order(16, date_created_gmt="2026-11-24T08:16:00")

    assert [order.id for order in adapter().orders_for(QUERY)] == ["13", "12"]


@pytest.mark.parametrize("kept", ["sari@example.test", " Sari@Example.test "])
def test_guest_is_found_by_the_address_of_the_order(shop: PretendShop, kept: str) -> None:
    shop.orders = {20: order(20, customer_id=0, billing={"email": kept})}
    shop.orders[21] = order(21, billing={"email": "else@example.test"})
    guest = OrderQuery("31", product_id="10", buyer=Buyer(email="SARI@example.test"))

    assert [order.id for order in adapter().orders_for(guest)] == ["20"]


def test_plugin_is_asked_for_the_orders_when_a_list_left_them_out(shop: PretendShop) -> None:
    shop.orders[40] = order(40, customer_id=0, billing={"email": "other@example.test"})
    shop.reviews = [{**LISTED, "makegood": {"order_ids": [40]}}]
    polled = OrderQuery("31", product_id="10", buyer=Buyer(email="x@y.test"))

    assert [order.id for order in adapter().orders_for(polled)] == ["40"]


def test_order_tells_what_is_left_and_what_each_line_cost(shop: PretendShop) -> None:
    shop.orders[13]["refunds"] = [{"id": 1, "total": "-5.00"}]

    found = adapter().order("13")

    assert (str(found.paid), str(found.left)) == ("19.90 EUR", "14.90 EUR")
    assert (str(found.lines[0].paid), found.lines[0].variant_id) == ("19.90 EUR", "7")


@pytest.mark.parametrize("action", list(KINDS.values()))
def test_action_is_found_after_the_answer_was_lost(shop: PretendShop, action: RemedyKind) -> None:
    shop.break_after = {"refunds", "orders", "coupons"}

    with pytest.raises(Temporary) as caught:
        adapter().act(asked(action))
    found = adapter().find(asked(action))

    assert caught.value.outcome == "unknown"
    assert found is not None
    assert found.already
    assert len(shop.refunds) + len(shop.coupons) + len(shop.orders) - 2 == 1


@pytest.mark.parametrize("action", list(KINDS.values()))
def test_nothing_is_found_under_a_reference_that_only_begins_alike(
    shop: PretendShop, action: RemedyKind
) -> None:
    shop.gateway_refunds = False
    adapter().act(asked(action, number=11))

    assert adapter().find(asked(action, number=1)) is None


@pytest.mark.parametrize("action", [REFUND, VOUCHER])
def test_found_with_another_amount_is_for_a_person(shop: PretendShop, action: RemedyKind) -> None:
    adapter().act(asked(action, 500))

    with pytest.raises(Permanent, match="compare") as caught:
        adapter().find(asked(action, 600))
    assert caught.value.outcome == "unknown"


def test_resend_is_an_order_for_nothing_to_the_same_address(shop: PretendShop) -> None:
    result = adapter().act(asked(RESEND))

    made = shop.orders[int(result.vendor_id)]
    [line] = made["line_items"]
    assert (made["total"], line["quantity"], line["variation_id"]) == ("0.00", 2, 7)
    assert made["shipping"]["city"] == "Bandung"
    assert left(result) is None


def test_resend_asked_for_twice_is_one_order(shop: PretendShop) -> None:
    first = adapter().act(asked(RESEND))
    again = adapter().act(asked(RESEND))

    assert (again.vendor_id, again.already) == (first.vendor_id, True)
    assert shop.posts() == ["orders"]


def test_resend_of_a_guest_is_found_behind_later_orders_when_some_were_removed_meanwhile(
    shop: PretendShop,
) -> None:
    shop.orders[13] = order(13, customer_id=0)
    request = asked(RESEND, customer_id=0)
    made = int(adapter().act(request).vendor_id)
    later = range(made + 1, made + 101)
    shop.orders |= {number: order(number, customer_id=0) for number in later}
    listed = shop.list_orders

    def removing(query: dict[str, str]) -> list[dict[str, Any]]:
        found = listed(query)
        for number in list(later)[-5:]:
            shop.orders.pop(number, None)
        return found

    shop.list_orders = removing

    found = adapter().find(request)

    assert found is not None
    assert found.vendor_id == str(made)


def test_resend_without_an_address_of_e_mail_sends_none(shop: PretendShop) -> None:
    shop.orders[13] = order(13, billing={"first_name": "Sari", "email": ""})

    adapter().act(asked(RESEND))

    assert json.loads(shop.requests[-1].body or "{}")["billing"] == {"first_name": "Sari"}


def test_voucher_is_for_this_buyer_once_and_asked_twice_is_one(shop: PretendShop) -> None:
    first = adapter().act(asked(VOUCHER))
    again = adapter().act(asked(VOUCHER))

    [made] = shop.coupons
    assert (made["code"], made["usage_limit"]) == ("mg-7f3k2q-1", 1)
    assert made["email_restrictions"] == ["sari@example.test"]
    assert made["date_expires"] > ENDS.isoformat()
    assert (first.code, again.code, again.already) == ("MG-7F3K2Q-1", "MG-7F3K2Q-1", True)


def test_use_of_a_coupon_is_how_often_it_was_used(shop: PretendShop) -> None:
    given = GivenVoucher(adapter().act(asked(VOUCHER)).code, "200", "MG-7F3K2Q-1")
    assert adapter().voucher_use(given) == VoucherUse(used=False)

    shop.coupons[0] |= {"usage_count": 1, "used_by": ["sari@example.test"]}

    assert adapter().voucher_use(given) == VoucherUse(used=True)
    # A person made it, and typed its code as they like.
    assert adapter().voucher_use(GivenVoucher(" Mg-7f3k2q-1", "", "k")) == VoucherUse(used=True)


def test_use_of_a_coupon_that_is_gone_or_not_counted_is_not_known(shop: PretendShop) -> None:
    adapter().act(asked(VOUCHER))
    del shop.coupons[0]["usage_count"]

    assert adapter().voucher_use(GivenVoucher("MG-7F3K2Q-1", "200", "k")) is None
    assert adapter().voucher_use(GivenVoucher("OTHER", "", "k")) is None


def test_voucher_without_its_end_is_a_task(shop: PretendShop) -> None:
    shop.ignores_expiry = True

    assert "2027-02-23" in str(left(adapter().act(asked(VOUCHER))))


@pytest.mark.parametrize(
    ("hour", "ends"), [(8, "2027-02-23T00:00:00"), (23, "2027-02-24T00:00:00")]
)
def test_voucher_is_good_until_the_promised_moment_in_the_easternmost_zone(
    shop: PretendShop, hour: int, ends: str
) -> None:
    wanted = changed(asked(VOUCHER), ends=ENDS.replace(hour=hour))

    assert left(adapter().act(wanted)) is None
    assert shop.coupons[0]["date_expires"] == ends


def test_voucher_is_made_when_the_key_may_not_read_settings(shop: PretendShop) -> None:
    shop.settings_readable = False

    assert adapter().act(asked(VOUCHER)).code == "MG-7F3K2Q-1"


def test_voucher_is_not_made_in_another_currency_or_without_an_address(shop: PretendShop) -> None:
    nowhere = adapter().act(asked(VOUCHER, billing={"first_name": "Sari"}))
    shop.currency = "USD"
    elsewhere = adapter().act(asked(VOUCHER))

    assert "e-mail" in str(left(nowhere))
    assert "USD" in str(left(elsewhere))
    assert shop.coupons == []


def test_message_is_a_customer_note(shop: PretendShop) -> None:
    message = OutgoingMessage("k", "MG-7F3K2Q", SARI, "Hello", "We are sorry.", order_id="13")

    assert adapter().message(message) == "1"
    assert (shop.notes[0]["note"], shop.notes[0]["customer_note"]) == ("We are sorry.", True)


def test_deleted_review_is_withdrawn_and_a_known_one_read_again(shop: PretendShop) -> None:
    shop.reviews = [{**LISTED, "makegood": {"revision": 3, "order_ids": [13], "customer_id": 2}}]

    [kept] = adapter().look("review:31")
    [gone] = adapter().look("review:32")
    [poked] = adapter().look("product:10")

    assert (kept.rating, kept.text, kept.sequence, kept.order_ids) == (4, "Better", 3, ("13",))
    assert gone.kind is EventKind.WITHDRAWN
    assert poked.review_id == "31"


@pytest.mark.parametrize("read", ["poll", "product", "review"])
def test_reviews_are_read_as_typed_and_before_they_are_approved(
    shop: PretendShop, read: str
) -> None:
    shop.reviews = [{**LISTED, "status": "hold"}]
    reader = adapter()
    events = reader.poll("", NOW).events if read == "poll" else reader.look(f"{read}:31")

    query = parse_qs(urlsplit(shop.requests[-1].url or "").query)
    assert [event.rating for event in reviews(events)] == [4]
    assert query["context"] == ["edit"]
    assert read == "review" or query["status"] == ["all"]


@pytest.mark.parametrize("status", ["trash", "spam", "post-trashed"])
def test_review_is_withdrawn_when_it_or_its_product_is_in_the_bin(
    shop: PretendShop, status: str
) -> None:
    shop.reviews = [{**LISTED, "status": status}]

    assert adapter().look("review:31")[0].kind is EventKind.WITHDRAWN


def test_poll_goes_back_far_enough_to_see_edits(shop: PretendShop) -> None:
    page = adapter().poll("", NOW)
    adapter().poll(page.cursor, NOW + timedelta(minutes=10))

    after = parse_qs(urlsplit(shop.requests[-1].url or "").query)["after"]
    assert after == [f"{NOW - timedelta(days=30):%Y-%m-%dT%H:%M:%S}"]
    assert not page.more


@pytest.mark.parametrize("total", [{}, {"x-wp-total": "100000"}], ids=["uncounted", "counted"])
def test_poll_ends_where_a_cache_gives_one_page_for_all(total: dict[str, str]) -> None:
    rows = [{**LISTED, "id": number} for number in range(1, 101)]
    with responses.RequestsMock() as wire:
        wire.get(f"{adapter().client.base}products/reviews", json=rows, headers=total)
        page = adapter().poll("", NOW)

        with pytest.raises(Permanent, match="same page"):
            adapter().poll(page.cursor, NOW)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, '{"code":"woocommerce_rest_authentication_error","message":"x"}', Misconfigured),
        (401, '{"code":"woocommerce_rest_cannot_view","message":"x"}', Misconfigured),
        (403, '{"code":"woocommerce_rest_cannot_view","message":"x"}', Permanent),
        (403, '{"code":"rest_forbidden","message":"x"}', Temporary),
        (403, "", Temporary),
        (401, "<html>", Temporary),
        (406, "<html>", Temporary),
        (301, "", Misconfigured),
        (302, "", Temporary),
        (404, "<html>", Temporary),
        (404, '{"code":"rest_no_route","message":"x"}', Temporary),
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
