"""WooCommerce: reviews of its products, its orders, and customer notes as messages.

Reference: docs/platforms/woocommerce.md; the REST API is documented in
woocommerce/woocommerce-rest-api-docs (wp-api-v3), whose pages are named here as `wp-api-v3/<page>`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from integrations.contract import (
    ActionRequest,
    ByHand,
    Capabilities,
    CheckResult,
    Config,
    Done,
    Field,
    Inbound,
    Pace,
    ReviewEvent,
    SomethingChanged,
    Way,
    WebhookSource,
)
from integrations.entries import WrongEntry
from integrations.remedies import REFUND, RESEND, VOUCHER
from integrations.sentence import Text
from integrations.woocommerce import checks, coupons, refunds, resends, webhook
from integrations.woocommerce.client import base_url, keys_of
from integrations.woocommerce.notes import Notes
from integrations.woocommerce.orders import Orders
from integrations.woocommerce.reviews import Reviews

SLUG = re.compile(r"[\w%/.~-]*")
ACT = {REFUND: refunds.act, RESEND: resends.act, VOUCHER: coupons.act}
FIND = {REFUND: refunds.find, RESEND: resends.find, VOUCHER: coupons.find}


class WooCommerce(Reviews, Orders, Notes, WebhookSource):
    """A WooCommerce shop; without the companion plugin its reviews are polled."""

    name: ClassVar[str] = "woocommerce"
    label: ClassVar[str] = "WooCommerce"
    capabilities: ClassVar[Capabilities] = Capabilities(
        poll=True,
        remedies={RESEND: Way.API, REFUND: Way.API, VOUCHER: Way.API},
        edit_link=True,
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

    def act(self, request: ActionRequest) -> Done | ByHand:
        return ACT[request.remedy.kind](self.client, request)

    def find(self, request: ActionRequest) -> Done | ByHand | None:
        return FIND[request.remedy.kind](self.client, request)

    def check(self) -> list[CheckResult]:
        return checks.findings(self)


ADAPTER = WooCommerce
