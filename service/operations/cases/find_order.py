"""Finds the order behind a low review. One candidate is taken, several are for the seller.

Ids mean something at their own platform only: a review's own connection is asked with all that the
review says, another one of the shop with the buyer's address alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from integrations.contract import Buyer, EventKind, Order, ReviewEvent, Role
from integrations.errors import Permanent, Temporary, Unsupported
from integrations.sentence import Said, Text
from service.db import queries
from service.db.models import Case, Connection, Kind, Review
from service.db.outbox import claims
from service.db.outbox.claims import Claim
from service.domain.cases.states import CaseState, Move
from service.domain.errors import NotFound, WrongInput, WrongState
from service.operations.cases import doubts, history, search
from service.operations.cases.orders import order_to_data
from service.operations.context import Context
from service.operations.messages import follow_ups
from service.operations.outbox.calls import Call, Next, Outcome
from service.operations.remedies import proposals

NO_ORDERS = Text("Connect where this shop's orders are, then enter the order number.")
NONE_FOUND = Text("No order fits this review. Enter the order number, or decline.")
SEVERAL = Text("Several orders fit this review. Choose the right one.")


def begin_find_order(context: Context, session: Session, held: Claim, now: datetime) -> Next:
    """Ask a platform for candidates and go on with what it says; where it has none, the next."""
    case = queries.case(session, held.ref_id, lock=True)
    if case.state not in (CaseState.OPENED, CaseState.AWAITING_ORDER):
        claims.finish(session, held, now)
        return None
    sources = order_sources(session, case.review)
    source = next((one for one in sources if str(one.id) == held.step), None)
    if not held.step:
        source = next(iter(sources), None)
    if source is None:
        connected = queries.connections_for(session, case.shop_id, Role.ORDERS)
        _settle(context, session, held, [], NONE_FOUND if connected else NO_ORDERS, source, now)
        return None
    event, adapter, source_id = _event(case.review, source), context.adapter(source), source.id

    def asked(session: Session, outcome: Outcome) -> Next:
        source = session.get_one(Connection, source_id)
        if isinstance(outcome.error, Permanent) and _next_source(session, held) is None:
            # The seller can name it at once; a refusal that passes mends itself meanwhile.
            give_up_order(session, held, outcome.error.text, now=outcome.now)
            return Temporary(outcome.error.text, outcome="not_done")
        if isinstance(outcome.error, Permanent | Unsupported):
            advice = Text("%(why)s %(advice)s", why=outcome.error.text, advice=NONE_FOUND)
            _none(context, session, held, advice, outcome.now)
        elif outcome.error is not None:
            return outcome.error
        elif not outcome.value:
            _none(context, session, held, NONE_FOUND, outcome.now)
        else:
            orders: list[Order] = outcome.value
            _settle(context, session, held, orders, SEVERAL, source, outcome.now, seen_at=now)
        return None

    return Call(
        held, context.http.now(), lambda: adapter.orders_for(event), asked, case=case.reference
    )


def order_sources(session: Session, review: Review) -> list[Connection]:
    """Where the order of a review is looked for, in this order: at the review's own connection,
    then, where the buyer's address is known, at the shop's others."""
    connected = queries.connections_for(session, review.shop_id, Role.ORDERS)
    own = [one for one in connected if one.id == review.connection_id]
    others = [one for one in connected if one.id != review.connection_id]
    return own + (others if review.buyer.get("email") else [])


def _event(review: Review, source: Connection) -> ReviewEvent:
    event = ReviewEvent(
        EventKind.CHANGED,
        review_id=review.platform_id,
        rating=review.rating,
        text=review.text,
        written_at=review.written_at,
        product_id=review.product_id,
        product_name=review.product_name,
        buyer=Buyer(**review.buyer),
        order_ids=tuple(review.order_ids),
    )
    if source.id == review.connection_id:
        return event
    # Another platform's ids name strangers here.
    by_address = replace(event.buyer, id="")
    return replace(event, review_id="", product_id="", buyer=by_address, order_ids=())


def _next_source(session: Session, held: Claim) -> Connection | None:
    """The connection after the one that was asked, None after the last."""
    sources = order_sources(session, queries.case(session, held.ref_id, lock=True).review)
    ids = [str(one.id) for one in sources]
    at = ids.index(held.step) + 1 if held.step in ids else 1
    return sources[at] if at < len(sources) else None


def _none(context: Context, session: Session, held: Claim, advice: Text, now: datetime) -> None:
    """Ask the next connection, else the seller."""
    onward = _next_source(session, held)
    if onward is None:
        _settle(context, session, held, [], advice, None, now)
        return
    lane = queries.lane(session, onward.id, outward=True)
    case = queries.case(session, held.ref_id, lock=True)
    claims.finish(session, held, now)
    claims.put(
        session, Kind.FIND_ORDER, case, lane_id=lane, due_at=now, step=str(onward.id), now=now
    )


def _settle(
    context: Context,
    session: Session,
    held: Claim,
    orders: Sequence[Order],
    advice: Said | None,
    source: Connection | None,
    now: datetime,
    *,
    seen_at: datetime | None = None,
) -> None:
    claims.finish(session, held, now)
    case = queries.case(session, held.ref_id, lock=True)
    if case.state not in (CaseState.OPENED, CaseState.AWAITING_ORDER):
        return
    if source is not None and len(orders) == 1:
        take_order(
            context,
            session,
            case,
            orders[0],
            source,
            seen_at=seen_at or now,
            at=now,
            actor=history.SYSTEM,
        )
        return
    case.candidates = [
        order_to_data(order, source.id, seen_at or now) for order in orders if source is not None
    ]
    case.advice = advice
    history.move(
        session, case, Move.ASK_ORDER, at=now, detail=Text("%(count)s orders", count=len(orders))
    )


def take_order(
    context: Context,
    session: Session,
    case: Case,
    order: Order,
    source: Connection,
    *,
    seen_at: datetime,
    at: datetime,
    actor: str,
) -> None:
    """Fix the order of a case, look for what speaks against it, then answer the buyer and propose.

    `seen_at`: when the platform was asked for it.
    """
    # What was made good before, and what is left, must not change until this is committed.
    queries.lock_shops(session, [case.shop_id])
    case.order_connection_id = source.id
    case.order_id, case.order = order.id, order_to_data(order, source.id, seen_at)
    case.candidates, case.advice = [], None
    search.case_changed(session, case)
    case.buyer_key = buyer_key(context, order.buyer)
    history.note(session, case, "order_found", at=at, actor=actor, new=order.number)
    against = doubts.about_order(session, case, order, source.id)
    if not against:
        follow_ups.plan_receipt(context, session, case, now=at)
    doubts.set_doubts(case, against)
    proposals.propose_remedies(session, case, now=at)


def buyer_key(context: Context, buyer: Buyer) -> str:
    """What tells one buyer of a shop from another: the platform's id, else a hash of the address;
    '' for one of whom nothing is known."""
    if buyer.id:
        return f"id:{buyer.id}"
    return f"mail:{context.vault.fingerprint(buyer.email)}" if buyer.email else ""


def choose_order(
    context: Context, case_id: int, order_id: str, *, actor: str, is_candidate: bool = False
) -> None:
    """Take the order a seller typed by its number, or chose among the candidates by its id; raises
    `NotFound`, `WrongState`, `WrongInput`."""
    named = order_id.strip().lstrip("#").strip()
    if not named:
        raise WrongInput("Enter the order number.")
    with context.database.reading() as session:
        case = queries.case(session, case_id)
        sources = order_sources(session, case.review)
        everywhere = queries.connections_for(session, case.shop_id, Role.ORDERS)
        chosen = [one for one in case.candidates if is_candidate and one["id"] == named]
    sources += [one for one in everywhere if one not in sources]
    if not sources:
        raise WrongState(NO_ORDERS)
    asked_at = context.clock.now()
    order, source = _named(context, sources, named, chosen)
    with context.database.transaction() as session:
        case = queries.case(session, case_id, lock=True)
        open_to_choice = (
            CaseState.OPENED,
            CaseState.AWAITING_ORDER,
            CaseState.AWAITING_APPROVAL,
        )
        if case.state not in open_to_choice or case.make_goods:
            raise WrongState("The order can no longer be changed: a decision was made.")
        now = context.clock.now()
        take_order(context, session, case, order, source, seen_at=asked_at, at=now, actor=actor)


def _named(
    context: Context, sources: Sequence[Connection], named: str, chosen: Sequence[dict[str, object]]
) -> tuple[Order, Connection]:
    """The order of a candidate, else the one sellers see under this number: the review's own
    connection comes first. Raises `NotFound`."""
    for source in sources:
        if chosen and source.id != chosen[0].get("connection_id", sources[0].id):
            continue
        adapter = context.adapter(source)
        try:
            return adapter.order(named) if chosen else adapter.order_by_number(named), source
        except (Permanent, Unsupported):
            continue
    raise NotFound("The shop has no order %(order_id)s. Check the number.", order_id=named)


def give_up_order(session: Session, held: Claim, advice: Said, *, now: datetime) -> None:
    """Ask the seller for the order when the platform could not be asked."""
    case = queries.case(session, held.ref_id, lock=True)
    if case.state == CaseState.OPENED:
        case.advice = Text("%(why)s %(advice)s", why=advice, advice=NONE_FOUND)
        history.move(session, case, Move.ASK_ORDER, at=now, detail=advice)
