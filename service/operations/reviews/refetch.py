"""Reads reviews again where a delivery only said that something changed, or where none comes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from integrations.contract import Page, ReviewEvent, Role, UnreadRow
from integrations.errors import Unsupported
from integrations.sentence import Text
from service.db import queries
from service.db.models import Case, Connection, Delivery, Kind, OutboxRow, Review
from service.db.outbox import claims
from service.db.outbox.claims import Claim
from service.operations.cases import reading
from service.operations.cases.reading import Readings
from service.operations.context import Context
from service.operations.outbox.calls import Call, Next, Outcome
from service.operations.reviews import ingest, rewritten
from service.operations.shops import connection_check

POLL_EVERY = timedelta(minutes=10)
LOOK_EVERY = timedelta(days=1)
LOOKS_AT_ONCE = 100
REVIEW = "review:"
"""What `look` of an adapter takes for a review; the number follows."""


def begin_look(context: Context, session: Session, held: Claim, now: datetime) -> Next:
    """Read again what a delivery named (`held.step`); what is gone changes nothing."""
    connection = session.get_one(Connection, held.ref_id)
    if Role.REVIEWS not in connection.roles:
        claims.give_up(session, held, now, Text("This connection brings no reviews any more."))
        return None
    adapter, threshold = context.adapter(connection), connection.threshold

    def looked(session: Session, outcome: Outcome) -> Next:
        if isinstance(outcome.error, Unsupported):
            claims.give_up(session, held, outcome.now, outcome.error.text)
            return None
        if outcome.error is not None:
            return outcome.error
        connection = session.get_one(Connection, held.ref_id)
        events, readings = outcome.value
        reading.remember(session, readings)
        _take_in(session, connection, events, outcome.now)
        claims.finish(session, held, outcome.now)
        return None

    def look() -> tuple[Sequence[ReviewEvent], Readings]:
        events = adapter.look(held.step)
        return events, reading.read_complaints(events, threshold)

    return Call(held, context.http.now(), look, looked)


def _take_in(
    session: Session,
    connection: Connection,
    events: Sequence[ReviewEvent],
    now: datetime,
    *,
    stood_there: bool = False,
) -> None:
    named = {event.review_id for event in events if event.review_id}
    rewritten.know(session, [(connection, event) for event in events], now)
    queries.know_reviews(session, {connection.id: named})
    for event in events:
        ingest.take_in(session, connection, event, now=now, looked=True, stood_there=stood_there)


def begin_poll(context: Context, session: Session, held: Claim, now: datetime) -> Next:
    """Read one page of changes; the row then waits for the next time instead of ending.

    After the last page open cases are looked at that no page may have told of.
    """
    connection = session.get_one(Connection, held.ref_id)
    adapter, cursor = context.adapter(connection), connection.poll_cursor
    threshold = connection.threshold

    def polled(session: Session, outcome: Outcome) -> Next:
        if outcome.error is not None:
            return outcome.error
        page: Page
        page, readings = outcome.value
        reading.remember(session, readings)
        connection = session.get_one(Connection, held.ref_id)
        first = connection.read_through_at is None
        _take_in(session, connection, page.events, outcome.now, stood_there=first)
        _keep_unread(session, connection, page.unread, outcome.now)
        connection.poll_cursor = page.cursor
        if not page.more:
            connection.read_through_at = outcome.now
            _look_at_open_cases(session, connection, outcome.now)
            connection_check.start_checking(session, connection.id, outcome.now)
        due = outcome.now if page.more else outcome.now + POLL_EVERY
        claims.put_off(session, held, due, tries=0, now=outcome.now)
        return None

    def poll() -> tuple[Page, Readings]:
        page = adapter.poll(cursor, now)
        return page, reading.read_complaints(page.events, threshold)

    return Call(held, context.http.now(), poll, polled)


def _keep_unread(
    session: Session, connection: Connection, rows: Sequence[UnreadRow], now: datetime
) -> None:
    """Show a person, once, each row that could not be read, beside deliveries of that kind."""
    unread = {one.key: one for one in rows}
    known = session.scalars(
        select(Delivery.key).where(
            Delivery.connection_id == connection.id, Delivery.key.in_(unread)
        )
    )
    for key in known.all():
        del unread[key]
    session.add_all(
        Delivery(
            connection_id=connection.id,
            key=one.key,
            headers=json.dumps(dict(one.headers)),
            body=one.body,
            received_at=now,
            state="needs_attention",
            note=one.problem,
        )
        for one in unread.values()
    )


def _look_at_open_cases(session: Session, connection: Connection, now: datetime) -> None:
    """Put looks at reviews with an open case, the longest not looked at first.

    A poll finds what is new; an edit of an old review or one removed for good may be in no page.
    The looks are spread over the time to the next poll, so that other work is not held up.
    """
    step = REVIEW + Review.platform_id
    row = (OutboxRow.kind == Kind.LOOK) & (OutboxRow.ref_id == connection.id)
    last = func.coalesce(OutboxRow.done_at, Review.seen_at)
    found = session.scalars(
        select(Review.platform_id)
        .join(Case, Case.review_id == Review.id)
        .outerjoin(OutboxRow, row & (OutboxRow.step == step))
        .where(Review.connection_id == connection.id, Case.closed_at.is_(None))
        .where(last <= now - LOOK_EVERY)
        .where(OutboxRow.id.is_(None) | OutboxRow.done_at.is_not(None))
        .order_by(last)
        .limit(LOOKS_AT_ONCE)
    ).all()
    lane = queries.lane(session, connection.id, outward=True)
    for at, number in enumerate(found):
        due = now + POLL_EVERY * at / LOOKS_AT_ONCE
        claims.put(
            session,
            Kind.LOOK,
            connection.id,
            lane_id=lane,
            due_at=due,
            step=f"{REVIEW}{number}",
            now=now,
        )
