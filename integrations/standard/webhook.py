"""Reviews of the shop: signed events, and GET /reviews in pages and one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from integrations.base.client import path_of
from integrations.base.lists import Unread, rows_in, unread_row
from integrations.base.loading import delivered, json_of
from integrations.contract import (
    EventKind,
    Inbound,
    PollResult,
    ReviewEvent,
    ReviewSource,
    UnreadRow,
    WebhookSource,
)
from integrations.entries import WEBHOOK_SECRET
from integrations.errors import Permanent, Unsupported
from integrations.sentence import Text
from integrations.standard.client import Connected
from integrations.standard.schemas import (
    EnvelopeIn,
    GoneDataIn,
    NewDataIn,
    ReviewDataIn,
    ReviewPageIn,
)
from integrations.standard_webhooks import check_signed, entered_key

PAGE_SIZE = "100"
EVENTS = {
    "review.created": NewDataIn,
    "review.updated": ReviewDataIn,
    "review.deleted": GoneDataIn,
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
        entered_key(WEBHOOK_SECRET, secret)

    @classmethod
    def verify(cls, request: Inbound, secrets: Sequence[str], now: datetime) -> str | None:
        # The sender keeps webhook-id over all its tries; only the signed time changes.
        return check_signed(request.headers, request.body, secrets, now)

    @classmethod
    def read(cls, request: Inbound) -> list[ReviewEvent]:
        """Read a verified delivery; raises `Unreadable` naming what is wrong in it."""
        envelope = delivered(EnvelopeIn, json_of(request))
        schema = EVENTS.get(envelope["type"])
        return [] if schema is None else [delivered(schema, envelope["data"], "data")]


class Reviews(Connected, ReviewSource):
    """GET /reviews and GET /reviews/{id}."""

    def look(self, subject: str) -> list[ReviewEvent]:
        """GET /reviews/{id}."""
        kind, _, review_id = subject.partition(":")
        if kind != "review" or not review_id:
            raise Unsupported("only a review can be read again")
        event = self.client.get_or_none(path_of("reviews", review_id), ReviewDataIn)
        return [event or ReviewEvent(EventKind.WITHDRAWN, review_id)]

    def poll(self, cursor: str, now: datetime) -> PollResult:
        """GET /reviews."""
        query = {"cursor": cursor, "limit": PAGE_SIZE}
        data = self.client.get("/reviews", ReviewPageIn, query)
        onward = data["cursor"] or cursor
        if data["more"] and onward == cursor:
            raise Permanent("the shop names more reviews but no new cursor to read them from")
        page = rows_in(data["reviews"], ReviewDataIn, "/reviews", "data")
        return PollResult(page.rows, onward, data["more"], [_unread(row) for row in page.unread])


def _unread(row: Unread) -> UnreadRow:
    """As an event of it would have come."""
    review = row.value("review")
    number = review.get("id") if isinstance(review, dict) else None
    return unread_row(row, number, {"type": "review.updated", "data": row.raw})
