"""Finds the order behind a low review. One candidate is taken, several are for the seller.

Ids mean something at their own platform only: a review's own connection is asked with all that the
review says, another one of the shop with the buyer's address alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from integrations.contract import Buyer, Order, OrderQuery, OrderStore, Role
from integrations.errors import Permanent, Temporary, Unsupported
from integrations.sentence import Counted, Said, Text
from service.db.cases import case_queries
from service.db.models import Case, Connection, Kind, Review
from service.db.outbox import claims
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.cases.states import CaseState, Move
from service.domain.reviews.versions import NO_ID
from service.domain.staff.authority import CLOCK, Actor
from service.operations.cases import doubts, editability, history, search
from service.operations.cases.orders import keep_order, order_to_data
from service.operations.context import Context
from service.operations.messages import planning
from service.operations.outbox.handler import Call, Handler, HeldRow, Phase, Steps, Work
from service.operations.remedies import proposals

NO_ORDERS = Text("Connect where this shop's orders are, then enter the order number.")
NONE_FOUND = Text("No order fits this review. Enter the order number, or decline.")
SEVERAL = Text("Several orders fit this review. Choose the right one.")


@dataclass(frozen=True, slots=True)
class _Question:
    """Which platform is asked, for the orders behind what, and when."""

    source_id: int
    adapter: OrderStore
    order: OrderQuery
    asked_at: datetime


def _carry_out(work: Work) -> Steps[None]:
    """Ask a platform for candidates and go on with what it says; where it has none, the next."""
    question = work.write(_question)
    if question is None:
        return
    try:
        orders = yield Call(question.adapter.orders_for, question.order)
    except (Permanent, Unsupported) as error:
        if isinstance(error, Permanent) and work.write(_is_last_source):
            # The seller can name it at once; a refusal that passes mends itself meanwhile.
            work.write(_give_up, error.text)
            raise Temporary(error.text, outcome="not_done") from error
        work.write(_ask_next, Text("%(why)s %(advice)s", why=error.text, advice=NONE_FOUND))
        return
    if orders:
        work.write(_take_candidates, question, orders)
    else:
        work.write(_ask_next, NONE_FOUND)


def _question(row: HeldRow) -> _Question | None:
    case = case_queries.locked_case(row.session, row.ref_id)
    if not _awaits_order(case):
        row.finish()
        return None
    source = _source(row, case.review)
    if source is None:
        connected = shop_queries.connections_for(row.session, case.shop_id, Role.ORDERS)
        _ask_seller(row, NONE_FOUND if connected else NO_ORDERS)
        return None
    adapter = row.context.orders(source)
    return _Question(source.id, adapter, _query(case.review, source), row.now)


def _source(row: HeldRow, review: Review) -> Connection | None:
    """The connection that the row's step names, else the first."""
    sources = order_sources(row.session, review)
    if not row.claim.step:
        return next(iter(sources), None)
    return next((source for source in sources if str(source.id) == row.claim.step), None)


def order_sources(session: Session, review: Review) -> list[Connection]:
    """Where the order of a review is looked for, in this order: at the review's own connection,
    then, where the buyer's address is known, at the shop's others."""
    connected = shop_queries.connections_for(session, review.shop_id, Role.ORDERS)
    at_review = [connection for connection in connected if connection.id == review.connection_id]
    others = [connection for connection in connected if connection.id != review.connection_id]
    return at_review + (others if review.buyer.get("email") else [])


def _query(review: Review, source: Connection) -> OrderQuery:
    buyer = Buyer(**review.buyer)
    if source.id != review.connection_id:
        # Another platform's ids name strangers here.
        return OrderQuery(buyer=replace(buyer, id=""), not_after=review.written_at)
    return OrderQuery(
        review_id=review.platform_id,
        product_id=review.product_id,
        buyer=buyer,
        order_ids=tuple(review.order_ids),
        not_after=review.written_at,
    )


def _next_source(row: HeldRow) -> Connection | None:
    """The connection after the one that was asked, None after the last."""
    review = case_queries.locked_case(row.session, row.ref_id).review
    sources = order_sources(row.session, review)
    ids = [str(source.id) for source in sources]
    at = ids.index(row.claim.step) + 1 if row.claim.step in ids else 1
    return sources[at] if at < len(sources) else None


def _is_last_source(row: HeldRow) -> bool:
    return _next_source(row) is None


def _ask_next(row: HeldRow, advice: Said) -> None:
    """Ask the next connection, else the seller."""
    onward = _next_source(row)
    if onward is None:
        _ask_seller(row, advice)
        return
    lane = shop_queries.lane(row.session, onward.id, outward=True)
    case = case_queries.locked_case(row.session, row.ref_id)
    row.finish()
    claims.put(
        row.session,
        Kind.FIND_ORDER,
        case,
        lane_id=lane,
        due_at=row.now,
        step=str(onward.id),
        now=row.now,
    )


def _take_candidates(row: HeldRow, question: _Question, orders: Sequence[Order]) -> None:
    """Take the only order there is, else let the seller choose. A platform may name one twice."""
    orders = list({order.id: order for order in orders}.values())
    if len(orders) > 1:
        _ask_seller(row, SEVERAL, question, orders)
        return
    row.finish()
    case = case_queries.locked_case(row.session, row.ref_id)
    if _awaits_order(case):
        take_order(
            row.context,
            row.session,
            case,
            orders[0],
            row.session.get_one(Connection, question.source_id),
            seen_at=question.asked_at,
            at=row.now,
            actor=CLOCK,
        )


def _ask_seller(
    row: HeldRow,
    advice: Said,
    question: _Question | None = None,
    orders: Sequence[Order] = (),
) -> None:
    """Let the seller name the order, or choose among candidates."""
    row.finish()
    case = case_queries.locked_case(row.session, row.ref_id)
    if not _awaits_order(case):
        return
    case.candidates = [
        order_to_data(order, question.source_id, question.asked_at)
        for order in orders
        if question is not None
    ]
    case.advice = advice
    detail = Counted("%(count)s order", "%(count)s orders", count=len(orders))
    history.move(row.session, case, Move.ASK_ORDER, at=row.now, detail=detail)


def _awaits_order(case: Case) -> bool:
    return case.state in (CaseState.OPENED, CaseState.AWAITING_ORDER)


def take_order(
    context: Context,
    session: Transaction,
    case: Case,
    order: Order,
    source: Connection,
    *,
    seen_at: datetime,
    at: datetime,
    actor: Actor,
) -> None:
    """Fix the order of a case, look for what speaks against it, then answer the buyer and propose.

    `seen_at`: when the platform was asked for it.
    """
    # What was made good before, and what is left, must not change until this is committed.
    shop_queries.lock_shops(session, [case.shop_id])
    case.order_connection_id = source.id
    case.order_id = order.id
    keep_order(case, order, source.id, seen_at)
    editability.look_again(session, case)
    case.candidates, case.advice = [], None
    search.case_changed(session, case)
    case.buyer_key = buyer_key(context, source.id, order.buyer)
    history.note(session, case, "order_found", at=at, actor=actor, new=order.number)
    against = doubts.about_order(session, case, order, source.id)
    if not against:
        planning.plan_receipt(session, case, now=at)
    doubts.set_doubts(case, against)
    proposals.propose_or_approve(context, session, case, now=at)


def buyer_key(context: Context, connection_id: int, buyer: Buyer) -> str:
    """What tells one buyer of a shop from another: the id at this connection, else a hash of the
    address; '' for one of whom nothing is known. Ids of one platform name strangers at another."""
    if buyer.id not in NO_ID:
        return f"id:{connection_id}:{buyer.id}"
    return f"mail:{context.vault.fingerprint(buyer.email)}" if buyer.email else ""


def _give_up(row: HeldRow, advice: Said) -> None:
    """Ask the seller for the order when the platform could not be asked."""
    case = case_queries.locked_case(row.session, row.ref_id)
    if case.state == CaseState.OPENED:
        case.advice = Text("%(why)s %(advice)s", why=advice, advice=NONE_FOUND)
        history.move(row.session, case, Move.ASK_ORDER, at=row.now, detail=advice)


FIND_ORDER = Handler(
    kind=Kind.FIND_ORDER,
    label=Text("looking for an order"),
    about=Case,
    adds_up_money=Phase.SETTLE,
    carry_out=_carry_out,
    give_up=_give_up,
)
