"""Signed deliveries of WooCommerce, read into review events.

The signature covers the body alone (class-wc-webhook.php), so a header never decides what
happens: the body says itself whether the review is still there.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from integrations.base.loading import delivered, json_of
from integrations.contract import Inbound, ReviewEvent, SomethingChanged, WebhookSource
from integrations.errors import BadSignature, Unreadable
from integrations.json_input import digits
from integrations.sentence import Text
from integrations.signatures import body_hash, check_base64
from integrations.woocommerce.reviews import event_of
from integrations.woocommerce.schemas import ReviewIn, RowIn, ThinIn

PING = re.compile(rb"webhook_id=\d{1,20}")
PRODUCT_ACTIONS = re.compile(r"woocommerce_(update|new)_product$")


class Webhooks(WebhookSource):
    """The plugin's reviews, and WooCommerce's own topics."""

    keep_headers: ClassVar[tuple[str, ...]] = ("x-wc-webhook-",)
    webhook_help: ClassVar[Text | None] = Text(
        "Install the Makegood plugin in WordPress. Then WooCommerce > Settings > Advanced > Webhooks >"
        " Add webhook: one each for Review created, Review updated and Review deleted, status Active,"
        " with this delivery URL and this secret."
    )

    @classmethod
    def verify(cls, request: Inbound, secrets: Sequence[str], now: datetime) -> str | None:
        """The delivery's key; None for the unsigned ping that WooCommerce sends at creation.

        The delivery id alone is no key: it is a hash of the webhook's id and the current second.
        """
        headers = request.headers
        signature = headers.get("x-wc-webhook-signature", "")
        if not signature:
            if PING.fullmatch(request.body.strip()):
                return None
            raise BadSignature("the header X-WC-Webhook-Signature is missing")
        # WooCommerce decodes special characters in its secret before use.
        forms = [form for secret in secrets for form in {secret, html.unescape(secret)}]
        check_base64(signature, request.body, forms)
        number = headers.get("x-wc-webhook-id", "")[:40]
        delivery = headers.get("x-wc-webhook-delivery-id", "")[:80]
        return f"{number}:{delivery}:{body_hash(request.body)}"

    @classmethod
    def read(cls, request: Inbound) -> list[ReviewEvent | SomethingChanged]:
        """Read a verified delivery; raises `Unreadable` naming what is wrong in it."""
        topic, body = request.headers.get("x-wc-webhook-topic", ""), json_of(request)
        if not isinstance(body, dict):
            raise Unreadable("the body is not a JSON object")
        if topic.startswith("action.") or set(body) == {"action", "arg"}:
            return _thin(delivered(ThinIn, body))
        if topic.startswith("product."):
            return [SomethingChanged(f"product:{delivered(RowIn, body)['id']}")]
        if topic.startswith("review."):
            return [event_of(delivered(ReviewIn, _known_review(body)))]
        return []


def _known_review(body: dict[str, Any]) -> dict[str, Any]:
    if not body.get("status"):
        raise Unreadable("the review has no status: install the Makegood plugin in the shop again")
    return body


def _thin(body: Mapping[str, Any]) -> list[ReviewEvent | SomethingChanged]:
    """An `action.*` topic carries one argument only; a product's id is worth another look."""
    number = body["arg"]
    if PRODUCT_ACTIONS.fullmatch(body["action"]) and digits(str(number)):
        return [SomethingChanged(f"product:{number}")]
    return []
