"""Reviews of the shop: signed events, and GET /reviews in pages and one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from integrations.base.client import path_of
from integrations.base.lists import Unread, rows_in, unread_row
from integrations.base.loading import delivered, json_of
from integrations.contract import (
    Buyer,
    EventKind,
    Inbound,
    PollResult,
    ReviewEvent,
    ReviewSource,
    UnreadRow,
    WebhookSource,
)
from integrations.entries import WEBHOOK_SECRET, WrongEntry
from integrations.errors import Permanent, Unsupported
from integrations.sentence import Text
from integrations.standard import signing
from integrations.standard.client import Connected
from integrations.standard.schemas import EnvelopeIn, GoneDataIn, ReviewDataIn, ReviewPageIn
from integrations.standard_webhooks import WrongSecret, key_of

PAGE_SIZE = "100"
KINDS = {
    "review.created": EventKind.ADDED,
    "review.updated": EventKind.CHANGED,
    "review.deleted": EventKind.WITHDRAWN,
}


class Webhooks(WebhookSource):
    """Signed events of a review."""

    keep_headers: ClassVar[tuple[str, ...]] = ("webhook-",)
    webhook_help: ClassVar[Text | None] = Text(
        "Give both to the program of your shop: it signs each event with the secret, as Standard"
        " Webhooks say, and posts it to the address."
    )

    @classmethod
    def check_webhook_secret(cls, secret: str) -> None:
        super().check_webhook_secret(secret)
        try:
            key_of(secret)
        except WrongSecret as error:
            raise WrongEntry(error.text, field=WEBHOOK_SECRET) from error

    @classmethod
    def verify(cls, request: Inbound, secrets: Sequence[str], now: datetime) -> str | None:
        # The sender keeps webhook-id over all its tries; only the signed time changes.
        return signing.check(request.headers, request.body, secrets, now)

    @classmethod
    def read(cls, request: Inbound) -> list[ReviewEvent]:
        """Read a verified delivery; raises `Unreadable` naming what is wrong in it."""
        envelope = delivered(EnvelopeIn, json_of(request))
        kind = KINDS.get(envelope["type"])
        if kind is None:
            return []
        if kind is EventKind.WITHDRAWN:
            return [_gone(delivered(GoneDataIn, envelope["data"], "data"))]
        return [event_of(kind, delivered(ReviewDataIn, envelope["data"], "data"))]


class Reviews(Connected, ReviewSource):
    """GET /reviews and GET /reviews/{id}."""

    def look(self, subject: str) -> list[ReviewEvent]:
        kind, _, review_id = subject.partition(":")
        if kind != "review" or not review_id:
            raise Unsupported("only a review can be read again")
        data = self.client.get_or_none(path_of("reviews", review_id), ReviewDataIn)
        if data is None:
            return [ReviewEvent(EventKind.WITHDRAWN, review_id)]
        return [event_of(EventKind.CHANGED, data)]

    def poll(self, cursor: str, now: datetime) -> PollResult:
        query = {"cursor": cursor, "limit": PAGE_SIZE}
        data = self.client.get("/reviews", ReviewPageIn, query)
        onward = data["cursor"] or cursor
        if data["more"] and onward == cursor:
            raise Permanent("the shop names more reviews but no new cursor to read them from")
        page = rows_in(data["reviews"], ReviewDataIn, "/reviews", "data")
        events = [event_of(EventKind.CHANGED, row) for row in page.rows]
        return PollResult(events, onward, data["more"], [_unread(row) for row in page.unread])


def _unread(row: Unread) -> UnreadRow:
    """As an event of it would have come."""
    review = row.value("review")
    number = review.get("id") if isinstance(review, dict) else None
    return unread_row(row, number, {"type": "review.updated", "data": row.raw})


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
        photos=_addresses(review["photos"]),
        films=_addresses(review["films"]),
    )


def _addresses(given: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if given is None else tuple(given)


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
        phone=data.get("phone") or "",
        consents=" ".join(data.get("consents") or ()),
        address=data.get("address") or "",
    )


def _gone(data: Mapping[str, Any]) -> ReviewEvent:
    review = data["review"]
    return ReviewEvent(EventKind.WITHDRAWN, review_id=review["id"], sequence=review["version"])
