"""Messages go by Shopee's chat, to the buyer of an order; the app's type has to have Chat.

Reference: open.shopee.com, v2.sellerchat.send_message. The Platform Partner Rules forbid messages that a
program sends by itself: policy.toml says that a person releases each.
"""

from __future__ import annotations

from integrations.contract import MessageChannel, OutgoingMessage
from integrations.errors import Rejected
from integrations.json_input import digits
from integrations.shopee.client import Connected
from integrations.shopee.schemas import MessageIn


class Chat(Connected, MessageChannel):
    """Whom it lets us write to is not documented: it refuses the others (`user_is_forbidden`)."""

    def message(self, message: OutgoingMessage) -> str:
        """v2.sellerchat.send_message."""
        if not digits(message.to.id):
            raise Rejected("the order names no buyer to write to: choose the order of this case")
        content = {"text": message.text}
        body = {"to_id": int(message.to.id), "message_type": "text", "content": content}
        path = "/api/v2/sellerchat/send_message"
        return str(self.client.post(path, MessageIn, body)["message_id"] or "")
