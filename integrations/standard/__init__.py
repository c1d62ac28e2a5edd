"""Any shop of one's own: signed events in, signed calls out (Standard Webhooks both ways).

Reference: docs/platforms/standard.md and https://www.standardwebhooks.com.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from integrations.base.seller_pages import PAGE_FIELDS, SellerPages
from integrations.contract import Capabilities, Config, Field, Way
from integrations.entries import YES_NO
from integrations.remedies import REFUND, RESEND, VOUCHER
from integrations.sentence import N_, Text
from integrations.standard.checks import Checks
from integrations.standard.client import base_url, outgoing_key
from integrations.standard.messages import Messages, Replies
from integrations.standard.orders import Orders
from integrations.standard.webhook import Reviews, Webhooks
from integrations.standard_webhooks import key_of, sign


class Standard(SellerPages, Reviews, Orders, Messages, Replies, Webhooks, Checks):
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
        voucher_use=True,
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
        *PAGE_FIELDS,
        Field(
            "replies",
            Text("The shop takes public replies"),
            Text("yes: they are posted by your shop's program; no: you post them yourself."),
            required=False,
            default="no",
            choices=YES_NO,
        ),
        Field(
            "edit_links",
            Text("Use the shop's edit links"),
            Text(
                "yes: an invitation may hold the link at which the buyer edits the review; no: never."
            ),
            required=False,
            default="yes",
            choices=YES_NO,
        ),
    )

    @classmethod
    def check_entries(cls, values: Mapping[str, str]) -> None:
        super().check_entries(values)
        base_url(Config(values))
        outgoing_key(Config(values))

    @staticmethod
    def sample(row: Mapping[str, str], secret: str, now: datetime) -> tuple[dict[str, str], bytes]:
        """A signed `review.created` made of a row of a reviews CSV, for `flask replay`; the same row
        has the same id."""
        content = {
            "type": "review.created",
            "data": {
                "review": {
                    "id": f"csv-{row['id']}",
                    "rating": int(row["rating"]),
                    "text": row["text"],
                    "version": 1,
                },
                "product": {"id": row["product"][:150], "name": row["product"]},
            },
        }
        body = json.dumps(content).encode()
        return sign(key_of(secret), f"csv-{row['id']}", now, body), body

    def edit_link(self, order_id: str, review_id: str) -> str:
        return self.order(order_id).edit_link


ADAPTER = Standard
