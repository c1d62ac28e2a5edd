"""Messages to buyers and public replies, sent with their key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from integrations.base.client import said_in
from integrations.contract import Buyer, MessageChannel, OutgoingMessage, PublicReply, ReplyTarget
from integrations.errors import Rejected
from integrations.sentence import Text
from integrations.standard.client import Conflict, Connected
from integrations.standard.schemas import SentIn

MESSAGES = "/messages"
REPLIES = "/replies"


class Messages(Connected, MessageChannel):
    """POST /messages; a 409 says that it was sent before."""

    @classmethod
    def reaches(cls, buyer: Buyer, order_id: str) -> bool:
        """By the order; where the order is another platform's, by the address."""
        return bool(order_id) or "@" in buyer.email

    def message(self, message: OutgoingMessage) -> str:
        """POST /messages."""
        body = {
            "key": message.key,
            "reference": message.reference,
            "order_id": message.order_id,
            "to": {"id": message.to.id, "name": message.to.name, "email": message.to.email},
            "language": message.language,
            "subject": message.subject,
            "text": message.text,
            "html": message.html,
            "stop_url": message.stop_url,
        }
        try:
            sent = self.client.post(MESSAGES, SentIn, body, key=message.key)
        except Conflict as conflict:
            sent = self.client.written(SentIn, conflict.response, MESSAGES)
        return sent["id"] or ""


class Replies(Connected, ReplyTarget):
    """POST /replies; a 409 says that this review has one already, or that this key is known."""

    longest_reply: ClassVar[int] = 5000
    reply_rules: ClassVar[Text] = Text(
        "It stands under the review in your own shop; one reply for each review."
    )

    @classmethod
    def takes_replies(cls, values: Mapping[str, str]) -> bool:
        return values.get("replies", "").strip().lower() == "yes"

    def reply(self, reply: PublicReply) -> str:
        """POST /replies."""
        body = {"key": reply.key, "review_id": reply.review_id, "text": reply.text}
        try:
            posted = self.client.post(REPLIES, SentIn, body, key=reply.key)
        except Conflict as conflict:
            if (said_in(conflict.response) or {}).get("key") != reply.key:
                raise Rejected("this review has a reply already") from conflict
            posted = self.client.written(SentIn, conflict.response, REPLIES)
        return posted["id"] or ""
