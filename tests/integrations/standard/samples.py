"""Signed sample requests and shop answers, made by the reference library."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from integrations.contract import ActionRequest, Buyer, Config, Inbound, Order, OrderLine
from integrations.http import Http
from integrations.money import Money
from integrations.remedies import REFUND, Remedy, RemedyKind
from integrations.standard import ADAPTER, Standard

NOW = datetime(2026, 11, 24, 8, 15, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
OTHER = "whsec_" + base64.b64encode(b"o" * 24).decode()
OUTGOING = "whsec_" + base64.b64encode(bytes(range(32))).decode()
BASE = "http://127.0.0.1:9/makegood"

CREATED: dict[str, Any] = {
    "type": "review.created",
    "timestamp": "2026-11-24T08:15:00Z",
    "data": {
        "review": {
            "id": "r-81",
            "rating": 2,
            "text": " Datang pecah\r\nsekali ",
            "version": 1,
            "written_at": "2026-11-24T15:14:58+07:00",
        },
        "product": {"id": "p-4", "name": "Teapot"},
        "buyer": {"id": "b-9", "name": "Sari", "email": "sari@example.test", "country": "id"},
        "order_ids": ["1007", 1008],
    },
}
ORDER: dict[str, Any] = {
    "id": "1007",
    "placed_at": "2026-11-20T10:00:00+07:00",
    "status": "delivered",
    "paid": {"minor": 2590, "currency": "EUR"},
    "left": {"minor": 2590, "currency": "EUR"},
    "lines": [
        {
            "id": "1",
            "product_id": "p-4",
            "name": "Teapot",
            "quantity": 1,
            "paid": {"minor": 2190, "currency": "EUR"},
        }
    ],
    "buyer": {"id": "b-9", "email": "sari@example.test"},
    "edit_link": "https://shop.example/reviews/r-81/edit?token=t",
}
RECORDED: dict[str, Any] = {
    "id": "rf-1",
    "status": "done",
    "action": "refund",
    "order_id": "1007",
    "amount": {"minor": 1095, "currency": "EUR"},
    "line_ids": ["1"],
}


def inbound(body: bytes, secret: str = SECRET, at: datetime = NOW, id: str = "msg_1") -> Inbound:
    headers = {
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(id, at, body.decode()),
    }
    return Inbound(headers, body, at)


def delivery(content: object = CREATED, secret: str = SECRET) -> Inbound:
    return inbound(json.dumps(content).encode(), secret)


def adapter(base: str = BASE, outgoing: str = OUTGOING, **values: str) -> Standard:
    config = Config({"base_url": base, "outgoing_secret": outgoing, **values}, (SECRET,))
    return ADAPTER(config, Http(), lambda: NOW)


def refund(key: str = "MG-7F3K2Q-1", minor: int = 1095, kind: RemedyKind = REFUND) -> ActionRequest:
    paid = Money(2590, "EUR")
    line = OrderLine("1", "p-4", "Teapot", 1, Money(2190, "EUR"))
    order = Order("1007", "1007", NOW, "delivered", paid, paid, (line,), Buyer("b-9"))
    return ActionRequest(Remedy(kind, Money(minor, "EUR"), ("1",)), key, key, order)
