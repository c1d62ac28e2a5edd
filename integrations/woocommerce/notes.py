"""Messages are customer notes of an order: the shop sends them by e-mail in its own dress."""

from __future__ import annotations

from integrations.contract import OutgoingMessage
from integrations.errors import Rejected
from integrations.json_input import digits
from integrations.woocommerce import orders
from integrations.woocommerce.client import Client
from integrations.woocommerce.schemas import NoteIn


def send(client: Client, message: OutgoingMessage) -> str:
    """Add the note; raises `Permanent` where the shop would send it to nobody."""
    if not digits(message.order_id):
        raise Rejected("a customer note needs an order: choose the order of this case")
    order = orders.fetch(client, message.order_id)
    if "@" not in str(order["billing"].get("email") or ""):
        raise Rejected("the order has no e-mail address: a note of it would reach nobody")
    body = {"note": message.text, "customer_note": True}
    note = client.post(f"orders/{message.order_id}/notes", NoteIn, body)
    return str(note["id"])


def find(client: Client, order_id: str, mark: str) -> str | None:
    """The customer note of the order that holds `mark`; all of them come on one page."""
    if not digits(order_id):
        return None
    path = f"orders/{order_id}/notes"
    for note in client.walk(path, NoteIn, {"type": "customer"}, most=1, mark=mark):
        if mark in note["note"]:
            return str(note["id"])
    return None
