"""Finds the order behind a low review. One candidate is taken, several are for the seller."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from integrations.contract import Buyer, EventKind, Order, ReviewEvent, Role
from integrations.errors import Permanent, Unsupported
from integrations.sentence import Said, Text
from service.db import queries
from service.db.models import Case, Review
from service.db.outbox import claims
from service.db.outbox.claims import Claim
from service.domain.cases.states import CaseState, Move
from service.domain.errors import NotFound, WrongInput, WrongState
from service.operations.cases import history
from service.operations.cases.orders import order_to_data
from service.operations.context import Context
from service.operations.messages import follow_ups
from service.operations.outbox.calls import Call, Next, Outcome
from service.operations.remedies import decisions

NO_ORDERS = Text("Connect where this shop's orders are, then enter the order number.")
NONE_FOUND = Text("No order fits this review. Enter the order number, or decline.")
OTHER_BUYER = Text("This order is of another buyer than the review. Check it before you approve.")
OTHER_PRODUCT = Text("The reviewed product is not in this order. Check it before you approve.")
NOBODY = ("", "0")
SEVERAL = Text("Several orders fit this review. Choose the right one.")


def begin_find_order(context: Context, session: Session, held: Claim, now: datetime) -> Next:
    """Ask the platform for candidates and go on with what it says."""
    case = queries.case(session, held.ref_id, lock=True)
    found = queries.connections_for(session, case.shop_id, Role.ORDERS)
    if not found:
        _settle(context, session, held, [], NO_ORDERS, now)
        return None
    adapter, event = context.adapter(found[0]), _event(case.review)

    def asked(session: Session, outcome: Outcome) -> Next:
        if isinstance(outcome.error, Permanent | Unsupported):
            advice = Text("%(why)s %(advice)s", why=outcome.error.text, advice=NONE_FOUND)
            _settle(context, session, held, [], advice, outcome.now)
        elif outcome.error is not None:
            return outcome.error
        else:
            orders: list[Order] = outcome.value
            advice = SEVERAL if orders else NONE_FOUND
            _settle(context, session, held, orders, advice, outcome.now)
        return None

    return Call(
        held, context.http.now(), lambda: adapter.orders_for(event), asked, case=case.reference
    )


def _event(review: Review) -> ReviewEvent:
    return ReviewEvent(
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


def _settle(
    context: Context,
    session: Session,
    held: Claim,
    orders: Sequence[Order],
    advice: Said | None,
    now: datetime,
) -> None:
    claims.finish(session, held, now)
    case = queries.case(session, held.ref_id, lock=True)
    if case.state not in (CaseState.OPENED, CaseState.AWAITING_ORDER):
        return
    if len(orders) == 1:
        take_order(context, session, case, orders[0], at=now, actor=history.SYSTEM)
        return
    case.candidates = [order_to_data(order) for order in orders]
    case.advice = advice
    history.move(
        session, case, Move.ASK_ORDER, at=now, detail=Text("%(count)s orders", count=len(orders))
    )


def take_order(
    context: Context, session: Session, case: Case, order: Order, *, at: datetime, actor: str
) -> None:
    """Fix the order of a case, answer the buyer, propose."""
    buyer = order.buyer
    case.order_id, case.order, case.candidates = order.id, order_to_data(order), []
    case.advice = None
    case.buyer_key = (
        f"id:{buyer.id}"
        if buyer.id and buyer.id != "0"
        else f"mail:{context.vault.fingerprint(buyer.email)}"
        if buyer.email
        else ""
    )
    history.note(session, case, "order_found", at=at, actor=actor, new=order.number)
    follow_ups.plan_receipt(context, session, case, now=at)
    doubt = None if actor == history.SYSTEM else _doubt(case.review, order)
    decisions.propose_remedies(context, session, case, now=at, by_limit=not doubt)
    case.advice = doubt or case.advice


def _doubt(review: Review, order: Order) -> Text | None:
    """What speaks against an order a person named; None for nothing. It warns and does not block:
    gifts are reviewed by others, and shops number their products anew."""
    known = [
        (review.buyer.get("id", ""), order.buyer.id),
        (review.buyer.get("email", "").strip().lower(), order.buyer.email.strip().lower()),
    ]
    both = [(ours, theirs) for ours, theirs in known if ours not in NOBODY and theirs not in NOBODY]
    if both and all(ours != theirs for ours, theirs in both):
        return OTHER_BUYER
    products = {line.product_id for line in order.lines}
    return OTHER_PRODUCT if review.product_id and review.product_id not in products else None


def choose_order(context: Context, case_id: int, order_id: str, *, actor: str) -> None:
    """Take the order a seller chose or typed; raises `NotFound`, `WrongState`, `WrongInput`."""
    if not order_id.strip():
        raise WrongInput("Enter the order number.")
    with context.database.reading() as session:
        case = queries.case(session, case_id)
        found = queries.connections_for(session, case.shop_id, Role.ORDERS)
    if not found:
        raise WrongState(NO_ORDERS)
    try:
        order = context.adapter(found[0]).order(order_id.strip().lstrip("#"))
    except Permanent as error:
        raise NotFound(
            "The shop has no order %(order_id)s. Check the number.", order_id=order_id
        ) from error
    with context.database.transaction() as session:
        now = context.clock.now()
        case = queries.case(session, case_id, lock=True)
        open_to_choice = (
            CaseState.OPENED,
            CaseState.AWAITING_ORDER,
            CaseState.AWAITING_APPROVAL,
        )
        if case.state not in open_to_choice or case.make_goods:
            raise WrongState("The order can no longer be changed: a decision was made.")
        take_order(context, session, case, order, at=now, actor=actor)


def give_up_order(session: Session, held: Claim, advice: Said, *, now: datetime) -> None:
    """Ask the seller for the order when the platform could not be asked."""
    case = queries.case(session, held.ref_id, lock=True)
    if case.state == CaseState.OPENED:
        case.advice = Text("%(why)s %(advice)s", why=advice, advice=NONE_FOUND)
        history.move(session, case, Move.ASK_ORDER, at=now, detail=advice)
