"""What buyers write in the chat of the pretend shop."""

from __future__ import annotations

from datetime import datetime

from integrations.sandbox.ledger import Ledger, Row, buyer_of, put_callback


def write_to_shop(
    ledger: Ledger, order: Row, text: str, now: datetime, *, message_id: int | None = None
) -> None:
    """The buyer of an order writes in the shop's chat, in answer to a message or by themselves."""
    with ledger.write() as connection:
        cursor = connection.execute(
            "INSERT INTO buyer_words (order_id, message_id, text, at) VALUES (?, ?, ?, ?)",
            (order["id"], message_id, text, now.isoformat()),
        )
    message = {
        "id": f"w{cursor.lastrowid}",
        "text": text,
        "at": now.isoformat(),
        "order_id": str(order["id"]),
        "answers": "" if message_id is None else str(message_id),
        "buyer": buyer_of(ledger, order["buyer_id"]),
    }
    put_callback(ledger, {"event": "message.received", "message": message}, now)
