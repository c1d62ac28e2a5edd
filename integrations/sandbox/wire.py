"""What travels between the sandbox shop and its adapter: signatures, events, orders."""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from integrations.contract import (
    Buyer,
    EventKind,
    Inbound,
    Order,
    OrderLine,
    ReviewEvent,
)
from integrations.errors import BadSignature, Unreadable
from integrations.money import Money
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
    delivery = request.headers.get("x-sandbox-delivery", "")
    timestamp = request.headers.get("x-sandbox-timestamp", "")
    given = request.headers.get("x-sandbox-signature", "")
    if not (delivery and timestamp.isascii() and timestamp.isdigit() and given):
        raise BadSignature("the signature headers are missing")
    wanted = [sign(one, delivery, timestamp, request.body) for one in secrets if one]
    if not any(hmac.compare_digest(given.encode(), one.encode()) for one in wanted):
        raise BadSignature("signature does not match")
    check_age(datetime.fromtimestamp(int(timestamp), UTC), now)
    # The shop keeps the id over all its tries; only the time is signed anew.
    return delivery


def read_event(body: bytes) -> list[ReviewEvent]:
    """The event of a body, none where it is of no interest; raises `Unreadable`."""
    try:
        data = json.loads(body)
        kind = KINDS.get(data["event"])
        if kind is None:
            return []
        return [event_of(data["review"], kind)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable(
            "the sandbox sent something else (%(value)s)", value=type(error).__name__
        ) from error


def event_of(review: dict[str, Any], kind: EventKind | None = None) -> ReviewEvent:
    """A review of the sandbox as an event."""
    known = EventKind.WITHDRAWN if review["withdrawn"] else EventKind.CHANGED
    return ReviewEvent(
        known if review["withdrawn"] else kind or known,
        review_id=str(review["id"]),
        rating=review["rating"],
        text=review["text"],
        sequence=review["version"],
        written_at=datetime.fromisoformat(review["written_at"]),
        product_id=review["product_id"],
        product_name=review["product_name"],
        buyer=Buyer(**review["buyer"]),
        order_ids=tuple(review["order_ids"]),
    )


def order_of(data: dict[str, Any]) -> Order:
    """An order as the sandbox answers it."""
    currency = data["currency"]
    lines = tuple(
        OrderLine(
            line["id"],
            line["product_id"],
            line["name"],
            line["quantity"],
            Money(line["paid_minor"], currency),
        )
        for line in data["lines"]
    )
    return Order(
        id=str(data["id"]),
        number=data["number"],
        placed_at=datetime.fromisoformat(data["placed_at"]),
        status=data["status"],
        paid=Money(data["paid_minor"], currency),
        left=Money(data["left_minor"], currency),
        lines=lines,
        buyer=Buyer(**data["buyer"]),
        edit_link=data["edit_link"],
    )
