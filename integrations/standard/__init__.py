"""Any shop of one's own: signed events in, signed calls out (Standard Webhooks both ways).

Reference: docs/platforms/standard.md and https://www.standardwebhooks.com.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from integrations.contract import (
    ActionRequest,
    Adapter,
    ByHand,
    Capabilities,
    Config,
    Done,
    EventKind,
    Field,
    Finding,
    Inbound,
    MessageChannel,
    Order,
    OrderStore,
    OutgoingMessage,
    Page,
    Refused,
    ReviewEvent,
    ReviewSource,
    Way,
    WebhookSource,
)
from integrations.entries import WEBHOOK_SECRET, WrongEntry
from integrations.errors import Permanent, Unsupported
from integrations.remedies import REFUND, RESEND, VOUCHER
from integrations.sentence import Text
from integrations.standard import actions, checks, orders, signing, webhook
from integrations.standard.client import Client, base_url, outgoing_key, path_of
from integrations.standard.schemas import ReviewDataIn, ReviewPageIn

PAGE_SIZE = "100"


class Standard(Adapter, WebhookSource, ReviewSource, OrderStore, MessageChannel):
    """A shop whose own program follows docs/platforms/standard.md."""

    name: ClassVar[str] = "standard"
    label: ClassVar[str] = "Own shop (Standard Webhooks)"
    capabilities: ClassVar[Capabilities] = Capabilities(
        poll=True,
        remedies={RESEND: Way.API, REFUND: Way.API, VOUCHER: Way.API},
        edit_link=True,
        idempotent=True,
        look_up=True,
    )
    keep_headers: ClassVar[tuple[str, ...]] = ("webhook-",)
    webhook_help: ClassVar[Text | None] = Text(
        "Give both to the program of your shop: it signs each event with the secret, as Standard"
        " Webhooks say, and posts it to the address."
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "base_url",
            Text("Address of the shop's endpoints"),
            Text(
                "Such as https://shop.example/makegood; /orders and the others are put behind it."
            ),
        ),
        Field(
            "outgoing_secret",
            Text("Secret for calls to the shop"),
            Text("whsec_ and at least 24 random bytes in base64; enter the same in your shop."),
            secret=True,
        ),
        Field(
            "edit_links",
            Text("Use the shop's edit links"),
            Text(
                "yes: an invitation may hold the link at which the buyer edits the review; no: never."
            ),
            required=False,
            default="yes",
            choices=("yes", "no"),
        ),
    )

    @classmethod
    def check_entries(cls, values: Mapping[str, str]) -> None:
        super().check_entries(values)
        base_url(Config(values))
        outgoing_key(Config(values))

    @classmethod
    def check_webhook_secret(cls, secret: str) -> None:
        super().check_webhook_secret(secret)
        try:
            signing.key_of(secret)
        except signing.WrongSecret as error:
            raise WrongEntry(error.text, field=WEBHOOK_SECRET) from error

    @classmethod
    def verify(cls, request: Inbound, secrets: Sequence[str], now: datetime) -> str | None:
        # The sender keeps webhook-id over all its tries; only the signed time changes.
        return signing.check(request.headers, request.body, secrets, now)

    @classmethod
    def read(cls, request: Inbound) -> list[ReviewEvent]:
        return webhook.read(request)

    @staticmethod
    def sample(row: Mapping[str, str], secret: str, now: datetime) -> tuple[dict[str, str], bytes]:
        """A signed event made of a CSV row, for `flask replay`."""
        return signing.sample(row, secret, now)

    def look(self, subject: str) -> list[ReviewEvent]:
        kind, _, review_id = subject.partition(":")
        if kind != "review" or not review_id:
            raise Unsupported("only a review can be read again")
        data = self._client().get_or_none(path_of("reviews", review_id), ReviewDataIn)
        if data is None:
            return [ReviewEvent(EventKind.WITHDRAWN, review_id=review_id)]
        return [webhook.event_of(EventKind.CHANGED, data)]

    def poll(self, cursor: str, now: datetime) -> Page:
        data = self._client().get("/reviews", ReviewPageIn, {"cursor": cursor, "limit": PAGE_SIZE})
        onward = data["cursor"] or cursor
        if data["more"] and onward == cursor:
            raise Permanent("the shop names more reviews but no new cursor to read them from")
        events, unread = webhook.read_rows(data["reviews"])
        return Page(events, onward, data["more"], unread)

    def edit_link(self, order_id: str, review_id: str) -> str:
        return self.order(order_id).edit_link

    def orders_for(self, event: ReviewEvent) -> list[Order]:
        return orders.candidates(self._client(), event, self._edit_links())

    def order(self, order_id: str) -> Order:
        return orders.one_order(self._client(), order_id, self._edit_links())

    def act(self, request: ActionRequest) -> Done | ByHand:
        return actions.act(self._client(), request)

    def find(self, request: ActionRequest) -> Done | ByHand | Refused | None:
        return actions.find(self._client(), request)

    def message(self, message: OutgoingMessage) -> str:
        return actions.send(self._client(), message)

    def check(self) -> list[Finding]:
        return checks.findings(self.config, self._client)

    def _client(self) -> Client:
        return Client(self.config, self.http, self.now)

    def _edit_links(self) -> bool:
        return self.config.values.get("edit_links", "yes").strip().lower() != "no"


ADAPTER = Standard
