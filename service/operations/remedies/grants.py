"""Records what was decided, and lets it be carried out or chosen by the buyer. Whoever grants has
checked it, under the shop's lock."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import Role, Way
from integrations.remedies import Remedy, RemedyKind
from integrations.sentence import Text
from service.db.models import Case, Connection, Decision, Kind, MakeGood, Offer, OfferOption
from service.db.outbox import claims
from service.db.remedies import remedy_queries
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.cases.reference import make_good_reference
from service.domain.cases.states import Move
from service.domain.errors import WrongState
from service.domain.remedies.offers import OFFERS, OfferTerms, dearest
from service.domain.remedies.states import (
    MAKE_GOODS,
    DecisionKind,
    MakeGoodMove,
    MakeGoodState,
)
from service.domain.staff.authority import CLOCK, LIMIT, Actor
from service.operations.cases import doubts, escalation, history
from service.operations.messages import planning
from service.operations.remedies import moves


@dataclass(frozen=True, slots=True)
class Grant:
    """Who decided, why, within which limit, and when."""

    actor: Actor
    reason: str
    limit: Text
    at: datetime
    held_until: datetime | None = None
    """Until when it can be undone; None: it begins at once."""


def way_of(connection: Connection, kind: RemedyKind) -> Way:
    """How this connection's platform carries out a remedy."""
    return registry.get(connection.adapter).capabilities.way_of(kind)


def order_connection(session: Session, case: Case) -> Connection:
    """Where the case's order is; raises `WrongState` where that is not connected any more."""
    connection = session.get(Connection, case.order_connection_id or 0)
    if connection is None or Role.ORDERS not in connection.roles:
        raise WrongState("Connect where this shop's orders are first.")
    return connection


def approve(session: Transaction, case: Case, remedy: Remedy, grant: Grant) -> None:
    """Let a remedy be carried out; raises `WrongState`."""
    connection = order_connection(session, case)
    detail = remedy.described
    history.move(session, case, Move.APPROVE, at=grant.at, actor=grant.actor, detail=detail)
    make_good = _make_good(case, remedy, grant, connection, MAKE_GOODS.first)
    remedy_queries.add_make_good(session, case, make_good)
    _hold_or_begin(session, make_good, grant)


def thank(session: Transaction, case: Case, remedy: Remedy, grant: Grant) -> MakeGood:
    """Let a remedy be carried out as a thanks: the case stays as it stands. Raises `WrongState`."""
    connection = order_connection(session, case)
    if way_of(connection, remedy.kind) is Way.NONE:
        raise WrongState("This platform gives no vouchers.")
    make_good = _make_good(case, remedy, grant, connection, MAKE_GOODS.first)
    make_good.is_thanks = True
    remedy_queries.add_make_good(session, case, make_good)
    _hold_or_begin(session, make_good, grant)
    return make_good


def offer(
    session: Transaction,
    case: Case,
    remedies: Sequence[Remedy],
    terms: OfferTerms,
    grant: Grant,
) -> None:
    """Let the buyer choose among remedies, the recommended one first; raises `WrongState`."""
    connection = order_connection(session, case)
    detail = Text("%(count)s remedies to choose among", count=len(remedies))
    history.move(session, case, Move.OFFER, at=grant.at, actor=grant.actor, detail=detail)
    make_good = _make_good(case, dearest(remedies), grant, connection, MakeGoodState.OFFERED)
    make_good.offer = Offer(
        case=case,
        state=OFFERS.first,
        without_pick=terms.without_pick,
        ends_at=terms.ends_at(grant.held_until or grant.at),
        created_at=grant.at,
        options=[_option(position, remedy) for position, remedy in enumerate(remedies)],
    )
    remedy_queries.add_make_good(session, case, make_good)
    _hold_or_begin(session, make_good, grant)


def _hold_or_begin(session: Transaction, make_good: MakeGood, grant: Grant) -> None:
    if grant.held_until is None:
        take_effect(session, make_good, grant.at, actor=grant.actor)
        return
    lane = shop_queries.lane(session, make_good.connection_id, outward=False)
    claims.put(session, Kind.END_HOLD, make_good, lane_id=lane, due_at=grant.held_until)


def take_effect(
    session: Transaction, make_good: MakeGood, now: datetime, *, actor: Actor = CLOCK
) -> None:
    """What was decided begins: nothing of it can be undone any more. It takes the place of what the
    platform refused, and whoever decided has looked at what spoke against the case then."""
    case = make_good.case
    if make_good.is_thanks:
        # It decides nothing about the complaint.
        begin(session, make_good, now)
        return
    take_back_refused(session, case, actor=actor, now=now)
    if case.doubt == make_good.decision.doubt:
        doubts.clear(case)
    case.advice = None
    if not make_good.automatic:
        case.asked_owner = None
        escalation.answers_acted_on(case, make_good.decided_at)
    if make_good.offer is None:
        begin(session, make_good, now)
        return
    session.flush()
    lane = shop_queries.lane(session, make_good.connection_id, outward=True)
    offer = make_good.offer
    claims.put(session, Kind.END_OFFER, offer, lane_id=lane, due_at=offer.ends_at)
    planning.plan_offer(session, offer, now=now)


def take_back_refused(session: Transaction, case: Case, *, actor: Actor, now: datetime) -> None:
    """What the platform surely refused gives way to what is decided instead."""
    for make_good in case.make_goods:
        if make_good.state is MakeGoodState.REFUSED:
            take_back(session, make_good, actor=actor, now=now)


def take_back(session: Transaction, make_good: MakeGood, *, actor: Actor, now: datetime) -> None:
    """Undo a decision whose make-good was surely not carried out; raises `WrongState`."""
    moves.move(session, make_good, MakeGoodMove.CANCEL, at=now, actor=actor)
    claims.end(session, Kind.MAKE_GOOD, make_good.id, now, Text("taken back"))


def begin(session: Transaction, make_good: MakeGood, now: datetime) -> None:
    """Let an approved make-good be carried out: by the platform, else by a person."""
    connection = session.get_one(Connection, make_good.connection_id)
    if not way_of(connection, make_good.remedy.kind).is_called:
        moves.move(session, make_good, MakeGoodMove.BY_HAND, at=now)
        return
    lane = shop_queries.lane(session, connection.id, outward=True)
    claims.put(session, Kind.MAKE_GOOD, make_good, lane_id=lane, due_at=now, now=now)


def set_terms(make_good: MakeGood, remedy: Remedy, now: datetime) -> None:
    """What the make-good is of from now on."""
    amount = remedy.amount
    make_good.kind = remedy.kind.name
    make_good.amount_minor = None if amount is None else amount.amount_minor
    make_good.currency = "" if amount is None else amount.currency
    make_good.line_ids = list(remedy.line_ids)
    make_good.expires_at = remedy.given(now).ends_at


def _make_good(
    case: Case,
    remedy: Remedy,
    grant: Grant,
    connection: Connection,
    state: MakeGoodState,
) -> MakeGood:
    decision = Decision(
        case_id=case.id,
        kind=DecisionKind.APPROVE,
        actor=str(grant.actor),
        seller_id=grant.actor.seller_id,
        reason=grant.reason,
        limit=grant.limit,
        doubt=case.doubt,
        decided_at=grant.at,
    )
    make_good = MakeGood(
        shop_id=case.shop_id,
        decision=decision,
        connection_id=connection.id,
        order_id=case.order_id,
        buyer_key=case.buyer_key,
        key=secrets.token_urlsafe(24),
        reference=make_good_reference(case.reference, len(case.make_goods) + 1),
        automatic=grant.actor is LIMIT,
        decided_at=grant.at,
        held_until=grant.held_until,
        state=state if grant.held_until is None else MakeGoodState.HELD,
        attempts=[],
    )
    set_terms(make_good, remedy, grant.at)
    return make_good


def _option(position: int, remedy: Remedy) -> OfferOption:
    amount = remedy.amount
    return OfferOption(
        position=position,
        kind=remedy.kind.name,
        amount_minor=None if amount is None else amount.amount_minor,
        currency="" if amount is None else amount.currency,
        line_ids=list(remedy.line_ids),
        expires_days=remedy.days,
    )
