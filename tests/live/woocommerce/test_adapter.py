"""The adapter against a real shop: what it reads, does once, finds again and says of refusals."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from integrations.contract import (
    ActionRequest,
    Buyer,
    EventKind,
    Order,
    OrderQuery,
    OutgoingMessage,
    ReviewEvent,
)
from integrations.errors import AdapterError, Misconfigured, Permanent
from integrations.money import Money
from integrations.remedies import REFUND, RESEND, VOUCHER, Remedy, RemedyKind
from integrations.woocommerce import ADAPTER, WooCommerce
from integrations.woocommerce.client import KEYS_IN_ADDRESS
from tests.integrations.reading import handed_over, left, reviews
from tests.live.woocommerce.store import Settings, Store

ENDS = datetime.now(UTC) + timedelta(days=90)


def asked(kind: RemedyKind, order: Order, share: int = 50) -> ActionRequest:
    """A make-good under a reference of its own, worth `share` percent in steps of the shop."""
    reference = f"MG-{uuid.uuid4().hex[:6].upper()}-1"
    amount = order.lines[0].paid.share(share)
    booked = Money(amount.amount_minor // order.step * order.step, amount.currency)
    lines = tuple(line.id for line in order.lines)
    return ActionRequest(Remedy(kind, booked, lines, ENDS), reference, reference, order)


def through(settings: Settings, base_url: str, **other: str) -> WooCommerce:
    return ADAPTER(settings.config(base_url, **other), settings.http(), lambda: datetime.now(UTC))


def polled(adapter: WooCommerce) -> Iterator[ReviewEvent]:
    cursor, more = "", True
    while more:
        page = adapter.poll(cursor, datetime.now(UTC))
        assert not page.unread
        yield from reviews(page.events)
        cursor, more = page.cursor, page.more


def test_healthy_shop_passes_the_connection_test(adapter: WooCommerce) -> None:
    findings = adapter.check()

    assert [finding for finding in findings if not finding.ok] == []
    assert {"Address and key", "Permission to write", "Reviews"} <= {
        str(finding.name) for finding in findings
    }


def test_read_only_key_is_named_by_the_connection_test(settings: Settings) -> None:
    if not settings.read_only_key:
        pytest.skip("needs read_only_key and read_only_secret in the settings file")
    keys = {
        "consumer_key": settings.read_only_key,
        "consumer_secret": settings.read_only_secret,
    }

    findings = {str(each.name): each for each in through(settings, "", **keys).check()}

    assert findings["Address and key"].ok
    assert not findings["Permission to write"].ok
    assert "read and write" in str(findings["Permission to write"].advice)


@pytest.mark.parametrize("wrong", ["consumer_key", "consumer_secret"])
def test_wrong_key_is_misconfigured(settings: Settings, wrong: str) -> None:
    kept = settings.config().values[wrong]
    adapter = through(settings, "", **{wrong: kept[:-4] + "0000"})

    with pytest.raises(Misconfigured, match="refused the key"):
        adapter.poll("", datetime.now(UTC))


def test_keys_go_in_the_address_where_the_host_drops_the_header(
    settings: Settings, store: Store, email: str
) -> None:
    if not settings.headerless_url:
        pytest.skip("needs headerless_url: the shop behind a server that drops Authorization")
    KEYS_IN_ADDRESS.clear()
    order = store.sell(email)
    adapter = through(settings, settings.headerless_url)

    findings = adapter.check()

    assert [finding for finding in findings if not finding.ok] == []
    assert "CGIPassAuth" in str(findings[0].advice)
    assert adapter.order(str(order["id"])).buyer.email == email


def test_requests_are_signed_over_plain_http(settings: Settings, store: Store, email: str) -> None:
    if not settings.plain_url:
        pytest.skip("needs plain_url: the shop over http")
    order = store.sell(email)
    adapter = through(settings, settings.plain_url)

    [candidate] = adapter.orders_for(OrderQuery(buyer=Buyer(email=email)))

    assert candidate.id == str(order["id"])
    assert [each for each in adapter.check() if not each.ok] == []


def test_plain_permalinks_are_named(settings: Settings) -> None:
    if not settings.plain_permalinks_url:
        pytest.skip("needs plain_permalinks_url: a WordPress with plain permalinks")

    [finding] = through(settings, settings.plain_permalinks_url).check()

    assert "Settings > Permalinks" in str(finding.advice)


def test_review_is_polled_read_again_and_withdrawn(
    adapter: WooCommerce, store: Store, email: str
) -> None:
    review = store.review(email, 2, "Satu <b>dua</b> & tiga 😀\n\nempat", status="hold")
    number = str(review["id"])

    [listed] = [each for each in polled(adapter) if each.review_id == number]
    [read] = adapter.look(f"review:{number}")
    store.ask("PUT", f"products/reviews/{number}", {"rating": 5, "status": "approved"})
    [changed] = adapter.look(f"review:{number}")
    store.delete(f"products/reviews/{number}")
    [gone] = adapter.look(f"review:{number}")

    assert (listed.rating, listed.text) == (2, "Satu dua & tiga 😀\n\nempat")
    assert (read.rating, read.text, read.buyer.email) == (2, listed.text, email)
    assert read.written_at is not None
    assert abs(read.written_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert (changed.rating, gone.kind) == (5, EventKind.WITHDRAWN)


def test_order_is_found_by_its_buyer_and_by_its_number(
    adapter: WooCommerce, store: Store, settings: Settings, email: str
) -> None:
    made = store.sell(email)
    store.sell(f"other-{email}")
    review = store.review(email, 1, "Pecah")
    [event] = adapter.look(f"review:{review['id']}")

    query = OrderQuery(
        event.review_id, event.product_id, event.buyer, event.order_ids, event.written_at
    )
    [order] = adapter.orders_for(query)

    assert (order.id, order.buyer.email) == (str(made["id"]), email)
    assert order.paid == order.left == Money.of(made["total"], made["currency"])
    assert [line.product_id for line in order.lines] == [str(settings.product_id)]
    assert adapter.order_by_number(f" #{made['number']} ") == order
    with pytest.raises(Permanent):
        adapter.order("99999999")
    with pytest.raises(Permanent):
        adapter.order_by_number("no such number")


def test_step_is_what_the_shop_books(adapter: WooCommerce, store: Store, email: str) -> None:
    order = adapter.order(str(store.sell(email)["id"]))
    setting = store.ask("GET", "settings/general/woocommerce_price_num_decimals")["value"]
    unit = Money.of(1, order.paid.currency).amount_minor

    assert order.step == max(1, unit // 10 ** int(setting))


def test_refund_of_the_gateway_is_made_once_and_found(
    adapter: WooCommerce, store: Store, gateway: None, email: str
) -> None:
    order = adapter.order(str(store.sell(email, by_gateway=True)["id"]))
    request = asked(REFUND, order)

    first = adapter.act(request)
    again = adapter.act(request)
    found = adapter.find(request)
    kept = store.ask("GET", f"orders/{order.id}/refunds?dp=6")

    assert (left(first), first.already, again.already) == (None, False, True)
    assert found is not None
    assert found.vendor_id == again.vendor_id == first.vendor_id == str(kept[0]["id"])
    assert [Money.of(each["amount"], order.paid.currency) for each in kept] == [
        request.remedy.money
    ]
    assert store.paid_back(int(order.id)) == [request.remedy.money.text()]
    lines = [line for line in kept[0]["line_items"] if line["quantity"] == 0]
    booked = sum(Decimal(line["total"]) + Decimal(line["total_tax"]) for line in lines)
    assert Money.of(-booked, order.paid.currency) == request.remedy.money
    assert adapter.order(order.id).left.amount_minor == (
        order.left.amount_minor - request.remedy.money.amount_minor
    )
    with pytest.raises(Permanent, match="can still be refunded"):
        adapter.act(asked(REFUND, order, 190))


@pytest.mark.parametrize(
    ("mode", "paid"),
    [("01", 0), ("03", 1), ("04", 0), ("06", 0)],
    ids=["refuses", "pays and fails", "says no more", "fails before"],
)
def test_gateway_that_failed_may_have_paid_and_is_not_asked_again(
    adapter: WooCommerce, store: Store, gateway: None, email: str, mode: str, paid: int
) -> None:
    if not store.settings.gateway.mode_file:
        pytest.skip("needs the laboratory's gateway: mode_file in [gateway]")
    order = adapter.order(str(store.sell(email, by_gateway=True)["id"]))
    request = asked(REFUND, order)
    Path(store.settings.gateway.mode_file).write_text(mode)

    with pytest.raises(Permanent, match="provider may have paid") as caught:
        adapter.act(request)

    assert caught.value.outcome == "unknown"
    assert len(store.paid_back(int(order.id))) == paid
    with pytest.raises(Permanent, match="provider may have paid") as looked:
        adapter.find(request)
    assert looked.value.outcome == "unknown"


def test_refund_without_a_gateway_is_recorded_and_a_task(
    adapter: WooCommerce, store: Store, email: str
) -> None:
    order = adapter.order(str(store.sell(email)["id"]))
    request = asked(REFUND, order)

    result = adapter.act(request)

    assert "by hand" in str(left(result))
    assert adapter.find(request) is not None


def test_resend_copies_what_was_chosen(
    adapter: WooCommerce, store: Store, settings: Settings, email: str
) -> None:
    engraved = {
        "product_id": settings.product_id,
        "quantity": 2,
        "meta_data": [
            {"key": "Engraving", "value": "Ayu"},
            {"key": "_uploaded_file", "value": "x"},
        ],
    }
    lines = [engraved]
    if settings.variation:
        lines.append({**settings.variation, "quantity": 1})
    order = adapter.order(str(store.sell(email, line_items=lines)["id"]))
    request = asked(RESEND, order)

    result = adapter.act(request)
    again = adapter.act(request)
    found = adapter.find(request)
    store.forget(f"orders/{result.vendor_id}")
    made = store.ask("GET", f"orders/{result.vendor_id}")

    assert "_uploaded_file" in str(left(result))
    assert "lacking: -;" in str(left(result))
    assert (again.vendor_id, again.already) == (result.vendor_id, True)
    assert found is not None
    assert (float(made["total"]), made["status"]) == (0, "processing")
    first, *others = made["line_items"]
    chosen = {each["key"]: each["value"] for each in first["meta_data"]}
    assert (first["quantity"], chosen["Engraving"]) == (2, "Ayu")
    assert [each["variation_id"] for each in others] == [
        settings.variation["variation_id"] for _ in others
    ]
    assert made["billing"]["email"] == email
    assert result.vendor_id not in {each.id for each in _orders_of(adapter, email)}


def _orders_of(adapter: WooCommerce, email: str) -> list[Order]:
    return adapter.orders_for(OrderQuery(buyer=Buyer(email=email)))


def test_voucher_is_single_use_for_this_buyer_and_made_once(
    adapter: WooCommerce, store: Store, email: str
) -> None:
    order = adapter.order(str(store.sell(email)["id"]))
    request = asked(VOUCHER, order)

    result = adapter.act(request)
    again = adapter.act(request)
    found = adapter.find(request)
    store.forget(f"coupons/{result.vendor_id}")
    made = store.ask("GET", f"coupons/{result.vendor_id}")

    assert (left(result), again.code, again.already) == (None, result.code, True)
    assert found is not None
    assert (made["usage_limit"], made["email_restrictions"]) == (1, [email])
    assert Money.of(made["amount"], order.paid.currency) == request.remedy.money
    assert made["date_expires"] >= f"{ENDS:%Y-%m-%d}"


def test_voucher_is_refused_and_not_offered_where_coupons_are_off(
    adapter: WooCommerce, store: Store, email: str
) -> None:
    order = adapter.order(str(store.sell(email)["id"]))
    setting = "settings/general/woocommerce_enable_coupons"
    store.ask("PUT", setting, {"value": "no"})
    try:
        offered = adapter.order(order.id).unavailable
        findings = adapter.check()
        with pytest.raises(Permanent, match="switched off"):
            adapter.act(asked(VOUCHER, order))
    finally:
        store.ask("PUT", setting, {"value": "yes"})

    assert not order.unavailable
    assert offered == {VOUCHER}
    assert [finding for finding in findings if not finding.ok] == []


def test_message_is_a_note_that_is_mailed_once_and_found(
    adapter: WooCommerce, store: Store, email: str
) -> None:
    order = adapter.order(str(store.sell(email)["id"]))
    link = f"https://makegood.example/b/answer/{uuid.uuid4().hex}.x_y-z?a=1&b=2"
    text = f"Maaf ya 😀 <b>&amp;\n\nJawab: {link}\n"
    message = OutgoingMessage("k", "MG-1", order.buyer, "Halo", text, order_id=order.id)

    assert adapter.find_message(handed_over(order.id, link)) is None
    sent = adapter.message(message)

    assert adapter.find_message(handed_over(order.id, link)) == sent
    assert adapter.find_message(handed_over(order.id, link[:-3] + "zzz")) is None
    if store.settings.mail_log:
        assert store.mails(link.split("?")[0]) == [email]


def test_note_that_would_reach_nobody_is_not_written(adapter: WooCommerce, store: Store) -> None:
    order = adapter.order(str(store.sell("")["id"]))
    message = OutgoingMessage("k", "MG-1", Buyer(), "Halo", "Maaf", order_id=order.id)

    with pytest.raises(AdapterError, match="nobody"):
        adapter.message(message)

    assert store.ask("GET", f"orders/{order.id}/notes?type=customer") == []


def test_link_to_the_review_order_page_is_given_where_it_changes_the_review(
    settings: Settings, store: Store, email: str
) -> None:
    if not settings.review_order_page or not settings.variation:
        pytest.skip("needs review_order_page and variation in the settings file")
    adapter = through(settings, "", review_order_page=settings.review_order_page)
    bought = [{"product_id": settings.product_id, "quantity": 1}]
    order = store.sell(email, line_items=[*bought, {**settings.variation, "quantity": 1}])
    reviewed = store.sell(email)
    review = store.review_order(order, 1, "Lid is missing")
    only = store.review_order(reviewed, 1, "Broken")
    elsewhere = store.review(email, 2, "Written on the product page")

    link = adapter.edit_link(str(order["id"]), str(review["id"]))
    changed = store.review_order(order, 5, "Solved", at=link)

    assert (changed["id"], changed["rating"]) == (review["id"], 5)
    assert adapter.edit_link(str(reviewed["id"]), str(only["id"])) == ""
    assert adapter.edit_link(str(order["id"]), str(elsewhere["id"])) == ""
