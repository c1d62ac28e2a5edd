"""Records the samples of tests/integrations/woocommerce anew, in a real shop:
python -m tests.live.woocommerce.record SETTINGS."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.live.woocommerce.receiver import Receiver
from tests.live.woocommerce.recorder import Recorder
from tests.live.woocommerce.store import Settings


def reviews_and_orders(recorder: Recorder) -> dict[str, Any]:
    """What is read of a case: its review, its order, the shop's settings. Gives the order."""
    store, settings = recorder.store, recorder.settings
    line = {"product_id": settings.product_id, "quantity": 2}
    chosen = {"meta_data": [{"key": "Engraving", "value": "Ayu"}]}
    lines = [line, {**(settings.variation or line), "quantity": 1, **chosen}]
    by_gateway = bool(settings.gateway.method)
    order = store.sell(recorder.email, by_gateway=by_gateway, line_items=lines)
    review = store.review(recorder.email, 1, "Datang pecah.\n\nMahal & jelek")
    recorder.call("order", "GET", f"orders/{order['id']}?dp=6")
    recorder.call("order_as_shown", "GET", f"orders/{order['id']}")
    recorder.call("orders", "GET", f"orders?search={recorder.email}&dp=6")
    recorder.call("order_missing", "GET", "orders/99999999")
    recorder.call("review", "GET", f"products/reviews/{review['id']}?context=edit")
    recorder.call(
        "reviews", "GET", f"products/reviews?context=edit&status=all&include={review['id']}"
    )
    recorder.call("review_missing", "GET", "products/reviews/99999999")
    recorder.call("decimals", "GET", "settings/general/woocommerce_price_num_decimals")
    recorder.call("coupons_on", "GET", "settings/general/woocommerce_enable_coupons")
    recorder.call("currency", "GET", "data/currencies/current")
    recorder.call("gateway", "GET", f"payment_gateways/{order['payment_method'] or 'bacs'}")
    recorder.call("gateway_missing", "GET", "payment_gateways/gone")
    return order


def make_goods(recorder: Recorder, order: Mapping[str, Any]) -> None:
    """What the shop says to refunds, coupons, replacement orders and notes."""
    refunds = f"orders/{order['id']}/refunds"
    refund = {"amount": "9.95", "reason": "Makegood MG-7F3K2Q-1", "api_restock": False}
    recorder.call("refund", "POST", f"{refunds}?dp=6", {**refund, "api_refund": True})
    recorder.call("refunds", "GET", f"{refunds}?dp=6")
    recorder.call("refund_too_large", "POST", refunds, {**refund, "amount": "99999"})
    recorder.call("refund_of_no_order", "POST", "orders/99999999/refunds", refund)
    if recorder.settings.gateway.mode_file:
        Path(recorder.settings.gateway.mode_file).write_text("01")
        recorder.call("refund_failed", "POST", refunds, {**refund, "api_refund": True})
    coupon = {
        "code": f"mg-{uuid.uuid4().hex[:6]}-1",
        "discount_type": "fixed_cart",
        "amount": "12.345",
        "usage_limit": 1,
        "email_restrictions": [recorder.email],
        "date_expires": "2027-02-23T00:00:00",
    }
    made = recorder.call("coupon", "POST", "coupons", coupon)
    recorder.store.forget(f"coupons/{made['id']}")
    recorder.call("coupons", "GET", f"coupons?code={coupon['code']}")
    recorder.call("coupon_taken", "POST", "coupons", coupon)
    note = {"note": "We are sorry. https://makegood.example/b/x?a=1&b=2", "customer_note": True}
    recorder.call("note", "POST", f"orders/{order['id']}/notes", note)
    recorder.call("notes", "GET", f"orders/{order['id']}/notes?type=customer")
    again = {
        "product_id": recorder.settings.product_id,
        "quantity": 2,
        "subtotal": "0.00",
        "total": "0.00",
        "meta_data": [{"key": "Engraving", "value": "Ayu"}],
    }
    meta = [{"key": "_makegood_reference", "value": "MG-7F3K2Q-1"}]
    body = {"status": "processing", "line_items": [again], "meta_data": meta}
    replacement = recorder.call("replacement", "POST", "orders?dp=6", body)
    recorder.store.forget(f"orders/{replacement['id']}")
    parts = {"line_items": [{**again, "quantity": 0.5}]}
    recorder.call("part_of_one", "POST", "orders", parts)


def refusals(recorder: Recorder) -> None:
    """What the shop says to keys and to what is switched off, and an empty object."""
    settings = recorder.settings
    recorder.call("batch_of_nothing", "POST", "orders/batch", {})
    recorder.call("key_unknown", "GET", "orders", auth=("ck_unknown", "cs_unknown"))
    recorder.call("key_wrong", "GET", "orders", auth=(settings.consumer_key, "cs_wrong"))
    if settings.read_only_key:
        keys = (settings.read_only_key, settings.read_only_secret)
        recorder.call("key_read_only", "POST", "orders/batch", {}, auth=keys)
    setting = "settings/general/woocommerce_enable_coupons"
    recorder.store.ask("PUT", setting, {"value": "no"})
    try:
        recorder.call("coupons_off", "GET", setting)
        recorder.call("not_permitted", "POST", "coupons", {"code": "x"})
    finally:
        recorder.store.ask("PUT", setting, {"value": "yes"})
    recorder.call("no_route", "GET", "nothing")
    if settings.plain_permalinks_url:
        url = f"{settings.plain_permalinks_url}/wp-json/wc/v3/orders"
        recorder.call("plain_permalinks", "GET", "orders", url=url)


ME = "users/me?context=edit&_fields=id,capabilities"


def replies(recorder: Recorder) -> None:
    """What WordPress says to who replies."""
    store, call = recorder.store, recorder.call_wordpress
    product_id = recorder.settings.product_id
    review = store.review(recorder.email, 1, "Datang pecah")
    reply = {
        "post": product_id,
        "parent": review["id"],
        "status": "approved",
        "content": "Mohon maaf, Kak.",
        "author_user_agent": "Makegood k",
    }
    standing = (
        f"comments?parent={review['id']}&status=all&context=edit&_fields=id,author_user_agent"
    )
    call("replier", "GET", ME)
    call("no_reply", "GET", standing)
    call("reply", "POST", "comments?_fields=id", reply)
    call("reply_again", "POST", "comments?_fields=id", reply)
    call("replies", "GET", standing)
    refused_repliers(recorder, standing, {**reply, "content": "Maaf"})
    store.ask("PUT", f"products/{product_id}", {"reviews_allowed": False})
    try:
        call("reply_closed", "POST", "comments", {**reply, "content": "Maaf"})
    finally:
        store.ask("PUT", f"products/{product_id}", {"reviews_allowed": True})
    for reply in store.replies(review["id"]):
        store.as_wordpress_user("DELETE", f"comments/{reply['id']}?force=true")


def refused_repliers(recorder: Recorder, standing: str, reply: Mapping[str, Any]) -> None:
    """What WordPress says to who may not approve comments, and to whom it does not know."""
    call, users = recorder.call_wordpress, recorder.settings.replies
    call("replier_wrong_password", "GET", ME, user=(users.user, "A" * 24))
    call("replier_unknown", "GET", ME, user=("nobody", "A" * 24))
    other = (users.other_user, users.other_password)
    call("other_replier", "GET", ME, user=other)
    call("replies_forbidden", "GET", standing, user=other)
    call("reply_not_approved", "POST", "comments", reply, user=other)
    if base := recorder.settings.headerless_url:
        call("replier_unseen", "GET", ME, base=base)
        call("replies_unseen", "GET", standing, base=base)


def deliveries(recorder: Recorder) -> None:
    """The plugin's webhooks of one review from its creation to its end."""
    store, receiver = recorder.store, Receiver()
    address = f"http://127.0.0.1:{receiver.server_port}/webhooks/AbCdEfGhIjKlMnOpQrStUv_-"
    for event in ("created", "updated", "deleted"):
        store.webhook(f"review.{event}", address, "a-secret-of-the-webhook")
    recorder.call("webhooks", "GET", "webhooks?per_page=3")
    order = store.sell(recorder.email)
    review = store.review(recorder.email, 1, "Datang pecah.\r\n\r\nMahal & <b>jelek</b> 😀")
    path = f"products/reviews/{review['id']}"
    steps = {"created": None, "updated": ("PUT", {"rating": 4}), "deleted": ("DELETE", None)}
    for event, step in steps.items():
        if step is not None:
            store.ask(step[0], f"{path}?force=true" if step[0] == "DELETE" else path, step[1])
        store.run_queue()
        headers, body = receiver.arrived[-1]
        name, request = f"delivery_{event}", f"webhook review.{event} of order {order['id']}"
        recorder.keep(name, request, 200, headers, json.loads(body))
    store.gone(path)
    receiver.shutdown()


def main(path: str) -> None:
    """Record everything; what was made in the shop is deleted."""
    recorder = Recorder(Settings.load(Path(path)))
    try:
        order = reviews_and_orders(recorder)
        make_goods(recorder, order)
        refusals(recorder)
        if recorder.settings.replies.other_password:
            replies(recorder)
        if recorder.settings.reaches_us:
            deliveries(recorder)
    finally:
        recorder.store.close()


if __name__ == "__main__":
    main(sys.argv[1])
