"""Deliveries of WhatsApp: what became of a message, and what buyers write.

Reference: developers.facebook.com, Graph API > Webhooks > "Getting started" (X-Hub-Signature-256 over the raw
body by the app secret; the challenge by GET), WhatsApp > Cloud API > Webhooks > "Payload examples".
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from integrations.base.loading import delivered, json_of
from integrations.contract import (
    Buyer,
    Config,
    Inbound,
    InboundEvent,
    MessageReceived,
    MessageStatus,
    MessageStatusEvent,
    WebhookSource,
)
from integrations.sentence import Text
from integrations.signatures import body_hash, check_any, hmac_sha256
from integrations.telephone import e164
from integrations.whatsapp.client import ONLY_THIS, OPTED_OUT, sentence_of
from integrations.whatsapp.schemas import DeliveryIn, ValueIn

STATUSES = {
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.READ,
}


class Webhooks(WebhookSource):
    """Statuses and answers."""

    webhook_help: ClassVar[Text | None] = Text(
        "In the App Dashboard: WhatsApp > Configuration > Webhook. Enter exactly this address and the token"
        " for verifying that you enter below, subscribe to the field messages, and enter the app secret"
        " (App settings > Basic) here as the secret."
    )

    @classmethod
    def verify(cls, request: Inbound, secrets: Sequence[str], now: datetime) -> str | None:
        """The delivery's key. A delivery is sent again with the same body, and the body is all that is
        signed; events in it have ids of their own."""
        signature = request.headers.get("x-hub-signature-256", "").strip().lower()
        right = [hmac_sha256(secret, request.body).hex() for secret in secrets if secret]
        check_any([signature.encode()], [f"sha256={digest}".encode() for digest in right])
        return body_hash(request.body)

    @classmethod
    def challenge(cls, query: Mapping[str, str], config: Config) -> str | None:
        """What Meta is answered when it tries the address; None where the token is not ours."""
        token = config.values.get("verify_token", "").strip()
        sent = query.get("hub.verify_token", "")
        is_ours = bool(token) and hmac.compare_digest(token.encode(), sent.encode())
        return query.get("hub.challenge", "") if is_ours else None

    @classmethod
    def read(cls, request: Inbound) -> list[InboundEvent]:
        """Read a verified delivery; raises `Unreadable` naming what is wrong in it."""
        delivery = delivered(DeliveryIn, json_of(request))
        return [
            event
            for entry in delivery["entry"]
            for change in entry["changes"]
            if change["field"] == "messages"
            for event in _events(delivered(ValueIn, change["value"], "value"), request.received_at)
        ]


def _events(value: dict[str, Any], at: datetime) -> Iterator[InboundEvent]:
    names = {
        contact["wa_id"]: (contact["profile"] or {}).get("name", "")
        for contact in value["contacts"] or ()
    }
    for status in value["statuses"]:
        if (event := _status(status, at)) is not None:
            yield event
    for words in value["messages"]:
        if words["id"]:
            yield _words(words, names.get(words["sender"], ""), at)


def _status(status: dict[str, Any], at: datetime) -> MessageStatusEvent | None:
    named = (status["id"], status["timestamp"] or at, status["biz_opaque_callback_data"] or "")
    vendor_id, moment, key = named
    if status["status"] in STATUSES:
        return MessageStatusEvent(vendor_id, STATUSES[status["status"]], moment, key=key)
    if status["status"] != "failed":
        return None
    error: dict[str, Any] = next(
        iter(status["errors"] or ()), {"code": 0, "title": "", "message": ""}
    )
    said = f": {error['title'] or error['message']}" if error["title"] or error["message"] else ""
    refused = error["code"] in ONLY_THIS
    how = MessageStatus.REFUSED if refused else MessageStatus.FAILED
    reason = sentence_of(error["code"], said)
    return MessageStatusEvent(
        vendor_id, how, moment, reason, key, opts_out=error["code"] == OPTED_OUT
    )


def _words(words: dict[str, Any], name: str, at: datetime) -> MessageReceived:
    # A wa_id is the number without its plus.
    number = e164(f"+{words['sender']}") or f"+{words['sender']}"
    return MessageReceived(
        message_id=words["id"],
        text=_text(words),
        at=words["timestamp"] or at,
        buyer=Buyer(name=name, phone=number),
        thread=words["sender"],
        answers=(words["context"] or {}).get("id", ""),
    )


def _text(words: dict[str, Any]) -> str:
    """What was written or tapped; of a picture or a voice its kind, and its caption."""
    kind, interactive = words["type"], words["interactive"] or {}
    reply = interactive.get("button_reply") or interactive.get("list_reply") or {}
    written: str = (
        (words["text"] or {}).get("body")
        or (words["button"] or {}).get("text")
        or reply.get("title")
        or ""
    )
    if written:
        return written
    caption = next(
        (words[part]["caption"] for part in ("image", "video", "document") if words[part]), ""
    )
    return f"[{kind}] {caption}".strip()
