"""Pushes of Shopee: signed, short, and only a hint to look again.

Reference: open.shopee.com developer guide, "Push mechanism". There is none about reviews.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from integrations.base.loading import delivered, json_of
from integrations.contract import (
    Inbound,
    InboundEvent,
    OrderChanged,
    ReturnChanged,
    ReturnStatus,
    SomethingChanged,
    WebhookSource,
)
from integrations.sentence import Text
from integrations.shopee.schemas import DeliveryIn
from integrations.signatures import body_hash, check_any, hmac_sha256

ORDER_STATUS, RETURN_UPDATES = 3, 29


class Webhooks(WebhookSource):
    """Order and return pushes."""

    webhook_help: ClassVar[Text | None] = Text(
        "In the Open Platform Console: Push Mechanism > Set Push. Enter exactly this address as the"
        " callback URL, switch on order_status_push (3) and return_updates_push (29), and enter the Live"
        " Push Partner Key here as the secret; where the Console shows none, the app's partner key."
    )

    @classmethod
    def verify(cls, request: Inbound, secrets: Sequence[str], now: datetime) -> str | None:
        """The delivery's key; None for the push with which Shopee tries an address that was entered.

        What is signed is the address as entered at Shopee, a bar, and the body. No time is part of it but
        the body's own, so a push sent again, or replayed, has the same body and with it the same key.
        """
        if _is_test(request.body):
            return None
        signature = request.headers.get("authorization", "").strip().lower()
        signed = f"{request.url}|".encode() + request.body
        expected = [hmac_sha256(secret, signed).hex().encode() for secret in secrets if secret]
        check_any([signature.encode()], expected)
        return body_hash(request.body)

    @classmethod
    def read(cls, request: Inbound) -> list[InboundEvent]:
        """Read a verified delivery; raises `Unreadable` naming what is wrong in it."""
        push = delivered(DeliveryIn, json_of(request))
        data = push["data"]
        order_sn, return_sn = data.get("order_sn") or data.get("ordersn"), data.get("return_sn")
        if push["code"] == ORDER_STATUS and order_sn:
            return [OrderChanged(order_sn)]
        if push["code"] == RETURN_UPDATES and return_sn and order_sn:
            return [ReturnChanged(return_sn, order_sn, ReturnStatus.CHANGED)]
        if push["code"] == RETURN_UPDATES and return_sn:
            return [SomethingChanged(f"return:{return_sn}")]
        return []


def _is_test(body: bytes) -> bool:
    """Whether it names nothing that could be acted on."""
    if not body.strip():
        return True
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) and not (content.get("shop_id") or content.get("data"))
