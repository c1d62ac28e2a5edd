"""Signed deliveries of WooCommerce, read into review events.

The signature covers the body alone (class-wc-webhook.php), so a header never decides what
happens: the body says itself whether the review is still there.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from markupsafe import Markup
from marshmallow import ValidationError

from integrations import json_input
from integrations.contract import (
    Buyer,
    EventKind,
    Inbound,
    ReviewEvent,
    SomethingChanged,
    UnreadRow,
)
from integrations.errors import BadSignature, Unreadable
from integrations.json_input import digits
from integrations.signatures import body_hash, check_base64
from integrations.text import from_html, without_endless_entities
from integrations.woocommerce.client import Unread
from integrations.woocommerce.schemas import ProductIn, ReviewIn, ThinIn

PING = re.compile(rb"webhook_id=\d{1,20}")
GONE = frozenset({"trash", "spam", "deleted", "post-trashed"})
"""The last: its product is in the bin."""
PRODUCT_ACTIONS = re.compile(r"woocommerce_(update|new)_product$")


def verify(request: Inbound, secrets: Sequence[str]) -> str | None:
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
    known = [form for one in secrets for form in {one, html.unescape(one)}]
    check_base64(signature, request.body, known)
    number = headers.get("x-wc-webhook-id", "")[:40]
    delivery = headers.get("x-wc-webhook-delivery-id", "")[:80]
    return f"{number}:{delivery}:{body_hash(request.body)}"


def read(request: Inbound) -> list[ReviewEvent | SomethingChanged]:
    """Read a verified delivery; raises `Unreadable` naming what is wrong in it."""
    topic = request.headers.get("x-wc-webhook-topic", "")
    try:
        body = json_input.read(request.body)
        if not isinstance(body, dict):
            raise Unreadable("the body is not a JSON object")
        if topic.startswith("action.") or set(body) == {"action", "arg"}:
            return _thin(ThinIn().load(body))
        if topic.startswith("product."):
            return [SomethingChanged(f"product:{ProductIn().load(body)['id']}")]
        if topic.startswith("review."):
            return [event_of(EventKind.CHANGED, ReviewIn().load(_known_review(body)))]
    except ValidationError as error:
        raise Unreadable(f"not a review as the plugin sends it: {error.messages}"[:300]) from error
    except (ValueError, RecursionError) as error:
        raise Unreadable("the body is not JSON in UTF-8") from error
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


def unread_row(row: Unread) -> UnreadRow:
    """A review of a list that could not be read, kept as a delivery of the plugin would be."""
    body = json.dumps(row.raw).encode()
    number = row.raw.get("id") if isinstance(row.raw, dict) else None
    name = str(number)[:60] if isinstance(number, int | str) else ""
    key = f"review:{name}" if name.isprintable() and name else f"row:{body_hash(body)}"
    return UnreadRow(key, {"x-wc-webhook-topic": "review.listed"}, body, row.problem)


def event_of(kind: EventKind, data: Mapping[str, Any]) -> ReviewEvent:
    """Make the event of loaded `ReviewIn`; a trashed or spam review is withdrawn."""
    told = {**data, **{key: value for key, value in (data["makegood"] or {}).items() if value}}
    number = str(data["id"])
    if data["status"] in GONE:
        return ReviewEvent(EventKind.WITHDRAWN, review_id=number, sequence=told["revision"])
    written = data["date_created_gmt"]
    customer = told["customer_id"] or _linked_customer(data["links"])
    return ReviewEvent(
        kind,
        review_id=number,
        # 0 is WooCommerce's word for "not rated".
        rating=data["rating"] or None,
        text=plain(data["review"] or ""),
        sequence=told["revision"],
        written_at=written and written.replace(tzinfo=UTC),
        product_id=str(data["product_id"] or ""),
        product_name=from_html(data["product_name"] or ""),
        buyer=Buyer(
            id=str(customer or ""),
            name=from_html(data["reviewer"] or ""),
            email=(data["reviewer_email"] or "").strip(),
        ),
        order_ids=tuple(str(one) for one in told["order_ids"] or ()),
    )


def _linked_customer(links: object) -> int:
    """The number of the WordPress user whom the REST review links to, 0 for a guest."""
    reviewer = links.get("reviewer") if isinstance(links, dict) else None
    first = reviewer[0] if isinstance(reviewer, list) and reviewer else None
    address = first.get("href") if isinstance(first, dict) else None
    found = re.search(r"/users/(\d{1,18})$", address) if isinstance(address, str) else None
    return int(found[1]) if found else 0


def plain(text: str) -> str:
    """One form for one text: a webhook carries what was typed, a GET wraps it in paragraphs."""
    sound = without_endless_entities(text).replace("\r\n", "\n")
    broken = re.sub(r"<br\s*/?>\n?", "\n", sound, flags=re.IGNORECASE)
    broken = re.sub(r"</p>\s*", "\n\n", broken, flags=re.IGNORECASE)
    # Nothing is declared safe here: the tags are taken out.
    lines = (Markup(line).striptags() for line in broken.split("\n"))  # noqa: S704
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).replace("\0", "").strip()
