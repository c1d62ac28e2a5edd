"""Signed events of the shop, read into review events."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from marshmallow import ValidationError

from integrations import json_input
from integrations.contract import Buyer, EventKind, Inbound, ReviewEvent, UnreadRow
from integrations.errors import Unreadable
from integrations.sentence import Words
from integrations.signatures import body_hash
from integrations.standard.schemas import EnvelopeIn, GoneDataIn, ReviewDataIn, load

KINDS = {
    "review.created": EventKind.ADDED,
    "review.updated": EventKind.CHANGED,
    "review.deleted": EventKind.WITHDRAWN,
}


def read(request: Inbound) -> list[ReviewEvent]:
    """Read a verified delivery; raises `Unreadable` naming what is wrong in it."""
    try:
        envelope = load(EnvelopeIn, json_input.read(request.body))
        kind = KINDS.get(envelope["type"])
        if kind is None:
            return []
        if kind is EventKind.WITHDRAWN:
            return [_gone(load(GoneDataIn, envelope["data"], "data"))]
        return [event_of(kind, load(ReviewDataIn, envelope["data"], "data"))]
    except ValidationError as error:
        raise Unreadable(str(error.messages[0])) from error
    except (ValueError, RecursionError) as error:
        raise Unreadable("the body is not JSON in UTF-8") from error


def read_rows(rows: Sequence[Any]) -> tuple[list[ReviewEvent], list[UnreadRow]]:
    """Read the reviews of a page one by one; what cannot be read is kept as an event of it."""
    events: list[ReviewEvent] = []
    unread: list[UnreadRow] = []
    for row in rows:
        try:
            events.append(event_of(EventKind.CHANGED, load(ReviewDataIn, row, "data")))
        except ValidationError as error:
            body = json.dumps({"type": "review.updated", "data": row}).encode()
            unread.append(
                UnreadRow(f"row:{_name_of(row, body)}", {}, body, Words(error.messages[0]))
            )
    return events, unread


def _name_of(row: Any, body: bytes) -> str:
    """The same whenever this row is met: its id, else what it holds."""
    review = row.get("review") if isinstance(row, dict) else None
    number = review.get("id") if isinstance(review, dict) else None
    named = isinstance(number, str | int) and str(number).isprintable() and str(number).strip()
    return str(number)[:100] if named else body_hash(body)


def event_of(kind: EventKind, data: Mapping[str, Any]) -> ReviewEvent:
    """Make the event of loaded `ReviewDataIn`; a review marked as deleted is withdrawn."""
    if data["review"]["deleted"]:
        return _gone(data)
    review, product = data["review"], data["product"] or {}
    written_at = review["written_at"]
    return ReviewEvent(
        kind,
        review_id=review["id"],
        rating=review["rating"],
        text=review["text"] or "",
        sequence=review["version"],
        written_at=written_at and written_at.astimezone(UTC),
        product_id=product.get("id") or "",
        product_name=product.get("name") or "",
        buyer=buyer_of(data["buyer"] or {}),
        order_ids=tuple(data["order_ids"] or ()),
    )


def buyer_of(data: Mapping[str, Any]) -> Buyer:
    """Make the buyer of loaded `BuyerIn`."""
    return Buyer(
        id=data.get("id") or "",
        name=data.get("name") or "",
        email=(data.get("email") or "").strip(),
        country=(data.get("country") or "").upper(),
        language=data.get("language") or "",
        zone=data.get("zone") or "",
        region=data.get("region") or "",
    )


def _gone(data: Mapping[str, Any]) -> ReviewEvent:
    review = data["review"]
    return ReviewEvent(EventKind.WITHDRAWN, review_id=review["id"], sequence=review["version"])
