"""Reads reviews again where a delivery only said that something changed, or where none comes."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from integrations.errors import Permanent, Unsupported
from service.db import claims, queries
from service.db.claims import Claim
from service.db.models import Connection, Kind
from service.operations import intake
from service.operations.context import Context

POLL_EVERY = timedelta(minutes=10)


def look(context: Context, held: Claim) -> None:
    """Read again what a delivery named (`held.step`); what is gone changes nothing."""
    with context.database.reading() as session:
        connection = session.get_one(Connection, held.ref_id)
    try:
        events = context.adapter(connection).look(held.step)
    except (Permanent, Unsupported) as error:
        with context.database.transaction() as session:
            claims.give_up(session, held, context.clock.now(), error.message)
        return
    with context.database.transaction() as session:
        now = context.clock.now()
        claims.hold(session, held, now)
        connection = session.get_one(Connection, held.ref_id)
        for event in sorted(events, key=lambda one: one.review_id):
            intake.take_in(session, connection, event, now=now, looked=True)
        claims.finish(session, held, now)


def poll(context: Context, held: Claim) -> None:
    """Read one page of changes; the row then waits for the next time instead of ending."""
    with context.database.reading() as session:
        connection = session.get_one(Connection, held.ref_id)
    page = context.adapter(connection).poll(connection.poll_cursor, context.clock.now())
    with context.database.transaction() as session:
        now = context.clock.now()
        claims.hold(session, held, now)
        connection = session.get_one(Connection, held.ref_id)
        for event in sorted(page.events, key=lambda one: one.review_id):
            intake.take_in(session, connection, event, now=now, looked=True)
        session.execute(
            update(Connection).where(Connection.id == connection.id)
            .values(poll_cursor=page.cursor)
        )  # fmt: skip
        fresh = Claim(held.id, held.kind, held.ref_id, held.step, held.lane_id, -1, held.token)
        claims.put_off(session, fresh, now if page.more else now + POLL_EVERY)


def start_polling(context: Context, connection_id: int) -> None:
    """Put the row that polls a connection from now on."""
    with context.database.transaction() as session:
        now = context.clock.now()
        lane = queries.lane(session, connection_id, outward=True)
        claims.put(session, Kind.POLL, connection_id, lane_id=lane, due_at=now, now=now)
