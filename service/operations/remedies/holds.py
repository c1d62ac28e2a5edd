"""The moment in which what a person approved can still be undone. Undoing and beginning both lock the
case and look at the state then, so that one of them happens, never both."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import selectinload

from integrations.contract import Role
from integrations.sentence import Said, Text
from service.db.cases import case_queries
from service.db.models import Case, Connection, Kind, MakeGood, Offer
from service.db.outbox import claims
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.errors import WrongState
from service.domain.remedies.offers import OfferMove
from service.domain.remedies.states import MakeGoodMove, MakeGoodState
from service.domain.staff.authority import Actor, Permission
from service.operations.cases import escalation
from service.operations.context import Context
from service.operations.outbox.handler import Handler, HeldRow
from service.operations.remedies import grants, moves, offers, proposals
from service.operations.staff.permits import permit
from service.operations.tasks import tasks

UNDONE = Text("undone before anything was carried out")


def undo(context: Context, case_id: int, actor: Actor) -> None:
    """Take back what was just approved: the case stands as before, with the same tasks. Raises
    `NotPermitted`, `NotFound`, `WrongState` once it has begun."""
    with context.database.transaction() as session:
        now = context.clock.now()
        case = case_queries.locked_case(session, case_id)
        permit(session, actor, Permission.DECIDE, case.shop_id)
        shop_queries.lock_shops(session, [case.shop_id])
        held = [each for each in case.make_goods if each.state is MakeGoodState.HELD]
        if not held:
            raise WrongState("It is too late to undo this: it has begun, or was undone already.")
        (make_good,) = held
        if not make_good.is_thanks:
            escalation.decision_undone(case, make_good.decided_at)
            tasks.reopen(session, case, make_good.decided_at, make_good.decision.actor)
        _end_choice(session, make_good, OfferMove.WITHDRAW, UNDONE, now)
        moves.move(session, make_good, MakeGoodMove.UNDO, at=now, actor=actor)
        claims.end(session, Kind.END_HOLD, make_good.id, now, UNDONE)
        # The review may have changed meanwhile.
        if (
            not make_good.is_thanks
            and Role.ORDERS in session.get_one(Connection, make_good.connection_id).roles
        ):
            proposals.refresh_proposal(session, case, now=now)


def _end_choice(
    session: Transaction, make_good: MakeGood, how: OfferMove, reason: Said, now: datetime
) -> None:
    if make_good.offer is not None:
        offers.close(session, make_good.offer, how, reason, now)


def _end_hold(row: HeldRow) -> None:
    """The time to undo is over."""
    row.require_claim()
    make_good = row.session.get_one(MakeGood, row.ref_id)
    if make_good.state is MakeGoodState.HELD:
        is_choice = make_good.offer is not None
        how = MakeGoodMove.CHOICE_BEGUN if is_choice else MakeGoodMove.HOLD_ENDED
        moves.move(row.session, make_good, how, at=row.now)
        grants.take_effect(row.session, make_good, row.now)
    row.finish()


def _give_up(row: HeldRow, reason: Said) -> None:
    """The fault is ours and nothing has begun: the seller decides again, and reads why."""
    make_good = row.session.get_one(MakeGood, row.ref_id)
    if make_good.state is MakeGoodState.HELD:
        _end_choice(row.session, make_good, OfferMove.VOID, reason, row.now)
        moves.move(row.session, make_good, MakeGoodMove.REFUSE, at=row.now, note=reason)


END_HOLD = Handler(
    kind=Kind.END_HOLD,
    label=Text("beginning what was approved"),
    about=MakeGood,
    loads=(
        *case_queries.TASKS_FOLLOW_FROM,
        selectinload(Case.make_goods).selectinload(MakeGood.offer).selectinload(Offer.options),
    ),
    carry_out=lambda work: work.write(_end_hold),
    give_up=_give_up,
)
