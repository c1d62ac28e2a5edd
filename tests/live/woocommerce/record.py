"""Records what a real shop answers, as the samples of tests/integrations/woocommerce.

python -m tests.live.woocommerce.record SETTINGS writes one file a sample: the request, the versions
and the day beside the answer. People, keys and addresses are replaced; nothing else is touched.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.live.woocommerce.store import Settings, Store

FOLDER = Path(__file__).resolve().parents[2] / "integrations/woocommerce/recorded"
KEPT_HEADERS = ("content-type", "x-wp-total", "x-wp-totalpages", "location")
SECRET_FIELDS = {
    "order_key": "wc_order_k3y",
    "cart_hash": "",
    "customer_ip_address": "192.0.2.1",
    "customer_user_agent": "",
    "transaction_id": "tx_1",
    "payment_url": "https://shop.example/checkout/",
    "reviewer_avatar_urls": {},
}


class Recorder:
    """One recording of one shop."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = Store(settings)
        self.email = f"buyer-{uuid.uuid4().hex[:10]}@example.test"
        environment = self.store.ask("GET", "system_status")["environment"]
        self._source = {
            "woocommerce": environment["version"],
            "wordpress": environment["wp_version"],
            "on": f"{datetime.now(UTC):%Y-%m-%d}",
        }

    def call(
        self, name: str, method: str, path: str, body: Any = None, **other: Any
    ) -> Mapping[str, Any]:
        """Ask, and keep the answer under a name."""
        url = f"{self.settings.base_url}/{path}" if "?rest_route" in path else self._url(path)
        session = requests.Session()
        session.trust_env, session.verify = False, self.settings.ca_file or True
        session.auth = other.get(
            "auth", (self.settings.consumer_key, self.settings.consumer_secret)
        )
        answer = session.request(
            method, other.get("url", url), json=body, timeout=60, allow_redirects=False
        )
        try:
            content = answer.json()
        except ValueError:
            content = None
        self.keep(name, f"{method} {path}", answer.status_code, answer.headers, content)
        return content if isinstance(content, dict) else {}

    def _url(self, path: str) -> str:
        return f"{self.settings.base_url}/wp-json/wc/v3/{path}"

    def keep(
        self, name: str, request: str, status: int, headers: Mapping[str, str], content: Any
    ) -> None:
        """Write one sample."""
        kept = {key.lower(): value for key, value in headers.items()}
        wanted = {
            key: value
            for key, value in kept.items()
            if key in KEPT_HEADERS
            or (key.startswith("x-wc-webhook-") and key != "x-wc-webhook-signature")
        }
        sample = {
            "source": {**self._source, "request": self.replaced(request)},
            "status": status,
            "headers": json.loads(self.replaced(json.dumps(wanted))),
            "body": json.loads(self.replaced(json.dumps(_without_secrets(content)))),
        }
        FOLDER.mkdir(exist_ok=True)
        text = json.dumps(sample, indent=1, ensure_ascii=False)
        (FOLDER / f"{name}.json").write_text(text + "\n", "utf-8")

    def replaced(self, text: str) -> str:
        """Without the addresses of this shop and of its buyer."""
        text = text.replace(self.email, "sari@example.test")
        for base in (self.settings.base_url, self.settings.plain_permalinks_url):
            if base:
                parts = urlsplit(base)
                text = text.replace(f"{parts.scheme}://{parts.netloc}", "https://shop.example")
                text = text.replace(
                    f"{parts.scheme}:\\/\\/{parts.netloc}", "https://shop.example"
                ).replace(parts.netloc, "shop.example")
        return re.sub(r"http://127\.0\.0\.1:\d+", "https://makegood.example", text)


def _without_secrets(content: Any) -> Any:
    if isinstance(content, list):
        return [_without_secrets(one) for one in content]
    if isinstance(content, dict):
        return {
            key: SECRET_FIELDS.get(key, _without_secrets(value)) for key, value in content.items()
        }
    return content


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


class Receiver(HTTPServer):
    """Where the shop delivers the plugin's webhooks; keeps what arrived."""

    def __init__(self) -> None:
        self.arrived: list[tuple[dict[str, str], bytes]] = []
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.arrived.append((dict(self.headers), body))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


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
        if recorder.settings.reaches_us:
            deliveries(recorder)
    finally:
        recorder.store.close()


if __name__ == "__main__":
    main(sys.argv[1])
