"""Reads reviews again where a delivery only said that something changed, or where none comes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from integrations.contract import (
    InboundEvent,
    PollResult,
    ReviewSource,
    Role,
    UnreadRow,
)
from integrations.errors import Unsupported
from integrations.sentence import Text
from service.db.models import Case, Connection, Delivery, Kind, OutboxRow, Review
from service.db.outbox import claims
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.reviews.delivery_states import DELIVERIES, DeliveryMove
from service.operations.cases import reading
from service.operations.cases.reading import Readings
from service.operations.outbox.handler import Call, Handler, HeldRow, Steps, Work
from service.operations.reviews.apply import apply_event
from service.operations.reviews.deliveries import move
from service.operations.shops import connection_check

POLL_EVERY = timedelta(minutes=10)
LOOK_EVERY = timedelta(days=1)
LOOKS_AT_ONCE = 100
REVIEW = "review:"
"""What `look` of an adapter takes for a review; the number follows."""


@dataclass(frozen=True, slots=True)
class _Source:
    """Where reviews are read, and up to how many stars they are read closely."""

    adapter: ReviewSource
    threshold: int


def _look(work: Work) -> Steps[None]:
    """Read again what a delivery named (the row's step); what is gone changes nothing."""
    source = work.write(_source)
    if source is None:
        return
    try:
        events, readings = yield Call(_look_and_read, source, work.claim.step)
    except Unsupported as error:
        work.write(HeldRow.give_up, error.text)
    else:
        work.write(_take_in_looked, events, readings)


def _source(row: HeldRow) -> _Source | None:
    connection = row.session.get_one(Connection, row.ref_id)
    if Role.REVIEWS not in connection.roles:
        row.give_up(Text("This connection brings no reviews any more."))
        return None
    return _source_of(row, connection)


def _source_of(row: HeldRow, connection: Connection) -> _Source:
    return _Source(row.context.reviews(connection), connection.threshold)


def _look_and_read(source: _Source, subject: str) -> tuple[Sequence[InboundEvent], Readings]:
    events = source.adapter.look(subject)
    return events, reading.read_complaints(events, source.threshold)


def _take_in_looked(row: HeldRow, events: Sequence[InboundEvent], readings: Readings) -> None:
    reading.remember(row.session, readings)
    _take_in(row.session, row.session.get_one(Connection, row.ref_id), events, row.now)
    row.finish()


def _take_in(
    session: Transaction,
    connection: Connection,
    events: Sequence[InboundEvent],
    now: datetime,
    *,
    initial_sync: bool = False,
) -> None:
    """The runner has locked and read what these are about (`Handler.events`)."""
    for event in events:
        apply_event(
            session, connection, event, now=now, authoritative=True, initial_sync=initial_sync
        )


def _poll(work: Work) -> Steps[None]:
    """Read one page of changes; the row then waits for the next time instead of ending."""
    source, cursor, now = work.write(_poll_from)
    page, readings = yield Call(_poll_and_read, source, cursor, now)
    work.write(_take_in_page, page, readings)


def _poll_from(row: HeldRow) -> tuple[_Source, str, datetime]:
    connection = row.session.get_one(Connection, row.ref_id)
    return _source_of(row, connection), connection.poll_cursor, row.now


def _poll_and_read(source: _Source, cursor: str, now: datetime) -> tuple[PollResult, Readings]:
    page = source.adapter.poll(cursor, now)
    return page, reading.read_complaints(page.events, source.threshold)


def _take_in_page(row: HeldRow, page: PollResult, readings: Readings) -> None:
    """After the last page open cases are looked at that no page may have told of."""
    session, now = row.session, row.now
    reading.remember(session, readings)
    connection = session.get_one(Connection, row.ref_id)
    first = connection.read_through_at is None
    _take_in(session, connection, page.events, now, initial_sync=first)
    _keep_unread(session, connection, page.unread, now)
    connection.poll_cursor = page.cursor
    if not page.more:
        connection.read_through_at = now
        _look_at_open_cases(session, connection, now)
        connection_check.start_checking(session, connection.id, now)
    row.postpone(now if page.more else now + POLL_EVERY, tries=0)


def _keep_unread(
    session: Transaction, connection: Connection, rows: Sequence[UnreadRow], now: datetime
) -> None:
    """Show a person, once, each row that could not be read, beside deliveries of that kind."""
    unread = {row.key: row for row in rows}
    already_kept = session.scalars(
        select(Delivery.key).where(
            Delivery.connection_id == connection.id, Delivery.key.in_(unread)
        )
    )
    for key in already_kept.all():
        del unread[key]
    for row in unread.values():
        delivery = Delivery(
            connection_id=connection.id,
            key=row.key,
            headers=json.dumps(dict(row.headers)),
            body=row.body,
            received_at=now,
            state=DELIVERIES.first,
        )
        session.add(delivery)
        move(session, delivery, DeliveryMove.FAIL, at=now, note=row.problem)


def _look_at_open_cases(session: Transaction, connection: Connection, now: datetime) -> None:
    """Put looks at reviews with an open case, the longest not looked at first.

    A poll finds what is new; an edit of an old review or one removed for good may be in no page.
    The looks are spread over the time to the next poll, so that other work is not held up.
    """
    step = REVIEW + Review.platform_id
    row = (OutboxRow.kind == Kind.LOOK) & (OutboxRow.ref_id == connection.id)
    last = func.coalesce(OutboxRow.done_at, Review.seen_at)
    review_ids = session.scalars(
        select(Review.platform_id)
        .join(Case, Case.review_id == Review.id)
        .outerjoin(OutboxRow, row & (OutboxRow.step == step))
        .where(Review.connection_id == connection.id, Case.closed_at.is_(None))
        .where(last <= now - LOOK_EVERY)
        .where(OutboxRow.id.is_(None) | OutboxRow.done_at.is_not(None))
        .order_by(last)
        .limit(LOOKS_AT_ONCE)
    ).all()
    lane = shop_queries.lane(session, connection.id, outward=True)
    for position, review_id in enumerate(review_ids):
        due = now + POLL_EVERY * position / LOOKS_AT_ONCE
        claims.put(
            session,
            Kind.LOOK,
            connection.id,
            lane_id=lane,
            due_at=due,
            step=f"{REVIEW}{review_id}",
            now=now,
        )


LOOK = Handler(
    kind=Kind.LOOK,
    label=Text("reading a review again"),
    about=Connection,
    carry_out=_look,
    events=lambda answer: answer[0],
)
POLL = Handler(
    kind=Kind.POLL,
    label=Text("looking for new reviews"),
    about=Connection,
    carry_out=_poll,
    events=lambda answer: answer[0].events,
)
