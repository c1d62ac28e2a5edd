"""WooCommerce: reviews of its products, its orders, and customer notes as messages.

Reference: docs/platforms/woocommerce.md; the REST API is documented in
woocommerce/woocommerce-rest-api-docs (wp-api-v3).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
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
    Pace,
    Page,
    Reach,
    ReviewEvent,
    ReviewSource,
    SomethingChanged,
    Way,
    WebhookSource,
)
from integrations.entries import WrongEntry
from integrations.errors import Unsupported
from integrations.json_input import digits
from integrations.remedies import REFUND, RESEND, VOUCHER
from integrations.sentence import Text
from integrations.woocommerce import checks, coupons, notes, orders, refunds, resends, webhook
from integrations.woocommerce.client import Client, base_url, keys_of
from integrations.woocommerce.schemas import AS_STORED, ReviewIn

SLUG = re.compile(r"[\w%/.~-]*")
REREAD = timedelta(days=30)
"""Reviews are found by the day they were published, so an edit is seen only by reading again."""

ACT = {REFUND: refunds.act, RESEND: resends.act, VOUCHER: coupons.act}
FIND = {REFUND: refunds.find, RESEND: resends.find, VOUCHER: coupons.find}


class WooCommerce(Adapter, WebhookSource, ReviewSource, OrderStore, MessageChannel):
    """A WooCommerce shop; without the companion plugin its reviews are polled."""

    name: ClassVar[str] = "woocommerce"
    label: ClassVar[str] = "WooCommerce"
    # A customer note goes by mail to the address of the order; without one it is only stored.
    reach: ClassVar[frozenset[Reach]] = frozenset({Reach.ORDER, Reach.ADDRESS})
    capabilities: ClassVar[Capabilities] = Capabilities(
        poll=True,
        remedies={RESEND: Way.API, REFUND: Way.API, VOUCHER: Way.API},
        edit_link=True,
        idempotent=False,
        look_up=True,
        look_up_message=True,
    )
    keep_headers: ClassVar[tuple[str, ...]] = ("x-wc-webhook-",)
    webhook_help: ClassVar[Text | None] = Text(
        "Install the Makegood plugin in WordPress. Then WooCommerce > Settings > Advanced > Webhooks >"
        " Add webhook: one each for Review created, Review updated and Review deleted, status Active,"
        " with this delivery URL and this secret."
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "base_url",
            Text("Address of the shop"),
            Text("Such as https://shop.example, without /wp-json."),
        ),
        Field(
            "consumer_key",
            Text("Consumer key"),
            Text(
                "WooCommerce > Settings > Advanced > REST API > Add key, with read and write permission."
            ),
            secret=True,
        ),
        Field(
            "consumer_secret",
            Text("Consumer secret"),
            Text("Shown once beside the key."),
            secret=True,
        ),
        Field(
            "review_order_page",
            Text("Slug of the review-order page"),
            Text(
                "review-order, where your shop has that page (WooCommerce 10.8 and later): the"
                " invitation to a buyer who wrote the review there then holds the link to it. Empty:"
                " never."
            ),
            required=False,
        ),
    )
    # No limit is documented; most shops run on a small machine.
    pace: ClassVar[Pace] = Pace(concurrency=2, per_minute=120)

    @classmethod
    def check_entries(cls, values: Mapping[str, str]) -> None:
        super().check_entries(values)
        base_url(Config(values))
        keys_of(Config(values))
        if not SLUG.fullmatch(values.get("review_order_page", "")):
            raise WrongEntry(
                "enter the last part of the page's address only, such as review-order",
                field="review_order_page",
            )

    @classmethod
    def verify(cls, request: Inbound, secrets: Sequence[str], now: datetime) -> str | None:
        return webhook.verify(request, secrets)

    @classmethod
    def read(cls, request: Inbound) -> list[ReviewEvent | SomethingChanged]:
        return webhook.read(request)

    def look(self, subject: str) -> list[ReviewEvent]:
        kind, _, number = subject.partition(":")
        if kind == "review" and digits(number):
            data = self._client().get_or_none(f"products/reviews/{number}", ReviewIn, AS_STORED)
            if data is None:
                return [ReviewEvent(EventKind.WITHDRAWN, review_id=number)]
            return [webhook.event_of(EventKind.CHANGED, data)]
        if kind == "product" and digits(number):
            query = {**AS_STORED, "status": "all", "product": number}
            listing = self._client().page("products/reviews", ReviewIn, query)
            return [webhook.event_of(EventKind.CHANGED, one) for one in listing.rows]
        raise Unsupported("only a review or a product can be read again")

    def poll(self, cursor: str, now: datetime) -> Page:
        since, began, page = _cursor(cursor, now)
        # Without a status only approved reviews are listed; most shops hold a buyer's first one.
        query = {
            **AS_STORED,
            "status": "all",
            "order": "asc",
            "orderby": "date",
            "page": str(page),
        }
        if since:
            query["after"] = since
        listing = self._client().page("products/reviews", ReviewIn, query)
        events = [webhook.event_of(EventKind.CHANGED, one) for one in listing.rows]
        unread = [webhook.unread_row(one) for one in listing.unread]
        if listing.more:
            return Page(events, f"{since}|{began}|{page + 1}", more=True, unread=unread)
        start = datetime.fromisoformat(began) - REREAD
        return Page(events, f"{start:%Y-%m-%dT%H:%M:%S}||1", unread=unread)

    def orders_for(self, event: ReviewEvent) -> list[Order]:
        return orders.candidates(self._client(), event)

    def order(self, order_id: str) -> Order:
        return orders.one_order(self._client(), order_id)

    def order_by_number(self, number: str) -> Order:
        return orders.order_by_number(self._client(), number)

    def edit_link(self, order_id: str, review_id: str) -> str:
        slug = self.config.values.get("review_order_page", "").strip().strip("/")
        return orders.edit_link(self._client(), order_id, review_id, slug)

    def act(self, request: ActionRequest) -> Done | ByHand:
        return ACT[request.remedy.kind](self._client(), request)

    def find(self, request: ActionRequest) -> Done | ByHand | None:
        return FIND[request.remedy.kind](self._client(), request)

    def message(self, message: OutgoingMessage) -> str:
        return notes.send(self._client(), message)

    def find_message(self, order_id: str, mark: str) -> str | None:
        return notes.find(self._client(), order_id, mark)

    def check(self) -> list[Finding]:
        return checks.findings(self.config, self._client)

    def _client(self) -> Client:
        return Client(self.config, self.http, self.now)


def _cursor(cursor: str, now: datetime) -> tuple[str, str, int]:
    """Since when (shop's clock, '' for ever), when this pass began, the next page."""
    since, began, page = [*cursor.split("|"), "", "", ""][:3]
    return since, began or now.isoformat(), digits(page) or 1


ADAPTER = WooCommerce
