"""What a real WooCommerce sent (`recorded/`, see tests/live/woocommerce/recorder.py), and a small
pretend shop that answers in these very shapes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import responses
from requests import PreparedRequest

from integrations.contract import ActionRequest, Config, Inbound
from integrations.http import Http
from integrations.money import Money
from integrations.remedies import Remedy, RemedyKind
from integrations.woocommerce import ADAPTER, WooCommerce
from integrations.woocommerce.orders import ShopSettings, order_of
from integrations.woocommerce.schemas import OrderIn

NOW = datetime(2026, 11, 24, 8, 15, tzinfo=UTC)
ENDS = datetime(2027, 2, 22, 8, 15, tzinfo=UTC)
SECRET = "a-secret-of-the-webhook"
BASE = "https://shop.example"
API = f"{BASE}/wp-json/wc/v3"
RECEIVER = "https://makegood.example/webhooks/AbCdEfGhIjKlMnOpQrStUv_-"
RECORDED = Path(__file__).parent / "recorded"


def recorded(name: str) -> Any:
    """The body of a recorded answer or delivery."""
    return json.loads((RECORDED / f"{name}.json").read_text("utf-8"))["body"]


def answer(name: str) -> dict[str, Any]:
    """A recorded answer, ready for `responses`."""
    sample = json.loads((RECORDED / f"{name}.json").read_text("utf-8"))
    headers = {key: value for key, value in sample["headers"].items() if key != "content-type"}
    return {"status": sample["status"], "json": sample["body"], "headers": headers}


CREATED: dict[str, Any] = {
    **recorded("delivery_created"),
    "id": 31,
    "product_id": 10,
    "product_name": "Teapot &amp; cup",
    "date_created_gmt": "2026-11-24T08:10:00",
    "review": "Datang pecah.\r\n\r\nMahal & jelek",
    "customer_id": 2,
    "order_ids": [13, 12],
}
LISTED: dict[str, Any] = {
    **{key: value for key, value in recorded("review").items() if key != "makegood"},
    "id": 31,
    "product_id": 10,
    "rating": 4,
    "review": "<p>Better</p>\n",
    "date_created_gmt": "2026-11-24T08:10:00",
}
"""A review as the API lists it, without the companion plugin."""


def order(number: int = 13, /, **other: Any) -> dict[str, Any]:
    """An order as the REST API gives it."""
    given = recorded("order")
    line = {
        **given["line_items"][0],
        "id": 3,
        "product_id": 10,
        "variation_id": 7,
        "name": "Teapot",
        "quantity": 2,
        "total": "16.72",
        "total_tax": "3.18",
    }
    return {
        **given,
        "id": number,
        "number": str(number),
        "date_created_gmt": "2026-11-20T10:00:00",
        "total": "19.90",
        "customer_id": 2,
        "billing": {**given["billing"], "last_name": "W", "country": "ID", "city": "Bandung"},
        "shipping": {**given["shipping"], "city": "Bandung", "country": "ID"},
        "payment_method": "stripe",
        "line_items": [line],
        **other,
    }


def delivery(
    content: object = CREATED, topic: str = "review.created", secret: str = SECRET, **headers: str
) -> Inbound:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    signature = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    given = {
        "content-type": "application/json",
        "x-wc-webhook-topic": topic,
        "x-wc-webhook-signature": signature,
        "x-wc-webhook-id": "1",
        "x-wc-webhook-delivery-id": "d1",
        **headers,
    }
    return Inbound(given, body, NOW)


def adapter(base: str = BASE, **values: str) -> WooCommerce:
    keys = {"consumer_key": "ck_1", "consumer_secret": "cs_1"}
    config = Config({"base_url": base, **keys, **values}, (SECRET,), RECEIVER)
    return ADAPTER(config, Http(), lambda: NOW)


def asked(kind: RemedyKind, minor: int = 995, number: int = 1, **other: Any) -> ActionRequest:
    reference = f"MG-7F3K2Q-{number}"
    made = order_of(OrderIn().load(order(**other)), ShopSettings(2, True))
    remedy = Remedy(kind, Money(minor, "EUR"), ("3",), ENDS)
    return ActionRequest(remedy, reference, reference, made)


def changed(request: ActionRequest, **terms: Any) -> ActionRequest:
    """The request of a remedy with other terms."""
    return replace(request, remedy=replace(request.remedy, **terms))


class PretendShop:
    """Keeps refunds, coupons and orders as WooCommerce does: without knowing any key."""

    def __init__(self, wire: responses.RequestsMock, base: str = BASE) -> None:
        self.orders = {13: order(13), 12: order(12)}
        self.refunds: list[dict[str, Any]] = []
        self.coupons: list[dict[str, Any]] = []
        self.notes: list[dict[str, Any]] = []
        self.keep_note: Callable[[str], str] = str
        self.reviews: list[dict[str, Any]] = []
        self.pages: dict[str, str] = {}
        """What buyers see, by path."""
        self.gateway_refunds = True
        self.gateway_says = ""
        """What the gateway refuses with; empty: it pays."""
        self.keeps_failed_refund = False
        self.gateway_waits = False
        """The refund is kept, its gateway has not answered yet."""
        self.refunded_at = NOW
        self.down_from: int | None = None
        """The number of the request from which on nothing answers but 503."""
        self.read_order: Callable[[int], dict[str, Any] | None] = lambda number: self.orders.get(
            number
        )
        self.list_orders = self._list
        self.paid: list[str] = []
        """What the gateway paid back."""
        self.break_after: set[str] = set()
        self.ignores_expiry = False
        self.decimals = 2
        """What the shop shows amounts with where no other number is asked for."""
        self.read_shown = False
        """A cache answers: with the decimals that are kept, whatever is asked for."""
        self.downloadable: bool | None = None
        """Whether its products are files; None: the key may not read products."""
        self.takes_lines = True
        """A plugin may check what is sent more strictly."""
        self.takes_coupons = True
        self.settings_readable = True
        self.currency = "EUR"
        self.requests: list[PreparedRequest] = []
        wire.add_callback("GET", re.compile(re.escape(base) + "/.*"), self._answer)
        wire.add_callback("POST", re.compile(re.escape(base) + "/.*"), self._answer)

    def _answer(self, request: PreparedRequest) -> tuple[int, dict[str, str], str]:
        self.requests.append(request)
        if self.down_from is not None and len(self.requests) >= self.down_from:
            return 503, {}, ""
        parts = urlsplit(request.url or "")
        if "/wc/v3/" not in parts.path:
            page = self.pages.get(parts.path)
            return 404 if page is None else 200, {}, page or ""
        path = parts.path.split("/wc/v3/", 1)[1].split("/")
        query = {key: value[0] for key, value in parse_qs(parts.query).items()}
        body = json.loads(request.body) if request.body else {}
        status, data = self._do(request.method or "", path, query, body)
        if request.method == "POST" and path[-1] in self.break_after:
            self.break_after.discard(path[-1])
            return 502, {}, "<html>bad gateway</html>"
        return status, {}, json.dumps(data)

    def _do(
        self, method: str, path: list[str], query: dict[str, str], body: dict[str, Any]
    ) -> tuple[int, Any]:
        match (method, *path):
            case ("POST", "orders"):
                if any(line["quantity"] % 1 for line in body["line_items"]):
                    return _refusal("part_of_one")
                return 201, self._new_order(body)
            case ("GET", "orders"):
                found = [self._shown(each, query) for each in self.list_orders(query)]
                skipped = int(query.get("offset", "0"))
                return 200, found[skipped : skipped + int(query["per_page"])]
            case ("GET", "orders", number):
                kept = self.read_order(int(number))
                return (200, self._shown(kept, query)) if kept else _refusal("order_missing")
            case ("GET", "orders", number, "refunds"):
                kept_refunds = [refund for refund in self.refunds if refund["order"] == int(number)]
                return 200, [self._shown(refund, query) for refund in kept_refunds]
            case ("POST", "orders", number, "refunds"):
                return self._refund(int(number), body)
            case ("POST", "orders", number, "notes"):
                note = {**recorded("note"), **body, "id": len(self.notes) + 1}
                note["note"] = self.keep_note(note["note"])
                self.notes.append({**note, "order": int(number)})
                return 201, note
            case ("GET", "orders", number, "notes"):
                notes = [each for each in self.notes if each["order"] == int(number)]
                return 200, [{**recorded("note"), **each} for each in notes]
        return self._do_elsewhere(method, path, query, body)

    def _do_elsewhere(
        self, method: str, path: list[str], query: dict[str, str], body: dict[str, Any]
    ) -> tuple[int, Any]:
        match (method, *path):
            case ("POST", "coupons"):
                return self._coupon(body)
            case ("GET", "coupons"):
                return 200, [coupon for coupon in self.coupons if coupon["code"] == query["code"]]
            case ("GET", "data", "currencies", "current"):
                if not self.settings_readable:
                    return _refusal("not_permitted")
                return 200, {**recorded("currency"), "code": self.currency}
            case ("GET", "settings", "general", name):
                return self._setting(name)
            case ("GET", "payment_gateways", "gone"):
                return _refusal("gateway_missing")
            case ("GET", "payment_gateways", _):
                supports = ["products", *["refunds"] * self.gateway_refunds]
                return 200, {**recorded("gateway"), "method_supports": supports}
            case ("GET", "products", number, *_) if number.isdigit():
                if self.downloadable is None:
                    return _refusal("not_permitted")
                return 200, {"id": 10, "downloadable": self.downloadable}
            case ("GET", "products", "reviews"):
                return 200, self.reviews
            case ("GET", "products", "reviews", number):
                found = [review for review in self.reviews if review["id"] == int(number)]
                return (200, found[0]) if found else _refusal("review_missing")
        return _refusal("no_route")

    def _setting(self, name: str) -> tuple[int, Any]:
        if not self.settings_readable:
            return _refusal("not_permitted")
        if name == "woocommerce_price_num_decimals":
            return 200, {**recorded("decimals"), "value": str(self.decimals)}
        return 200, recorded("coupons_on" if self.takes_coupons else "coupons_off")

    def _shown(self, data: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
        """With the decimals asked for, as WooCommerce does with `dp`."""
        if self.read_shown:
            return data
        places = Decimal(1).scaleb(-int(query.get("dp", self.decimals)))

        def shown(values: dict[str, Any]) -> dict[str, Any]:
            amounts = {
                key: str(Decimal(values[key]).quantize(places, ROUND_HALF_UP))
                for key in ("total", "total_tax", "amount")
                if re.fullmatch(r"-?[\d.]+", str(values.get(key)))
            }
            return {**values, **amounts}

        inside = {
            key: [shown(row) for row in data[key]]
            for key in ("line_items", "refunds")
            if isinstance(data.get(key), list) and all(isinstance(row, dict) for row in data[key])
        }
        return {**shown(data), **inside}

    def _list(self, query: dict[str, str]) -> list[dict[str, Any]]:
        found = sorted(self.orders.values(), key=lambda each: -int(each["id"]))
        return [
            each
            for each in found
            if query.get("customer", str(each["customer_id"])) == str(each["customer_id"])
            and query.get("search", each["billing"]["email"]) == each["billing"]["email"]
            and (
                "product" not in query
                or any(
                    str(line.get("product_id")) == query["product"] for line in each["line_items"]
                )
            )
        ]

    def _new_order(self, body: dict[str, Any]) -> dict[str, Any]:
        number = max(self.orders) + 10
        given = recorded("replacement")["line_items"][0]
        lines = [
            {**given, "id": 90 + at, "name": "Teapot", "meta_data": [], **line}
            for at, line in enumerate(body["line_items"])
        ]
        total = f"{sum(float(each['total']) for each in lines):.2f}"
        billing = {**recorded("order")["billing"], "email": "", **body["billing"]}
        self.orders[number] = order(
            number, **{**body, "billing": billing, "line_items": lines, "total": total}
        )
        return self.orders[number]

    def _refund(self, number: int, body: dict[str, Any]) -> tuple[int, Any]:
        if number not in self.orders:
            return _refusal("refund_of_no_order")
        if body.get("line_items") and not self.takes_lines:
            return 400, {
                "code": "rest_invalid_param",
                "message": "Invalid parameter(s): line_items",
            }
        done = sum(float(refund["amount"]) for refund in self.refunds if refund["order"] == number)
        if float(body["amount"]) > float(self.orders[number]["total"]) - done:
            return _refusal("refund_too_large", "Jumlah pengembalian tidak sah.")
        if body["api_refund"] and not self.gateway_refunds:
            return _refusal("refund_failed", "Gerbang ini tidak bisa.")
        if body["api_refund"] and self.gateway_says and not self.keeps_failed_refund:
            return _refusal("refund_failed", self.gateway_says)
        made = {
            **recorded("refund"),
            "id": 100 + len(self.refunds),
            "order": number,
            "amount": body["amount"],
            "reason": body["reason"],
            "refunded_payment": body["api_refund"] and not self.gateway_waits,
            "date_created_gmt": f"{self.refunded_at:%Y-%m-%dT%H:%M:%S}",
            "restocked": body["api_restock"],
            "line_items": body.get("line_items", []),
        }
        self.refunds.append(made)
        self.paid += [body["amount"]] * body["api_refund"]
        self.orders[number]["refunds"].append(
            {"id": made["id"], "reason": made["reason"], "total": f"-{body['amount']}"}
        )
        if self.keeps_failed_refund:
            return _refusal("refund_failed", self.gateway_says)
        return 201, made

    def _coupon(self, body: dict[str, Any]) -> tuple[int, Any]:
        if not self.takes_coupons:
            return _refusal("not_permitted")
        code = body["code"].lower()
        if any(coupon["code"] == code for coupon in self.coupons):
            return _refusal("coupon_taken")
        # A coupon comes with two decimals whatever the currency.
        amount = str(Decimal(body["amount"]).quantize(Decimal("0.01"), ROUND_HALF_UP))
        made = {**recorded("coupon"), "id": 200 + len(self.coupons), **body, "code": code}
        made["amount"] = amount
        if self.ignores_expiry:
            made["date_expires"] = None
        self.coupons.append(made)
        return 201, made

    def posts(self) -> list[str]:
        """Where something was written."""
        return [
            urlsplit(request.url or "").path.split("/wc/v3/", 1)[1]
            for request in self.requests
            if request.method == "POST"
        ]


def _refusal(name: str, message: str = "") -> tuple[int, Any]:
    sample = json.loads((RECORDED / f"{name}.json").read_text("utf-8"))
    return sample["status"], {**sample["body"], **({"message": message} if message else {})}
