"""Approves and declines. Nothing is carried out without a decision recorded here."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import Role, Way
from integrations.remedies import Remedy, RemedyKind, remedy_from_data
from integrations.sentence import N_, Text, Words
from service.db import queries
from service.db.models import Case, Connection, Decision, Kind, MakeGood
from service.db.outbox import claims
from service.db.transaction import Transaction
from service.domain.cases.reference import make_good_reference
from service.domain.cases.states import CloseReason, Move
from service.domain.errors import WrongInput, WrongState
from service.domain.remedies import terms
from service.domain.remedies.states import (
    MAKE_GOODS,
    UNSETTLED,
    DecisionKind,
    MakeGoodMove,
    MakeGoodState,
)
from service.domain.staff.authority import LIMIT, Actor, Permission
from service.operations.cases import close, doubts, expire, history
from service.operations.cases.orders import order_from_data
from service.operations.context import Context
from service.operations.remedies import balance, moves
from service.operations.staff.permits import permit, permit_amount

NOT_SETTLED = N_("A make-good of this case is not settled. Mark it as done, or try again, first.")


def way_of(connection: Connection, kind: RemedyKind) -> Way:
    """How this connection's platform carries out a remedy."""
    return registry.get(connection.adapter).capabilities.way_of(kind)


def approve(
    context: Context,
    case_id: int,
    actor: Actor,
    *,
    number: int | None = None,
    changed: Remedy | None = None,
    reason: str = "",
    seen: int | None = None,
) -> None:
    """Approve a proposed remedy by its number, or a changed one. `seen`: the proposal looked at.

    A person who approves has looked at what speaks against the case.

    Raises `NotPermitted`, `OverLimit`, `WrongState`, `WrongInput`, `NotFound`.
    """
    with context.database.transaction() as session:
        now = context.clock.now()
        case = queries.locked_case(session, case_id)
        permit(session, actor, Permission.DECIDE, case.shop_id)
        if changed is not None and number is not None:
            raise WrongInput("Approve either a proposed make-good or another one, not both.")
        # What other cases of this order are promised, and what went by itself today, is counted.
        queries.lock_shops(session, [case.shop_id])
        remedy = _checked(session, case, changed or _proposed(session, case, number, seen))
        limit = permit_amount(session, actor, case.shop_id, remedy.amount, now=now)
        doubts.clear(case)
        _take_back_refused(session, case, actor, now)
        decide(session, case, remedy, actor=actor, reason=reason, limit=limit, now=now)


def _take_back_refused(session: Transaction, case: Case, actor: Actor, now: datetime) -> None:
    """What the platform surely refused gives way to what is decided instead."""
    for make_good in case.make_goods:
        if make_good.state is MakeGoodState.REFUSED:
            take_back(session, make_good, actor=actor, now=now)


def take_back(session: Transaction, make_good: MakeGood, *, actor: Actor, now: datetime) -> None:
    """Undo a decision whose make-good was surely not carried out; raises `WrongState`."""
    moves.move(session, make_good, MakeGoodMove.CANCEL, at=now, actor=actor)
    claims.end(session, Kind.MAKE_GOOD, make_good.id, now, Text("taken back"))


def _proposed(session: Session, case: Case, number: int | None, seen: int | None) -> Remedy:
    proposal = queries.proposal(session, case.id)
    if proposal is not None and seen not in (None, proposal.id):
        raise WrongState("The proposal has changed since you looked at it. Look at the case again.")
    if number is None:
        raise WrongInput("Say which of the proposed make-goods you approve, or name another.")
    if proposal is None or not 0 <= number < len(proposal.remedies):
        raise WrongInput("This proposal is no longer there. Look at the case again.")
    return remedy_from_data(proposal.remedies[number])


def _checked(session: Session, case: Case, remedy: Remedy) -> Remedy:
    """The remedy with its amount, which the order still leaves; raises `WrongState`, `WrongInput`."""
    if not case.order:
        raise WrongState("Choose the order first.")
    order = order_from_data(case.order)
    remedy = terms.priced(remedy, order)
    terms.check_terms(remedy, order)
    left = balance.left_of(session, case)
    if not terms.fits(remedy, order, left):
        raise terms.too_much(remedy, order, left, balance.promised_of(session, case))
    return remedy


def decide(
    session: Transaction,
    case: Case,
    remedy: Remedy,
    *,
    actor: Actor,
    reason: str,
    limit: str,
    now: datetime,
) -> None:
    """Record the decision and let the make-good be carried out; raises `WrongState`. The caller has
    checked it under the shop's lock."""
    connection = order_connection(session, case)
    case.advice = None
    history.move(session, case, Move.APPROVE, at=now, actor=actor, detail=remedy.described)
    decision = Decision(
        case_id=case.id,
        kind=DecisionKind.APPROVE,
        actor=str(actor),
        seller_id=actor.seller_id,
        reason=reason,
        limit=limit,
        decided_at=now,
    )
    amount = remedy.amount
    make_good = MakeGood(
        case=case,
        shop_id=case.shop_id,
        decision=decision,
        connection_id=connection.id,
        order_id=case.order_id,
        buyer_key=case.buyer_key,
        kind=remedy.kind.name,
        amount_minor=None if amount is None else amount.amount_minor,
        currency="" if amount is None else amount.currency,
        line_ids=list(remedy.line_ids),
        key=secrets.token_urlsafe(24),
        reference=make_good_reference(case.reference, len(case.make_goods) + 1),
        expires_at=remedy.given(now).ends_at,
        automatic=actor is LIMIT,
        decided_at=now,
        state=MAKE_GOODS.first,
        attempts=[],
    )
    queries.add_make_good(session, make_good)
    if not way_of(connection, remedy.kind).is_called:
        moves.move(session, make_good, MakeGoodMove.BY_HAND, at=now)
        return
    lane = queries.lane(session, connection.id, outward=True)
    claims.put(session, Kind.MAKE_GOOD, make_good, lane_id=lane, due_at=now, now=now)


def order_connection(session: Session, case: Case) -> Connection:
    """Where the case's order is; raises `WrongState` where that is not connected any more."""
    found = session.get(Connection, case.order_connection_id or 0)
    if found is None or Role.ORDERS not in found.roles:
        raise WrongState("Connect where this shop's orders are first.")
    return found


def _end_what_was_decided(session: Transaction, case: Case, actor: Actor, now: datetime) -> None:
    """A case is ended by a person only when nothing of it may yet be carried out; raises
    `WrongState`."""
    if any(make_good.state in UNSETTLED for make_good in case.make_goods):
        raise WrongState(NOT_SETTLED)
    _take_back_refused(session, case, actor, now)


def decline(context: Context, case_id: int, actor: Actor, reason: str) -> None:
    """Decide against a make-good; raises `NotPermitted`, `WrongState`, `WrongInput`."""
    with context.database.transaction() as session:
        now = context.clock.now()
        case = queries.locked_case(session, case_id)
        permit(session, actor, Permission.DECIDE, case.shop_id)
        if not reason.strip():
            raise WrongInput("Say why, for those who look at this case later.")
        _end_what_was_decided(session, case, actor, now)
        history.move(session, case, Move.DECLINE, at=now, actor=actor, detail=Words(reason.strip()))
        session.add(
            Decision(
                case_id=case.id,
                kind=DecisionKind.DECLINE,
                actor=str(actor),
                seller_id=actor.seller_id,
                reason=reason.strip(),
                decided_at=now,
            )
        )
        doubts.clear(case)
        case.advice = None
        expire.plan_end(session, case, now=now)


def close_case(context: Context, case_id: int, actor: Actor, reason: str = "") -> None:
    """Close a case by hand; raises `NotPermitted`, `WrongState`. A make-good that may be under way
    must be settled first, so that nothing paid is lost from sight."""
    with context.database.transaction() as session:
        now = context.clock.now()
        case = queries.locked_case(session, case_id)
        permit(session, actor, Permission.DECIDE, case.shop_id)
        _end_what_was_decided(session, case, actor, now)
        close.close(
            session,
            case,
            CloseReason.BY_SELLER,
            at=now,
            actor=actor,
            detail=Words(reason.strip()) if reason.strip() else None,
        )
