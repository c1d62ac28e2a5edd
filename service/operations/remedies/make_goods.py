"""What becomes of a make-good once it was tried: brought into its case, or settled by a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import ByHand, Capabilities, Done
from integrations.sentence import N_, Text
from service.db.cases import case_queries
from service.db.models import Connection, Kind, MakeGood
from service.db.outbox import claims
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.errors import NotFound, WrongInput, WrongState
from service.domain.remedies.states import (
    CARRIED_OUT,
    FOR_PERSON,
    AttemptOutcome,
    MakeGoodMove,
)
from service.domain.staff.authority import Actor, Permission
from service.operations.cases import history
from service.operations.context import Context
from service.operations.messages import planning
from service.operations.messages.send_check import reaches_buyer
from service.operations.remedies import grants, moves, proposals, voucher_looks
from service.operations.staff.permits import permit, permit_amount

SAID_BY_SELLER = Text("says the seller")
MAYBE_DONE = N_(
    "It may have been carried out already. Look at the payment provider or in the shop first, then"
    " say what you saw."
)


def capabilities_of(session: Session, make_good: MakeGood) -> Capabilities:
    """What the platform of a make-good can do."""
    return registry.get(session.get_one(Connection, make_good.connection_id).adapter).capabilities


def settle(
    context: Context,
    session: Transaction,
    make_good: MakeGood,
    result: Done | ByHand,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Bring a carried-out make-good into its case (locked), once, and plan what follows."""
    case = make_good.case
    if make_good.state in CARRIED_OUT:
        return
    make_good.done_at = now
    make_good.vendor_id, make_good.code = result.vendor_id, result.code
    if make_good.remedy.kind.gives_code:
        voucher_looks.start_looking(session, make_good)
    left = result.text if isinstance(result, ByHand) else None
    if result.code and not left and not reaches_buyer(context, session, case):
        left = Text(
            "The buyer cannot be written to: give them the code %(code)s yourself, then mark this as"
            " done.",
            code=result.code,
        )
    detail = Text(
        "%(what)s %(reference)s", what=make_good.remedy.described, reference=make_good.reference
    )
    how = MakeGoodMove.MADE_IN_PART if left else MakeGoodMove.MADE
    moves.move(session, make_good, how, at=now, actor=actor, detail=detail, note=left)
    if not left:
        planning.plan_follow_ups(session, case, make_good, now=now)


def try_again(context: Context, make_good_id: int, *, actor: Actor, surely_not_done: bool) -> None:
    """Let a make-good that was refused, or of which nobody knows, be carried out after all.

    Raises `WrongState` where it may have been done, unless `surely_not_done`: a person looked where
    the money or the goods would be seen, and says so.
    """
    with context.database.transaction() as session:
        now = context.clock.now()
        make_good = _for_person(session, make_good_id, actor)
        if make_good.open_attempts and not surely_not_done:
            raise WrongState(MAYBE_DONE)
        amount = make_good.remedy.amount
        permit_amount(session, actor, make_good.shop_id, amount, now=now, again=make_good.id)
        _not_done(make_good, now)
        moves.move(session, make_good, MakeGoodMove.TRY_AGAIN, at=now, actor=actor)
        lane = shop_queries.lane(session, make_good.connection_id, outward=True)
        claims.put(session, Kind.MAKE_GOOD, make_good.id, lane_id=lane, due_at=now, now=now)


def look_again(context: Context, make_good_id: int, *, actor: Actor) -> None:
    """Ask the platform once more whether a make-good was carried out, and do nothing else; raises
    `WrongState` where it cannot be asked."""
    with context.database.transaction() as session:
        now = context.clock.now()
        make_good = _for_person(session, make_good_id, actor)
        if not (make_good.open_attempts and capabilities_of(session, make_good).look_up):
            raise WrongState("The shop cannot be asked about this. Look there yourself.")
        history.note(session, make_good.case, "look_again", at=now, actor=actor)
        lane = shop_queries.lane(session, make_good.connection_id, outward=True)
        claims.put(session, Kind.MAKE_GOOD, make_good.id, lane_id=lane, due_at=now, now=now)


def _not_done(make_good: MakeGood, now: datetime) -> None:
    """A person says so of every attempt that may have done it."""
    for attempt in make_good.open_attempts:
        attempt.outcome = AttemptOutcome.NOT_DONE
        attempt.note, attempt.ended_at = SAID_BY_SELLER, now


def done_by_hand(context: Context, make_good_id: int, *, actor: Actor, code: str = "") -> None:
    """Record that the seller did it, with a tracking number or a code; raises `WrongState`,
    `WrongInput`."""
    with context.database.transaction() as session:
        now = context.clock.now()
        make_good = _for_person(session, make_good_id, actor)
        if make_good.remedy.kind.gives_code and not (code.strip() or make_good.code):
            raise WrongInput("Enter the code, so that the buyer can be told.")
        if make_good.may(MakeGoodMove.FINISH):
            if code.strip() not in ("", make_good.code):
                make_good.code = code.strip()
                voucher_looks.start_looking(session, make_good)
            moves.move(session, make_good, MakeGoodMove.FINISH, at=now, actor=actor)
            planning.plan_follow_ups(session, make_good.case, make_good, now=now)
            return
        for attempt in make_good.open_attempts:
            attempt.outcome = AttemptOutcome.FOUND
            attempt.note, attempt.ended_at = SAID_BY_SELLER, now
        result = Done(vendor_id="", code=code.strip())
        settle(context, session, make_good, result, actor=actor, now=now)
        claims.end(session, Kind.MAKE_GOOD, make_good.id, now)


def cancel(context: Context, make_good_id: int, *, actor: Actor) -> None:
    """Take back a make-good of which a person says that it was not carried out; the case awaits a
    decision again, with a fresh proposal. Raises `WrongState`."""
    with context.database.transaction() as session:
        now = context.clock.now()
        make_good = _for_person(session, make_good_id, actor)
        _not_done(make_good, now)
        grants.take_back(session, make_good, actor=actor, now=now)
        proposals.refresh_proposal(session, make_good.case, now=now)


def _for_person(session: Transaction, make_good_id: int, actor: Actor) -> MakeGood:
    """A make-good that waits for a person, its case locked; raises `NotFound`, `NotPermitted`,
    `WrongState`."""
    make_good = session.get(MakeGood, make_good_id)
    if make_good is None:
        raise NotFound("there is no such make-good")
    case = case_queries.locked_case(session, make_good.case_id)
    permit(session, actor, Permission.DECIDE, case.shop_id)
    session.refresh(make_good)
    if make_good.state not in FOR_PERSON:
        raise WrongState("This make-good needs nothing from you now. Look at the case again.")
    return make_good
