"""What a person does with a delivery that was genuine but could not be read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from integrations.sentence import Said, Text, Words
from service.db import audit
from service.db.models import Connection, Delivery, Kind, Seller
from service.db.outbox import claims
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.errors import NotFound, WrongState
from service.domain.reviews.delivery_states import DELIVERIES, DeliveryMove, DeliveryState
from service.domain.staff.authority import CLOCK, Actor, Permission
from service.operations.context import Context
from service.operations.staff.permits import permit
from service.operations.tasks.connections import delivery_changed


def move(
    session: Transaction,
    delivery: Delivery,
    how: DeliveryMove,
    *,
    at: datetime,
    actor: Actor = CLOCK,
    note: Said | None = None,
) -> None:
    """Move a delivery to its next state, with what came of it or what a person can do; its task
    follows. Raises `WrongState` where that is not allowed."""
    before = delivery.state
    delivery.state, delivery.note = DELIVERIES.after(before, how), note
    if DeliveryState.NEEDS_ATTENTION in (before, delivery.state):
        delivery_changed(session, delivery, at, actor)


def read_again(context: Context, delivery_id: int, actor: Actor) -> None:
    """Let a delivery be read once more, after an update or a change at the platform.

    Raises `NotPermitted`, `NotFound`, `WrongState`.
    """
    with context.database.transaction() as session:
        now = context.clock.now()
        delivery = _get(session, delivery_id, actor)
        if not delivery.body:
            raise WrongState("Nothing is left to read: what came in was deleted after its time.")
        _note(session, delivery, "delivery.read_again")
        move(session, delivery, DeliveryMove.READ_AGAIN, at=now, actor=actor)
        lane = shop_queries.lane(session, delivery.connection_id, outward=False)
        claims.put(session, Kind.READ_DELIVERY, delivery.id, lane_id=lane, due_at=now, now=now)


def set_aside(context: Context, delivery_id: int, actor: Actor) -> None:
    """Say that nothing has to come of a delivery; it stays stored, with who said so.

    Raises `NotPermitted`, `NotFound`, `WrongState`.
    """
    with context.database.transaction() as session:
        delivery = _get(session, delivery_id, actor)
        _note(session, delivery, "delivery.set_aside")
        note = Text(
            "Set aside by %(name)s: %(note)s",
            name=Words(_name(session, actor)),
            note=delivery.note or "",
        )
        now = context.clock.now()
        move(session, delivery, DeliveryMove.SET_ASIDE, at=now, actor=actor, note=note)


def _get(session: Transaction, delivery_id: int, actor: Actor) -> Delivery:
    delivery = session.scalar(
        select(Delivery).where(Delivery.id == delivery_id).with_for_update(key_share=True)
    )
    if delivery is None:
        raise NotFound("There is no such delivery.")
    shop_id = session.get_one(Connection, delivery.connection_id).shop_id
    permit(session, actor, Permission.DECIDE, shop_id)
    return delivery


def _note(session: Transaction, delivery: Delivery, event: str) -> None:
    connection = session.get_one(Connection, delivery.connection_id)
    audit.note_connection(session, connection, event, f"#{delivery.id}")


def _name(session: Transaction, actor: Actor) -> str:
    return session.get_one(Seller, actor.seller_id).name
