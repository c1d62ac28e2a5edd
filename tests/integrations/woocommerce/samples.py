"""Payloads and a small pretend WooCommerce, written after recorded deliveries and answers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import responses
from requests import PreparedRequest

from integrations.contract import Action, ActionRequest, Config, Inbound
from integrations.http import Http
from integrations.money import Money
from integrations.woocommerce import ADAPTER, WooCommerce
from integrations.woocommerce.orders import order_of
from integrations.woocommerce.schemas import OrderIn
from integrations.woocommerce.shop import ShopSettings

NOW = datetime(2026, 11, 24, 8, 15, tzinfo=UTC)
ENDS = datetime(2027, 2, 22, 8, 15, tzinfo=UTC)
SECRET = "a-secret-of-the-webhook"
BASE = "https://shop.example"
API = f"{BASE}/wp-json/wc/v3"
RECEIVER = "https://makegood.example/webhooks/AbCdEfGhIjKlMnOpQrStUv_-"
CREATED: dict[str, Any] = {
    "id": 31,
    "product_id": 10,
    "product_name": "Teapot &amp; cup",
    "status": "approved",
    "date_created_gmt": "2026-11-24T08:10:00",
    "reviewer": "Sari",
    "reviewer_email": "sari@example.test",
    "review": "Datang pecah.\r\n\r\nMahal & jelek",
    "rating": 1,
    "verified": True,
    "customer_id": 2,
    "order_ids": [13, 12],
    "revision": 1,
}


def order(number: int = 13, **other: Any) -> dict[str, Any]:
    """An order as the REST API gives it, with fields that are not used left out."""
    return {
        "id": number,
        "number": str(number),
        "status": "completed",
        "currency": "EUR",
        "date_created_gmt": "2026-11-20T10:00:00",
        "total": "19.90",
        "customer_id": 2,
        "order_key": "wc_order_k3y",
        "billing": {
            "first_name": "Sari",
            "last_name": "W",
            "email": "sari@example.test",
            "country": "ID",
            "city": "Bandung",
        },
        "shipping": {"first_name": "Sari", "city": "Bandung", "country": "ID"},
        "payment_method": "stripe",
        "line_items": [
            {
                "id": 3,
                "product_id": 10,
                "variation_id": 7,
                "name": "Teapot",
                "quantity": 2,
                "total": "16.72",
                "total_tax": "3.18",
                "price": 8.36,
            }
        ],
        "shipping_lines": [{"method_id": "flat_rate", "method_title": "Post", "total": "0.00"}],
        "refunds": [],
        "meta_data": [],
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


def asked(action: Action, minor: int = 995, number: int = 1, **other: Any) -> ActionRequest:
    reference = f"MG-7F3K2Q-{number}"
    made = order_of(OrderIn().load(order(**other)), ShopSettings(2, True))
    return ActionRequest(action, reference, reference, made, Money(minor, "EUR"), ("3",), ENDS)


class PretendShop:
    """Keeps refunds, coupons and orders as WooCommerce does: without knowing any key."""

    def __init__(self, wire: responses.RequestsMock, base: str = BASE) -> None:
        self.orders = {13: order(13), 12: order(12)}
        self.refunds: list[dict[str, Any]] = []
        self.coupons: list[dict[str, Any]] = []
        self.notes: list[dict[str, Any]] = []
        self.reviews: list[dict[str, Any]] = []
        self.gateway_refunds = True
        self.gateway_says = ""
        """What the gateway refuses with; empty: it pays."""
        self.keeps_failed_refund = False
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
        self.currency = "EUR"
        self.requests: list[PreparedRequest] = []
        wire.add_callback("GET", re.compile(re.escape(base) + "/.*"), self._answer)
        wire.add_callback("POST", re.compile(re.escape(base) + "/.*"), self._answer)

    def _answer(self, request: PreparedRequest) -> tuple[int, dict[str, str], str]:
        self.requests.append(request)
        if self.down_from is not None and len(self.requests) >= self.down_from:
            return 503, {}, ""
        parts = urlsplit(request.url or "")
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
                return 201, self._new_order(body)
            case ("GET", "orders"):
                found = self.list_orders(query)
                skipped = int(query.get("offset", "0"))
                return 200, found[skipped : skipped + int(query["per_page"])]
            case ("GET", "orders", number):
                kept = self.read_order(int(number))
                return (
                    (200, kept)
                    if kept
                    else _refusal(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
                )
            case ("GET", "orders", number, "refunds"):
                return 200, [one for one in self.refunds if one["order"] == int(number)]
            case ("POST", "orders", number, "refunds"):
                return self._refund(int(number), body)
            case ("POST", "orders", number, "notes"):
                self.notes.append({"id": len(self.notes) + 1, "order": int(number), **body})
                return 201, self.notes[-1]
            case ("POST", "coupons"):
                return self._coupon(body)
            case ("GET", "coupons"):
                return 200, [one for one in self.coupons if one["code"] == query["code"]]
            case ("GET", "data", "currencies", "current"):
                return (
                    (200, {"code": self.currency})
                    if self.currency
                    else _refusal(403, "woocommerce_rest_cannot_view", "No.")
                )
            case ("GET", "payment_gateways", "gone"):
                return _refusal(404, "woocommerce_rest_payment_gateway_invalid", "No.")
            case ("GET", "payment_gateways", _):
                return 200, {"method_supports": ["products", *["refunds"] * self.gateway_refunds]}
            case ("GET", "products", "reviews"):
                return 200, self.reviews
            case ("GET", "products", "reviews", number):
                found = [one for one in self.reviews if one["id"] == int(number)]
                return (
                    (200, found[0])
                    if found
                    else _refusal(404, "woocommerce_rest_review_invalid_id", "No.")
                )
        return _refusal(404, "rest_no_route", "No route was found.")

    def _list(self, query: dict[str, str]) -> list[dict[str, Any]]:
        found = sorted(self.orders.values(), key=lambda one: -int(one["id"]))
        return [
            one
            for one in found
            if query.get("customer", str(one["customer_id"])) == str(one["customer_id"])
            and query.get("search", one["billing"]["email"]) == one["billing"]["email"]
            and (
                "product" not in query
                or any(str(line["product_id"]) == query["product"] for line in one["line_items"])
            )
        ]

    def _new_order(self, body: dict[str, Any]) -> dict[str, Any]:
        number = max(self.orders) + 10
        lines = [
            {"id": 90 + at, "name": "Teapot", **one} for at, one in enumerate(body["line_items"])
        ]
        total = f"{sum(float(one['total']) for one in lines):.2f}"
        self.orders[number] = order(number, **{**body, "line_items": lines, "total": total})
        return self.orders[number]

    def _refund(self, number: int, body: dict[str, Any]) -> tuple[int, Any]:
        code = "woocommerce_rest_cannot_create_order_refund"
        if number not in self.orders:
            return 500, {
                "code": "woocommerce_rest_invalid_order_id",
                "message": "Invalid order ID.",
                "data": 404,
            }
        done = sum(float(one["amount"]) for one in self.refunds if one["order"] == number)
        if float(body["amount"]) > float(self.orders[number]["total"]) - done:
            return 500, {"code": code, "message": "Jumlah pengembalian tidak sah.", "data": 500}
        if body["api_refund"] and not self.gateway_refunds:
            return 500, {"code": code, "message": "Gerbang ini tidak bisa.", "data": 500}
        if body["api_refund"] and self.gateway_says and not self.keeps_failed_refund:
            return 500, {"code": code, "message": self.gateway_says, "data": 500}
        made = {
            "id": 100 + len(self.refunds),
            "order": number,
            "amount": body["amount"],
            "reason": body["reason"],
            "refunded_payment": body["api_refund"],
            "restocked": body["api_restock"],
        }
        self.refunds.append(made)
        self.paid += [body["amount"]] * body["api_refund"]
        self.orders[number]["refunds"].append(
            {"id": made["id"], "reason": made["reason"], "total": f"-{body['amount']}"}
        )
        if self.keeps_failed_refund:
            return 500, {"code": code, "message": self.gateway_says, "data": 500}
        return 201, made

    def _coupon(self, body: dict[str, Any]) -> tuple[int, Any]:
        code = body["code"].lower()
        if any(one["code"] == code for one in self.coupons):
            return _refusal(
                400, "woocommerce_rest_coupon_code_already_exists", "The coupon code already exists"
            )
        made = {"id": 200 + len(self.coupons), **body, "code": code}
        if self.ignores_expiry:
            made["date_expires"] = None
        self.coupons.append(made)
        return 201, made

    def posts(self) -> list[str]:
        """Where something was written."""
        return [
            urlsplit(one.url or "").path.split("/wc/v3/", 1)[1]
            for one in self.requests
            if one.method == "POST"
        ]


def _refusal(status: int, code: str, message: str) -> tuple[int, Any]:
    return status, {"code": code, "message": message, "data": {"status": status}}
