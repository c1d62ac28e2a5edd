"""Reads deliveries: what their adapters read in them is brought into the reviews, all of a batch at once."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import Inbound, InboundEvent
from integrations.errors import AdapterError
from integrations.sentence import Said, Text
from service.db.models import Connection, Delivery, Kind
from service.db.outbox import claims
from service.db.outbox.claims import Claim
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.reviews.delivery_states import DeliveryMove, DeliveryState
from service.domain.reviews.outcomes import EventOutcome, note_of
from service.operations.cases import reading
from service.operations.cases.reading import Readings
from service.operations.context import Context
from service.operations.messages.channel_events import take_event
from service.operations.outbox.handler import Handler, HeldRow, Last
from service.operations.reviews import rewritten
from service.operations.reviews.apply import apply_event
from service.operations.reviews.deliveries import move

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Read:
    """One delivery with what the adapter read in it, or why it could not.

    `readings` are of the low reviews among the events.
    """

    claim: Claim
    delivery: Delivery
    connection: Connection
    events: Sequence[InboundEvent]
    problem: Said | None
    readings: Readings


def read_deliveries(context: Context, batch: Sequence[Claim], last: Last) -> None:
    """Read a batch, then take it in in one transaction, which does `last` at its end; raises what stops
    it (`IntegrityError` when another worker stored the same review at the same moment)."""
    with context.database.reading() as session:
        read = _read_all(session, batch)
    # What message channels push changes one case each, in a transaction of its own.
    talk = {delivery.claim.id for delivery in read if _take_talk(context, delivery)}
    with context.database.transaction() as session:
        now = context.clock.now()
        stored = _stored(session, batch)
        shop_queries.read_places(session, {claim.lane_id for claim in batch})
        as_it_is_now = [_as_it_is_now(session, delivery, stored) for delivery in read]
        named = [
            (delivery.connection.id, event)
            for delivery in as_it_is_now
            for event in delivery.events
        ]
        rewritten.know(session, named, now)
        for delivery in as_it_is_now:
            reading.remember(session, delivery.readings)
        still_ours = claims.renew(session, batch, now)
        for delivery in as_it_is_now:
            if delivery.claim.id in still_ours:
                _settle(session, delivery, now, is_talk=delivery.claim.id in talk)
                claims.finish(session, delivery.claim, now)
        last(session)


def _stored(session: Session, batch: Sequence[Claim]) -> dict[int, Delivery]:
    rows = session.scalars(_DELIVERIES, {"ids": [claim.ref_id for claim in batch]})
    return {delivery.id: delivery for delivery in rows}


_DELIVERIES = select(Delivery).where(Delivery.id.in_(bindparam("ids", expanding=True)))


def _read_all(session: Session, batch: Sequence[Claim]) -> list[_Read]:
    """In the order of their arrival. A long text takes long, and no webhook waits for it here."""
    stored = _stored(session, batch)
    ids = {delivery.connection_id for delivery in stored.values()}
    connections = {
        connection_id: session.get_one(Connection, connection_id) for connection_id in ids
    }
    return [
        _read(claim, delivery, connections[delivery.connection_id])
        for claim in sorted(batch, key=_arrival)
        for delivery in [stored[claim.ref_id]]
    ]


def _as_it_is_now(session: Session, read: _Read, stored: dict[int, Delivery]) -> _Read:
    """The same in a transaction that writes; what was removed meanwhile is not brought back."""
    delivery = stored[read.delivery.id]
    connection = session.get_one(Connection, delivery.connection_id)
    if delivery.body != read.delivery.body:
        return _read(read.claim, delivery, connection)
    return replace(read, delivery=delivery, connection=connection)


def _arrival(claim: Claim) -> int:
    return claim.ref_id


def _read(claim: Claim, delivery: Delivery, connection: Connection) -> _Read:
    request = Inbound(json.loads(delivery.headers), delivery.body, delivery.received_at)
    try:
        events = registry.webhooks(connection.adapter).read(request)
    except AdapterError as error:
        return _Read(claim, delivery, connection, (), error.text, {})
    except Exception as error:
        log.exception("delivery %s cannot be read", delivery.id)
        advice = Text(
            "reading this failed (%(name)s); read it again after an update",
            name=type(error).__name__,
        )
        return _Read(claim, delivery, connection, (), advice, {})
    readings = reading.read_complaints(events, connection.threshold)
    return _Read(claim, delivery, connection, events, None, readings)


def _take_talk(context: Context, read: _Read) -> bool:
    """Whether it told of messages, which were taken in; taken in again they change nothing."""
    if read.delivery.state != DeliveryState.WAITING:
        return False
    taken = [take_event(context, read.connection.id, event) for event in read.events]
    return any(taken)


def _settle(session: Transaction, read: _Read, now: datetime, *, is_talk: bool = False) -> None:
    if read.delivery.state != DeliveryState.WAITING:
        return
    if read.problem:
        move(session, read.delivery, DeliveryMove.FAIL, at=now, note=read.problem)
        return
    outcomes = [apply_event(session, read.connection, event, now=now) for event in read.events]
    note = note_of(outcomes + [EventOutcome.MESSAGE] * is_talk)
    how = DeliveryMove.READ if note else DeliveryMove.IGNORE
    move(session, read.delivery, how, at=now, note=note)


def _give_up(row: HeldRow, advice: Said) -> None:
    """After the last try: show the seller that this delivery could not be taken in."""
    delivery = row.session.get_one(Delivery, row.ref_id)
    if delivery.state == DeliveryState.WAITING:
        move(row.session, delivery, DeliveryMove.FAIL, at=row.now, note=advice)


READ_DELIVERY = Handler(
    kind=Kind.READ_DELIVERY,
    label=Text("reading what came in"),
    about=Delivery,
    carry_out_batch=read_deliveries,
    give_up=_give_up,
)
