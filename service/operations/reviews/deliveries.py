"""What a person does with a delivery that was genuine but could not be read."""

from __future__ import annotations

from sqlalchemy import select

from integrations.sentence import Text, Words
from service.db import audit, queries
from service.db.models import Connection, Delivery, Kind, Seller
from service.db.outbox import claims
from service.db.transaction import Transaction
from service.domain.errors import NotFound, WrongState
from service.domain.staff.authority import Actor, Permission
from service.operations.context import Context
from service.operations.staff.permits import permit

ATTENTION, SET_ASIDE, WAITING = "needs_attention", "set_aside", "waiting"


def read_again(context: Context, delivery_id: int, actor: Actor) -> None:
    """Let a delivery be read once more, after an update or a change at the platform.

    Raises `NotPermitted`, `NotFound`, `WrongState`.
    """
    with context.database.transaction() as session:
        now = context.clock.now()
        delivery = _get(session, delivery_id, actor, ATTENTION, SET_ASIDE)
        if not delivery.body:
            raise WrongState("Nothing is left to read: what came in was deleted after its time.")
        _note(session, delivery, "delivery.read_again")
        delivery.state, delivery.note = WAITING, None
        lane = queries.lane(session, delivery.connection_id, outward=False)
        claims.put(session, Kind.READ_DELIVERY, delivery.id, lane_id=lane, due_at=now, now=now)


def set_aside(context: Context, delivery_id: int, actor: Actor) -> None:
    """Say that nothing has to come of a delivery; it stays stored, with who said so.

    Raises `NotPermitted`, `NotFound`, `WrongState`.
    """
    with context.database.transaction() as session:
        delivery = _get(session, delivery_id, actor, ATTENTION)
        _note(session, delivery, "delivery.set_aside")
        delivery.state = SET_ASIDE
        delivery.note = Text(
            "Set aside by %(name)s: %(note)s",
            name=Words(_name(session, actor)),
            note=delivery.note or "",
        )


def _get(session: Transaction, delivery_id: int, actor: Actor, *states: str) -> Delivery:
    delivery = session.scalar(
        select(Delivery).where(Delivery.id == delivery_id).with_for_update(key_share=True)
    )
    if delivery is None:
        raise NotFound("There is no such delivery.")
    shop_id = session.get_one(Connection, delivery.connection_id).shop_id
    permit(session, actor, Permission.DECIDE, shop_id)
    if delivery.state not in states:
        raise WrongState("This delivery needs nothing from you now.")
    return delivery


def _note(session: Transaction, delivery: Delivery, what: str) -> None:
    connection = session.get_one(Connection, delivery.connection_id)
    audit.note_connection(session, connection, what, f"#{delivery.id}")


def _name(session: Transaction, actor: Actor) -> str:
    return session.get_one(Seller, actor.seller_id).name
