"""Stored bodies of deliveries: which are kept, whether they mention a buyer, emptying them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import Inbound, InboundEvent
from service.db.models import Connection, Delivery
from service.db.transaction import Transaction
from service.domain.reviews.delivery_states import DeliveryState

AT_ONCE = 200
_BEFORE = r"(?:(?<![\w.+-])|(?<=\\[nrtbf])|(?<=\\u[0-9a-f]{4}))"
"""What may stand before an address: nothing of a longer one, or a sign as JSON escapes it."""
_AFTER = r"(?![\w-]|\.\w)"


@dataclass(frozen=True, slots=True)
class Body:
    """A delivery that still has its body, with the connection it came by."""

    id: int
    state: DeliveryState
    headers: str
    body: bytes
    received_at: datetime
    connection_id: int
    shop_id: int
    adapter: str

    def names(self, addresses: set[str]) -> bool:
        """True when one of these lower-case addresses is in it, and no longer one that ends alike."""
        text = self.body.decode("utf-8", "replace").lower()
        return any(
            address in text and re.search(_BEFORE + re.escape(address) + _AFTER, text)
            for address in addresses
        )

    def events(self) -> Sequence[InboundEvent]:
        """What the adapter reads in it; nothing where it cannot."""
        request = Inbound(json.loads(self.headers), self.body, self.received_at)
        try:
            return registry.webhooks(self.adapter).read(request)
        except Exception:
            # Also a fault of the reader: the words above are looked for all the same.
            return ()


def kept(session: Session) -> Iterator[Body]:
    """All deliveries that still have their body, a bounded number in memory at a time."""
    rows_after = (
        select(
            Delivery.id,
            Delivery.state,
            Delivery.headers,
            Delivery.body,
            Delivery.received_at,
            Delivery.connection_id,
            Connection.shop_id,
            Connection.adapter,
        )
        .join(Connection, Connection.id == Delivery.connection_id)
        .where(Delivery.body != b"")
        .order_by(Delivery.id)
        .limit(AT_ONCE)
    )
    after = 0
    while rows := session.execute(rows_after.where(Delivery.id > after)).all():
        for row in rows:
            yield Body(*row)
        after = rows[-1].id


def empty(session: Transaction, ids: Sequence[int]) -> None:
    """Delete the body; the row of the delivery and its outcome stay."""
    session.execute(update(Delivery).where(Delivery.id.in_(ids)).values(body=b"", headers="{}"))
