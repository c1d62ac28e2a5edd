"""Named reads of deliveries. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import (
    Connection,
    Delivery,
)
from service.domain.errors import NotFound
from service.domain.reviews.delivery_states import DeliveryState


def connection_of(session: Session, delivery_id: int) -> Connection:
    """The connection a delivery came by; raises `NotFound`."""
    row = session.scalar(
        select(Connection)
        .join(Delivery, Delivery.connection_id == Connection.id)
        .where(Delivery.id == delivery_id)
    )
    if row is None:
        raise NotFound("There is no such delivery.")
    return row


def deliveries_needing_attention(
    session: Session, shop_ids: Collection[int], *, most: int = 50, before: int | None = None
) -> Sequence[Delivery]:
    """Deliveries to these shops that could not be read, newest first."""
    rows = (
        select(Delivery)
        .join(Connection, Connection.id == Delivery.connection_id)
        .where(Delivery.state == DeliveryState.NEEDS_ATTENTION, Connection.shop_id.in_(shop_ids))
    )
    if before is not None:
        rows = rows.where(Delivery.id < before)
    return session.scalars(rows.order_by(Delivery.id.desc()).limit(most)).all()
