"""Messages are customer notes of an order: the shop mails them with its own template."""

from __future__ import annotations

from typing import ClassVar

from integrations.contract import MessageChannel, OutgoingMessage, Reach, SentMessage
from integrations.errors import Rejected
from integrations.json_input import digits
from integrations.text import from_html
from integrations.woocommerce.client import Connected
from integrations.woocommerce.schemas import NoteIn


class Notes(Connected, MessageChannel):
    """wp-api-v3/order-notes.md."""

    # A customer note goes by mail to the address of the order; without one it is only stored.
    reach: ClassVar[frozenset[Reach]] = frozenset({Reach.ORDER, Reach.ADDRESS})

    def message(self, message: OutgoingMessage) -> str:
        order = self.client.order(message.order_id)
        if "@" not in str(order["billing"].get("email") or ""):
            raise Rejected("the order has no e-mail address: a note of it would reach nobody")
        body = {"note": message.text, "customer_note": True}
        # wp-api-v3/order-notes.md
        return str(self.client.post(f"orders/{message.order_id}/notes", NoteIn, body)["id"])

    def find_message(self, sent: SentMessage) -> str | None:
        if not digits(sent.order_id):
            return None
        # All of them come on one page.
        path, query = f"orders/{sent.order_id}/notes", {"type": "customer"}
        # wp-api-v3/order-notes.md
        for note in self.client.walk(path, NoteIn, query, most=1, mark=sent.mark):
            # Kept as it was sent or, seen in WooCommerce 10.9, with entities for & < > " '.
            if sent.mark in note["note"] or sent.mark in from_html(note["note"]):
                return str(note["id"])
        return None
