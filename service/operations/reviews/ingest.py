"""Reads deliveries: review events become reviews and versions, low ones open a case."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import (
    EventKind,
    Inbound,
    InboundEvent,
    ReviewEvent,
    SomethingChanged,
)
from integrations.errors import AdapterError
from integrations.sentence import Said, Text, Words
from service.db import queries
from service.db.models import Case, Connection, Delivery, Kind, Review, ReviewVersion
from service.db.outbox import claims
from service.db.outbox.claims import Claim
from service.db.reviews import known_reviews
from service.db.reviews.known_reviews import product_key
from service.db.transaction import Transaction
from service.domain.cases.reference import new_reference
from service.domain.cases.states import CaseState, CloseReason
from service.domain.reviews.delivery_states import DeliveryMove, DeliveryState
from service.domain.reviews.versions import Change, Known, change, is_low
from service.domain.staff.authority import BUYER
from service.operations.cases import causes, close, doubts, find_order, history, reading, search
from service.operations.cases.reading import Readings
from service.operations.context import Context
from service.operations.outbox.handler import Handler, HeldRow
from service.operations.remedies import proposals
from service.operations.reviews import rewritten
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


def read_deliveries(context: Context, held: Sequence[Claim]) -> None:
    """Read a batch, then take it in in one transaction; raises what stops it (`IntegrityError` when
    another worker stored the same review at the same moment)."""
    with context.database.reading() as session:
        read = _read_all(session, held)
    with context.database.transaction() as session:
        now = context.clock.now()
        stored = _stored(session, held)
        as_it_is_now = [_as_it_is_now(session, delivery, stored) for delivery in read]
        named = [
            (delivery.connection.id, event)
            for delivery in as_it_is_now
            for event in delivery.events
        ]
        rewritten.know(session, named, now)
        for delivery in as_it_is_now:
            reading.remember(session, delivery.readings)
        ours = claims.hold(session, held, now)
        for delivery in as_it_is_now:
            if delivery.claim.id in ours:
                _settle(session, delivery, now)
                claims.finish(session, delivery.claim, now)


def _stored(session: Session, held: Sequence[Claim]) -> dict[int, Delivery]:
    ids = [claim.ref_id for claim in held]
    rows = session.scalars(select(Delivery).where(Delivery.id.in_(ids)))
    return {delivery.id: delivery for delivery in rows}


def _read_all(session: Session, held: Sequence[Claim]) -> list[_Read]:
    """In the order of their arrival. A long text takes long, and no webhook waits for it here."""
    stored = _stored(session, held)
    return [_read(session, claim, stored[claim.ref_id]) for claim in sorted(held, key=_arrival)]


def _as_it_is_now(session: Session, read: _Read, stored: dict[int, Delivery]) -> _Read:
    """The same in a transaction that writes; what was removed meanwhile is not brought back."""
    delivery = stored[read.delivery.id]
    if delivery.body != read.delivery.body:
        return _read(session, read.claim, delivery)
    connection = session.get_one(Connection, delivery.connection_id)
    return replace(read, delivery=delivery, connection=connection)


def _arrival(held: Claim) -> int:
    return held.ref_id


def _read(session: Session, claim: Claim, delivery: Delivery) -> _Read:
    connection = session.get_one(Connection, delivery.connection_id)
    request = Inbound(json.loads(delivery.headers), delivery.body, delivery.received_at)
    try:
        events = registry.webhooks(connection.adapter).read(request)
    except AdapterError as error:
        return _Read(claim, delivery, connection, (), error.text, {})
    except Exception as error:
        log.exception("delivery %s cannot be read", delivery.id)
        advice = Text(
            "this body broke the reader (%(name)s); read it again after an update",
            name=type(error).__name__,
        )
        return _Read(claim, delivery, connection, (), advice, {})
    readings = reading.read_complaints(events, connection.threshold)
    return _Read(claim, delivery, connection, events, None, readings)


def _settle(session: Transaction, read: _Read, now: datetime) -> None:
    if read.delivery.state != DeliveryState.WAITING:
        return
    if read.problem:
        move(session, read.delivery, DeliveryMove.FAIL, at=now, note=read.problem)
        return
    notes = [take_in(session, read.connection, event, now=now) for event in read.events]
    told = [note for note in notes if note != "nothing"]
    how = DeliveryMove.READ if told else DeliveryMove.IGNORE
    move(session, read.delivery, how, at=now, note=Words(", ".join(told)) if told else None)


def take_in(
    session: Transaction,
    connection: Connection,
    event: InboundEvent,
    *,
    now: datetime,
    looked: bool = False,
    stood_there: bool = False,
) -> str:
    """Bring one event into the reviews and cases; gives a word for what came of it.

    `looked`: the event was read just now from the platform, so it is the latest there is.
    `stood_there`: it was read in the first pass over what stood in the shop, so that a new review
    of unknown date counts as old.
    """
    if isinstance(event, SomethingChanged):
        _look(session, connection, event.subject, now)
        return "looking"
    if not isinstance(event, ReviewEvent):
        return "nothing"
    review = known_reviews.review_of(session, connection.id, event.review_id)
    what = change(_as_known(review), event)
    if what is Change.UNCLEAR and not looked and registry.get(connection.adapter).capabilities.poll:
        _look(session, connection, f"review:{event.review_id}", now)
        return "looking"
    if what in (Change.NOTHING, Change.STALE):
        if review is not None:
            _complete(review, event)
        return "nothing" if what is Change.NOTHING else "stale"
    return _keep(session, connection, review, event, now, undated_is_old=stood_there)


def _look(session: Transaction, connection: Connection, subject: str, now: datetime) -> None:
    lane = queries.lane(session, connection.id, outward=True)
    claims.put(session, Kind.LOOK, connection.id, lane_id=lane, due_at=now, step=subject, now=now)


def _as_known(review: Review | None) -> Known | None:
    if review is None:
        return None
    earlier = [(one.rating, one.text) for one in review.versions if not one.withdrawn]
    return Known(review.rating, review.text, review.sequence, review.withdrawn, earlier)


def _keep(
    session: Transaction,
    connection: Connection,
    review: Review | None,
    event: ReviewEvent,
    now: datetime,
    *,
    undated_is_old: bool,
) -> str:
    gone = event.kind is EventKind.WITHDRAWN
    was = None if review is None or review.withdrawn else review.rating
    fresh = review is None
    if review is None:
        review = Review(
            connection_id=connection.id,
            shop_id=connection.shop_id,
            platform_id=event.review_id,
            seen_at=now,
            withdrawn=False,
            order_ids=[],
            buyer={},
            product_id="",
            product_name="",
            text="",
        )
        known_reviews.add_review(session, review)
    if gone:
        review.withdrawn = True
        review.sequence = event.sequence if event.sequence is not None else review.sequence
    else:
        review.withdrawn, review.rating, review.text = False, event.rating, event.text
        review.sequence = event.sequence
    _complete(review, event)
    review.versions.append(
        ReviewVersion(
            rating=review.rating,
            text=review.text,
            sequence=review.sequence,
            withdrawn=gone,
            seen_at=now,
        )
    )
    undated = undated_is_old and event.written_at is None
    if fresh and (undated or _written_before(event, connection.cases_from)):
        return "seen"
    return _answer(session, connection, review, was, now)


def _written_before(event: ReviewEvent, start: datetime) -> bool:
    return event.written_at is not None and event.written_at < start


def _complete(review: Review, event: ReviewEvent) -> None:
    """Fill in what an earlier event did not say; never empties anything."""
    review.written_at = review.written_at or event.written_at
    review.product_id = event.product_id or review.product_id
    review.product_name = event.product_name or review.product_name
    if event.order_ids:
        review.order_ids = list(event.order_ids)
    named = {
        "id": event.buyer.id,
        "name": event.buyer.name,
        "email": event.buyer.email,
        "country": event.buyer.country,
        "language": event.buyer.language,
        "zone": event.buyer.zone,
        "region": event.buyer.region,
        "phone": event.buyer.phone,
    }
    review.buyer = {**review.buyer, **{key: value for key, value in named.items() if value}}


def _answer(
    session: Transaction, connection: Connection, review: Review, was: int | None, now: datetime
) -> str:
    """Open or close the case this version calls for."""
    case = known_reviews.open_case_of(session, review)
    low = is_low(review.rating, connection.threshold)
    if review.withdrawn:
        if case is None:
            return "withdrawn"
        if not rewritten.fall_back(session, case):
            close.close(session, case, CloseReason.WITHDRAWN, at=now, actor=BUYER)
            return "withdrawn"
        low = is_low(case.review.rating, connection.threshold)
        return _changed(session, case, was, case.review, low=low, now=now)
    if case is None and was is None and review.rating is not None:
        case = rewritten.older_case(session, review, low=low, now=now)
        if case is not None:
            was = case.review.rating
            rewritten.take_over(session, case, review)
            if low:
                rewritten.look_again(session, case, now=now)
    if case is not None:
        return _changed(session, case, was, review, low=low, now=now)
    lowered = was is None or (review.rating is not None and review.rating < was)
    if low and lowered:
        open_case(session, connection, review, now=now)
        return "case opened"
    return "seen"


def _changed(
    session: Transaction, case: Case, was: int | None, review: Review, *, low: bool, now: datetime
) -> str:
    """Note another rating or other words; a rating that is no longer low closes the case."""
    case.product_key = case.product_key or product_key(review.connection_id, review.product_id)
    _note_rating(session, case, was, review.rating, now)
    search.case_changed(session, case)
    if review.rating is None or low:
        read = reading.reading_of(session, review.text, review.product_name)
        is_new_text = len(review.versions) < 2 or review.versions[-2].text != review.text
        if is_new_text and read.is_grave:
            doubts.mark_grave(case)
        causes.take(case, read.cause)
        proposals.refresh_proposal(session, case, now=now)
        return "changed"
    if case.closed_at is None:
        close.close(session, case, CloseReason.RECOVERED, at=now, actor=BUYER)
    else:
        # Withdrawn first, then written anew.
        case.close_reason = CloseReason.RECOVERED
    return "recovered"


def _note_rating(
    session: Transaction, case: Case, old: int | None, new: int | None, now: datetime
) -> None:
    history.note(
        session,
        case,
        "review_changed",
        at=now,
        actor=BUYER,
        old=str(old or "-"),
        new=str(new or "-"),
    )


def open_case(
    session: Transaction, connection: Connection, review: Review, *, now: datetime
) -> Case:
    """Open the case of a low review and let its order be looked for.

    The database refuses a second open case of one review (`IntegrityError`).
    """
    read = reading.reading_of(session, review.text, review.product_name)
    case = Case(
        shop_id=connection.shop_id,
        review=review,
        product_key=product_key(connection.id, review.product_id),
        older_review_ids=[],
        reference=new_reference(secrets.choice),
        state=CaseState.OPENED,
        opened_at=now,
        order={},
        candidates=[],
        grave=read.is_grave,
    )
    causes.take(case, read.cause)
    known_reviews.add_case(session, case)
    search.case_changed(session, case)
    history.note(
        session,
        case,
        "opened",
        at=now,
        actor=BUYER,
        new=case.state,
        detail=Text("%(stars)s/5", stars=review.rating or 0),
    )
    sources = find_order.order_sources(session, review)
    lane = queries.lane(session, (sources or [connection])[0].id, outward=True)
    claims.put(session, Kind.FIND_ORDER, case, lane_id=lane, due_at=now, now=now)
    return case


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
