"""What travels between the sandbox shop and its adapter: signatures, events, orders."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from integrations.base.loading import delivered, json_of
from integrations.contract import EventKind, Inbound, MessageReceived, Order, OrderLine, ReviewEvent
from integrations.errors import BadSignature, Unreadable
from integrations.money import Money
from integrations.sandbox.schemas import EventIn
from integrations.signatures import check_age, hmac_sha256

KINDS = {
    "review.created": EventKind.ADDED,
    "review.updated": EventKind.CHANGED,
    "review.withdrawn": EventKind.WITHDRAWN,
}


def sign(secret: str, delivery: str, timestamp: str, body: bytes) -> str:
    """The signature header: HMAC-SHA256 in hex over delivery id, time and body."""
    return hmac_sha256(secret, f"{delivery}.{timestamp}.".encode() + body).hex()


def verify(request: Inbound, secrets: Sequence[str], now: datetime) -> str:
    """The delivery's key; raises `BadSignature`."""
    names = ("delivery", "timestamp", "signature")
    delivery, timestamp, signature = (request.headers.get(f"x-sandbox-{key}", "") for key in names)
    if not (delivery and timestamp.isascii() and timestamp.isdigit() and signature):
        raise BadSignature("the signature headers are missing")
    expected = [sign(secret, delivery, timestamp, request.body) for secret in secrets if secret]
    if not any(hmac.compare_digest(signature.encode(), signed.encode()) for signed in expected):
        raise BadSignature("signature does not match")
    check_age(datetime.fromtimestamp(int(timestamp), UTC), now)
    # The shop keeps the id over all its tries; only the time is signed anew.
    return delivery


def read(request: Inbound) -> list[ReviewEvent | MessageReceived]:
    """The event of a delivery, none where it is of no interest; raises `Unreadable`."""
    data = delivered(EventIn, json_of(request))
    if data["event"] == "message.received" and data["message"]:
        return [data["message"]]
    if (kind := KINDS.get(data["event"])) is None:
        return []
    if data["review"] is None:
        raise Unreadable("the sandbox sent something else (%(value)s)", value=data["event"])
    review: ReviewEvent = data["review"]
    return [review if review.kind is EventKind.WITHDRAWN else replace(review, kind=kind)]


def order_of(data: dict[str, Any]) -> Order:
    """The order of loaded `OrderIn`."""
    currency = data["currency"]
    lines = tuple(
        OrderLine(
            line["id"],
            line["product_id"],
            line["name"],
            line["quantity"],
            Money(line["paid_minor"], currency),
            picture=line["picture"],
        )
        for line in data["lines"]
    )
    return Order(
        id=data["id"],
        number=data["number"],
        placed_at=data["placed_at"],
        status=data["status"],
        paid=Money(data["paid_minor"], currency),
        left=Money(data["left_minor"], currency),
        lines=lines,
        buyer=data["buyer"],
        edit_link=data["edit_link"],
        tracking=tuple(data["tracking"]),
    )
