"""Named reads of endpoints and their events."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Endpoint, EndpointEvent
from service.domain.errors import NotFound


def endpoint(session: Session, endpoint_id: int) -> Endpoint:
    """An endpoint that was not removed; raises `NotFound`."""
    row = session.get(Endpoint, endpoint_id)
    if row is None or row.removed_at is not None:
        raise NotFound("There is no such endpoint.")
    return row


def of_shop(session: Session, shop_id: int) -> Sequence[Endpoint]:
    """The endpoints of a shop, as they were added."""
    return of_shops(session, [shop_id])


def of_shops(session: Session, shop_ids: Collection[int]) -> Sequence[Endpoint]:
    """The endpoints of these shops, as they were added."""
    return session.scalars(
        select(Endpoint)
        .where(Endpoint.shop_id.in_(shop_ids), Endpoint.removed_at.is_(None))
        .order_by(Endpoint.id)
    ).all()


def events_of(
    session: Session, endpoint_id: int, *, most: int, before: int | None = None
) -> Sequence[EndpointEvent]:
    """What an endpoint was told, newest first; `before` is the id of the last one shown."""
    rows = select(EndpointEvent).where(EndpointEvent.endpoint_id == endpoint_id)
    if before is not None:
        rows = rows.where(EndpointEvent.id < before)
    return session.scalars(rows.order_by(EndpointEvent.id.desc()).limit(most)).all()
