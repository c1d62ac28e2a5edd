"""Approves and declines. Nothing is carried out without a decision recorded here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from integrations.remedies import Remedy, remedy_from_data
from integrations.sentence import N_, Text, Words
from service.db.cases import case_queries
from service.db.models import Case, Decision, Proposal
from service.db.remedies import remedy_queries
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.cases.root_causes import RootCause
from service.domain.cases.states import CloseReason, Move
from service.domain.errors import WrongInput, WrongState
from service.domain.remedies import offers
from service.domain.remedies import terms as remedy_terms
from service.domain.remedies.holds import held_until
from service.domain.remedies.offers import WithoutPick
from service.domain.remedies.states import UNSETTLED, DecisionKind
from service.domain.staff.authority import Actor, Permission
from service.operations.cases import close, doubts, escalation, expire, history
from service.operations.cases import root_cause as kept_root_cause
from service.operations.cases.orders import order_from_data
from service.operations.context import Context
from service.operations.messages.send_check import reaches_buyer
from service.operations.remedies import balance, grants
from service.operations.remedies.grants import Grant
from service.operations.staff.permits import permit, permit_amount

NOT_SETTLED = N_("A make-good of this case is not settled. Mark it as done, or try again, first.")
NOT_REACHED = N_("The buyer cannot be written to, so choose the make-good yourself.")


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

    A person who approves has looked at what speaks against the case. For as long as the shop says
    nothing of it begins, and it can be undone (`holds.undo`).

    Raises `NotPermitted`, `OverLimit`, `WrongState`, `WrongInput`, `NotFound`.
    """
    with context.database.transaction() as session:
        now = context.clock.now()
        case = _case_to_decide(session, case_id, actor)
        if changed is not None and number is not None:
            raise WrongInput("Approve either a proposed make-good or another one, not both.")
        remedy = changed or _proposed(_proposal(session, case, seen), number)
        remedy = _checked(session, case, remedy)
        limit = permit_amount(session, actor, case.shop_id, remedy.amount, now=now)
        grant = _grant(session, case, actor, reason=reason, limit=limit, now=now)
        grants.approve(session, case, remedy, grant)


def offer(
    context: Context,
    case_id: int,
    actor: Actor,
    *,
    numbers: Sequence[int] | None = None,
    days: int | None = None,
    without_pick: WithoutPick | None = None,
    reason: str = "",
    seen: int | None = None,
) -> None:
    """Let the buyer choose for so many days among proposed remedies, by their numbers, the recommended
    one first; all of them, and on the proposal's terms, where nothing else is said.

    The dearest of them must be within the actor's limit, each within what the order leaves. Raises
    as `approve`, and `WrongState` for a buyer who cannot be written to.
    """
    with context.database.transaction() as session:
        now = context.clock.now()
        case = _case_to_decide(session, case_id, actor)
        proposal = _proposal(session, case, seen)
        if numbers is None:
            numbers = range(len(proposal.remedies)) if proposal else ()
        remedies = [_checked(session, case, _proposed(proposal, number)) for number in numbers]
        offers.check_set(remedies)
        proposed = proposal and proposal.offer
        terms = offers.terms_of(
            offers.terms_from_data(proposed) if proposed else None, days, without_pick
        )
        if not reaches_buyer(context, session, case):
            raise WrongState(NOT_REACHED)
        dearest = offers.dearest(remedies).amount
        limit = permit_amount(session, actor, case.shop_id, dearest, now=now)
        grant = _grant(session, case, actor, reason=reason, limit=limit, now=now)
        grants.offer(session, case, remedies, terms, grant)


def _case_to_decide(session: Transaction, case_id: int, actor: Actor) -> Case:
    """The case with what decides about its money locked: what other cases of its order are promised,
    and what was spent, is counted. Raises `NotPermitted`, `NotFound`."""
    case = case_queries.locked_case(session, case_id)
    permit(session, actor, Permission.DECIDE, case.shop_id)
    escalation.check(case, actor)
    shop_queries.lock_shops(session, [case.shop_id])
    return case


def _grant(
    session: Session, case: Case, actor: Actor, *, reason: str, limit: Text, now: datetime
) -> Grant:
    """What a person decides can be undone for as long as the shop says."""
    seconds = shop_queries.shop(session, case.shop_id).hold_seconds
    return Grant(actor, reason, limit, now, held_until(seconds, now))


def _proposal(session: Session, case: Case, seen: int | None) -> Proposal | None:
    proposal = remedy_queries.proposal(session, case.id)
    if proposal is not None and seen not in (None, proposal.id):
        raise WrongState("The proposal has changed since you looked at it. Look at the case again.")
    return proposal


def _proposed(proposal: Proposal | None, number: int | None) -> Remedy:
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
    remedy = remedy_terms.priced(remedy, order)
    remedy_terms.check_terms(remedy, order)
    left = balance.left_of(session, case)
    if not remedy_terms.fits(remedy, order, left):
        raise remedy_terms.too_much(remedy, order, left, balance.promised_of(session, case))
    return remedy


def _end_what_was_decided(session: Transaction, case: Case, actor: Actor, now: datetime) -> None:
    """A case is ended by a person only when nothing of it may yet be carried out; raises
    `WrongState`, and `NotPermitted` where only the owner may."""
    escalation.check(case, actor)
    if any(make_good.state in UNSETTLED for make_good in case.make_goods):
        raise WrongState(NOT_SETTLED)
    escalation.answers_acted_on(case, now)
    case.asked_owner = None
    grants.take_back_refused(session, case, actor=actor, now=now)


def decline(context: Context, case_id: int, actor: Actor, reason: str) -> None:
    """Decide against a make-good; raises `NotPermitted`, `WrongState`, `WrongInput`."""
    with context.database.transaction() as session:
        now = context.clock.now()
        case = case_queries.locked_case(session, case_id)
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


def close_case(
    context: Context,
    case_id: int,
    actor: Actor,
    reason: str = "",
    root_cause: RootCause | None = None,
) -> None:
    """Close a case by hand, saying where the complaint came from, if one likes; raises `NotPermitted`,
    `WrongState`. A make-good that may be under way must be settled first, so that nothing paid is lost
    from sight."""
    with context.database.transaction() as session:
        now = context.clock.now()
        case = case_queries.locked_case(session, case_id)
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
        if root_cause is not None:
            kept_root_cause.keep(session, case, root_cause, at=now, actor=actor)
