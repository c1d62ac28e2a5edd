"""What becomes of a choice that the buyer was given: picked, not picked in time, taken back, or
overtaken by what happened to the order meanwhile. Every option is looked at again before it is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session, selectinload

from integrations.contract import Order, OrderStore, Way
from integrations.errors import AdapterError, Misconfigured, Temporary
from integrations.sentence import Said, Text
from service.db.cases import case_queries
from service.db.models import Case, Connection, Kind, MakeGood, Offer, OfferOption
from service.db.outbox import claims
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.errors import NotFound, WrongInput, WrongState
from service.domain.messages.kinds import OFFERING
from service.domain.remedies.offers import (
    OFFERS,
    TOLD,
    OfferMove,
    OfferState,
    WithoutPick,
    why_not,
)
from service.domain.remedies.states import MakeGoodMove
from service.domain.staff.authority import CLOCK, Actor, Permission
from service.operations.cases import history
from service.operations.cases.orders import SeenOrder, keep_order, order_from_data
from service.operations.context import Context
from service.operations.messages.stopping import stop_planned
from service.operations.outbox.handler import Call, Handler, HeldRow, Phase, Steps, Work
from service.operations.remedies import balance, grants, moves, proposals
from service.operations.staff.permits import permit

PICKED = Text("The buyer has chosen.")
NOT_PICKED = Text("The buyer did not choose in time.")
TAKEN_BACK = Text("The choice was taken back.")
NOTHING_LEFT = Text("Nothing of what the buyer could choose can be given any more.")
SECONDS_TO_ASK = 5.0
"""How long a buyer's page waits for the platform; if it does not answer, the order counts as last seen."""


def order_now(context: Context, offer_id: int) -> SeenOrder | None:
    """The order of an offer as its platform has it now; None where it does not say so in time. Raises
    `NotFound`."""
    with context.database.reading() as session:
        offer = session.get(Offer, offer_id)
        if offer is None:
            raise NotFound("there is no such choice")
        connection = session.get_one(Connection, offer.make_good.connection_id)
        order_id = offer.make_good.order_id
    at = context.clock.now()
    if not connection.roles:
        return None
    try:
        with context.http.within(SECONDS_TO_ASK):
            return SeenOrder(context.orders(connection).order(order_id), at)
    except AdapterError:
        return None


def reasons(
    session: Session, offer: Offer, seen: SeenOrder | None = None
) -> dict[int, Text | None]:
    """Why each option can no longer be given, by its position; None where it can. The order counts as
    `seen`, else as the case keeps it."""
    order = seen.order if seen else order_from_data(offer.case.order)
    left = balance.left_of(session, offer.case, without=offer.make_good, seen=seen)
    connection = session.get_one(Connection, offer.make_good.connection_id)
    return {
        option.position: why_not(
            option.remedy,
            order,
            left,
            is_given=bool(connection.roles)
            and grants.way_of(connection, option.remedy.kind) is not Way.NONE,
        )
        for option in offer.options
    }


def pick(context: Context, offer_id: int, position: int, actor: Actor) -> bool:
    """The buyer takes one of the options. False where it, or all of them, had to be taken off: the
    offer says what is left of it.

    Raises `NotFound`, `NotPermitted`, `WrongInput`, and `WrongState` where it is too late, also for a
    second pick.
    """
    seen = order_now(context, offer_id)
    with context.database.transaction() as session:
        now = context.clock.now()
        offer = _locked(session, offer_id)
        permit(session, actor, Permission.ANSWER, offer.case.shop_id)
        if offer.state is not OfferState.OPEN:
            raise WrongState(TOLD[offer.state])
        if now > offer.ends_at:
            raise WrongState(TOLD[OfferState.EXPIRED])
        if position not in {option.position for option in offer.options}:
            raise WrongInput("Choose one of them.")
        _look_again(session, offer, seen)
        option = next((choice for choice in offer.possible if choice.position == position), None)
        if option is not None:
            _give(session, offer, option, actor, now)
        elif not offer.possible:
            _end(session, offer, OfferMove.VOID, NOTHING_LEFT, actor=CLOCK, now=now)
        return option is not None


def withdraw(context: Context, make_good_id: int, actor: Actor) -> None:
    """The seller takes the choice back; the case awaits a decision again. Raises `NotFound`,
    `NotPermitted`, `WrongState`."""
    with context.database.transaction() as session:
        now = context.clock.now()
        make_good = session.get(MakeGood, make_good_id)
        if make_good is None or make_good.offer is None:
            raise NotFound("there is no such choice")
        offer = _locked(session, make_good.offer.id)
        permit(session, actor, Permission.DECIDE, offer.case.shop_id)
        _end(session, offer, OfferMove.WITHDRAW, TAKEN_BACK, actor=actor, now=now)
        proposals.refresh_proposal(session, offer.case, now=now)


def _locked(session: Transaction, offer_id: int) -> Offer:
    """An offer as it is now, with its case and what decides about the case's money locked."""
    offer = session.get(Offer, offer_id)
    if offer is None:
        raise NotFound("there is no such choice")
    case = case_queries.locked_case(session, offer.case_id)
    shop_queries.lock_shops(session, [case.shop_id])
    for row in (offer, offer.make_good, *offer.options):
        session.refresh(row)
    return offer


def _look_again(session: Transaction, offer: Offer, seen: SeenOrder | None) -> None:
    """Take off what can no longer be given."""
    if seen is not None and seen.at is not None:
        keep_order(offer.case, seen.order, offer.make_good.connection_id, seen.at)
    why = reasons(session, offer)
    for option in offer.options:
        option.taken_off = why[option.position]


def _give(
    session: Transaction, offer: Offer, option: OfferOption, actor: Actor, now: datetime
) -> None:
    """Its make-good is of this remedy from now on, and is carried out."""
    option.picked = True
    close(session, offer, OfferMove.PICK, PICKED, now)
    make_good = offer.make_good
    grants.set_terms(make_good, option.remedy, now)
    detail = make_good.remedy.described
    moves.move(session, make_good, MakeGoodMove.PICK, at=now, actor=actor, detail=detail)
    grants.begin(session, make_good, now)


def _end(
    session: Transaction,
    offer: Offer,
    how: OfferMove,
    reason: Said,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Nothing of it is given; the seller decides once more."""
    close(session, offer, how, reason, now)
    make_good = offer.make_good
    moves.move(session, make_good, MakeGoodMove.CANCEL, at=now, actor=actor, detail=reason)
    if offer.case.closed_at is None and how is not OfferMove.WITHDRAW:
        offer.case.advice = reason


def close(session: Transaction, offer: Offer, how: OfferMove, reason: Said, now: datetime) -> None:
    """Nothing can be picked any more; what was planned to tell of it is stopped."""
    offer.state, offer.ended_at = OFFERS.after(offer.state, how), now
    claims.end(session, Kind.END_OFFER, offer.id, now, reason)
    stop_planned(session, offer.case, reason, at=now, only=OFFERING)


@dataclass(frozen=True, slots=True)
class _Question:
    """Which platform is asked for which order. `is_over`: the last day is."""

    adapter: OrderStore
    order_id: str
    is_over: bool


def _carry_out(work: Work) -> Steps[None]:
    """Look at what still can be given. Once the last day is over, give the first of it, or go back to
    the seller; a platform that is away is then asked again later."""
    question = work.write(_question)
    if question is None:
        return
    try:
        order = yield Call(question.adapter.order, question.order_id)
    except AdapterError as error:
        if question.is_over and isinstance(error, Temporary | Misconfigured):
            raise
        order = None
    work.write(_run_out, order)


def _question(row: HeldRow) -> _Question | None:
    offer = row.session.get_one(Offer, row.ref_id)
    if offer.state is not OfferState.OPEN:
        row.finish()
        return None
    connection = row.session.get_one(Connection, offer.make_good.connection_id)
    is_over = row.now >= offer.ends_at
    if not (is_over or connection.roles):
        row.postpone(offer.ends_at)
        return None
    if is_over and (offer.without_pick is WithoutPick.SELLER or not connection.roles):
        row.require_claim()
        _end(row.session, offer, OfferMove.EXPIRE, NOT_PICKED, actor=CLOCK, now=row.now)
        return None
    return _Question(row.context.orders(connection), offer.make_good.order_id, is_over)


def _run_out(row: HeldRow, order: Order | None) -> None:
    row.require_claim()
    session, now = row.session, row.now
    offer = session.get_one(Offer, row.ref_id)
    if offer.state is not OfferState.OPEN:
        row.finish()
        return
    _look_again(session, offer, None if order is None else SeenOrder(order, now))
    if offer.possible and now < offer.ends_at:
        row.postpone(offer.ends_at)
    elif offer.possible:
        history.note(session, offer.case, "not_picked", at=now, detail=NOT_PICKED)
        _give(session, offer, offer.possible[0], CLOCK, now)
    else:
        _end(session, offer, OfferMove.VOID, NOTHING_LEFT, actor=CLOCK, now=now)


def _give_up(row: HeldRow, reason: Said) -> None:
    """The platform cannot be asked, or the fault is ours: the seller decides, and reads why."""
    offer = row.session.get_one(Offer, row.ref_id)
    if offer.state is OfferState.OPEN:
        _end(row.session, offer, OfferMove.EXPIRE, reason, actor=CLOCK, now=row.now)


END_OFFER = Handler(
    kind=Kind.END_OFFER,
    label=Text("a choice that ran out"),
    about=Offer,
    loads=(
        *case_queries.TASKS_FOLLOW_FROM,
        selectinload(Case.make_goods).selectinload(MakeGood.offer).selectinload(Offer.options),
    ),
    adds_up_money=Phase.SETTLE,
    carry_out=_carry_out,
    give_up=_give_up,
)
