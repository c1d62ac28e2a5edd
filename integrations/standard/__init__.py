"""Any shop of one's own: signed events in, signed calls out (Standard Webhooks both ways).

Reference: docs/platforms/standard.md and https://www.standardwebhooks.com.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from integrations.contract import (
    Capabilities,
    CheckResult,
    Config,
    Field,
    Inbound,
    ReviewEvent,
    Way,
    WebhookSource,
)
from integrations.entries import WEBHOOK_SECRET, WrongEntry
from integrations.remedies import REFUND, RESEND, VOUCHER
from integrations.sentence import N_, Text
from integrations.standard import checks, signing, webhook
from integrations.standard.actions import MakeGoods, Messages
from integrations.standard.client import base_url, outgoing_key


class Standard(webhook.Reviews, MakeGoods, Messages, WebhookSource):
    """A shop whose own program follows docs/platforms/standard.md."""

    name: ClassVar[str] = "standard"
    label: ClassVar[str] = N_("Own shop (Standard Webhooks)")
    capabilities: ClassVar[Capabilities] = Capabilities(
        poll=True,
        remedies={RESEND: Way.API, REFUND: Way.API, VOUCHER: Way.API},
        edit_link=True,
        idempotent=True,
        idempotent_messages=True,
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

    def edit_link(self, order_id: str, review_id: str) -> str:
        return self.order(order_id).edit_link

    def check(self) -> list[CheckResult]:
        return checks.findings(self)


ADAPTER = Standard
