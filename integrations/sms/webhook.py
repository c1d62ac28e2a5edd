"""Callbacks of Twilio: what became of a message, and what buyers write.

Reference: twilio.com/docs/usage/security ("Validating requests": HMAC-SHA1 by the auth token over the address
and the sorted fields), twilio.com/docs/messaging/guides/track-outbound-message-status,
twilio.com/docs/messaging/guides/webhook-request (incoming messages, `OptOutType`).
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from urllib.parse import parse_qsl

from integrations.contract import (
    Buyer,
    Inbound,
    InboundEvent,
    MessageReceived,
    MessageStatus,
    MessageStatusEvent,
    WebhookSource,
)
from integrations.errors import BadSignature, Unreadable
from integrations.json_input import digits
from integrations.sentence import Text
from integrations.signatures import body_hash, check_any
from integrations.sms.client import OPTED_OUT, STOPPED
from integrations.telephone import e164

STATUSES = {
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.READ,
    "undelivered": MessageStatus.FAILED,
    "failed": MessageStatus.FAILED,
}
ONLY_THIS = frozenset({30001, 30002, 30007, 30008, 30009, 30010, 30022, 30023, 30034, 30410})
"""Filtered, too much at once, too dear, not registered: the number itself may be good."""
REASONS = {
    30003: Text("The telephone is off or out of reach (30003)."),
    30004: Text("The receiver blocks messages (30004)."),
    30005: Text("The number is not in use (30005)."),
    30006: Text("The number takes no SMS: a landline, or its network is not reached (30006)."),
    30007: Text("The network filtered the message (30007)."),
    OPTED_OUT: STOPPED,
}
MOST_FIELDS = 200


class Webhooks(WebhookSource):
    """Statuses and answers."""

    webhook_help: ClassVar[Text | None] = Text(
        "In the Twilio Console, at the number or Messaging Service: A message comes in > Webhook, HTTP POST."
        " Enter exactly this address there, and the account's auth token here as the secret. Status callbacks"
        " need no entry."
    )

    @classmethod
    def verify(cls, request: Inbound, secrets: Sequence[str], now: datetime) -> str | None:
        """The delivery's key. A callback sent again has the same fields, and its address and fields are all
        that is signed."""
        fields = sorted(set(_fields(request.body)))
        signed = request.url + "".join(f"{name}{value}" for name, value in fields)
        signature = request.headers.get("x-twilio-signature", "").strip()
        keys = [secret.encode() for secret in secrets if secret]
        right = [base64.b64encode(hmac.digest(key, signed.encode(), "sha1")) for key in keys]
        check_any([signature.encode()], right)
        return body_hash(request.body)

    @classmethod
    def read(cls, request: Inbound) -> list[InboundEvent]:
        """Read a verified delivery; raises `Unreadable` where it is no form of Twilio's."""
        try:
            fields = dict(_fields(request.body))
        except BadSignature as error:
            raise Unreadable("the body is not a form in UTF-8") from error
        sid = fields.get("MessageSid") or fields.get("SmsSid") or ""
        if not sid:
            raise Unreadable("MessageSid: is missing")
        status = fields.get("MessageStatus") or fields.get("SmsStatus") or ""
        if status == "received" or ("Body" in fields and "MessageStatus" not in fields):
            return [_words(fields, sid, request)]
        if status not in STATUSES:
            return []
        code = digits(fields.get("ErrorCode", "")) or 0
        how = STATUSES[status]
        if how is MessageStatus.FAILED and code in ONLY_THIS:
            how = MessageStatus.REFUSED
        failed = how in (MessageStatus.FAILED, MessageStatus.REFUSED)
        usual = Text("The network did not bring it (%(code)s).", code=code)
        reason = REASONS.get(code, usual) if failed else None
        at = request.received_at
        return [MessageStatusEvent(sid, how, at, reason, opts_out=code == OPTED_OUT)]


def _fields(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form; raises `BadSignature` where it is none, before anything is signed."""
    try:
        text = body.decode("utf-8")
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise BadSignature("the body is not a form") from error


def _words(fields: dict[str, str], sid: str, request: Inbound) -> MessageReceived:
    sender = fields.get("From", "")
    pictures = digits(fields.get("NumMedia", "")) or 0
    text = fields.get("Body", "") or (f"[{pictures} MMS]" if pictures else "")
    return MessageReceived(
        message_id=sid,
        text=text,
        at=request.received_at,
        buyer=Buyer(phone=e164(sender) or sender),
        thread=sender,
        opts_out=fields.get("OptOutType", "").upper() == "STOP",
    )
