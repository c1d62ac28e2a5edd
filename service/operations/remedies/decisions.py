"""Approves and declines. Nothing is carried out without a decision recorded here."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import lcm
from typing import Any

from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import Action, Order, Role, Way
from integrations.money import Money, least_step
from integrations.sentence import Text, Words
from service.db import queries
from service.db.models import Case, Connection, Decision, Kind, MakeGood, Seller
from service.db.outbox import claims
from service.domain.cases.reference import make_good_reference
from service.domain.cases.states import CASES, CaseState, CloseReason, Move
from service.domain.errors import NotPermitted, OverLimit, WrongInput, WrongState
from service.domain.remedies.limits import SellerRole, may_approve, may_decide
from service.operations.cases import close, doubts, expire, history
from service.operations.cases.orders import order_from_data
from service.operations.context import Context
from service.operations.remedies import balance

UNSETTLED = ("approved", "needs_attention")
NOT_SETTLED = "A make-good of this case is not settled. Mark it as done, or try again, first."
REMEDIES = {
    Action.RESEND: Text("Send again"),
    Action.REFUND: Text("Refund"),
    Action.VOUCHER: Text("Voucher"),
}
AUTOMATIC = "limit"
"""The actor of a decision that the owner's automatic limit made."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What is to be done: `amount` to refund or of the voucher, for a resend what its lines were paid;
    `line_ids` concerned."""

    action: Action
    amount: Money
    line_ids: tuple[str, ...]
    expires_days: int | None = None


def remedy_from_data(data: dict[str, Any]) -> Remedy:
    """A remedy as a proposal keeps it."""
    return Remedy(
        Action(data["action"]),
        Money(data["amount_minor"], data["currency"]),
        tuple(data["line_ids"]),
        data["expires_days"],
    )


def actor_of(seller: Seller) -> str:
    """How history names a seller."""
    return f"seller:{seller.id}"


def way_of(connection: Connection, action: Action) -> Way:
    """How this connection's platform carries out a make-good."""
    way: Way = getattr(registry.get(connection.adapter).capabilities, action.value)
    return way


def approve(
    context: Context,
    case_id: int,
    seller: Seller,
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
    if not may_decide(SellerRole(seller.role)):
        raise NotPermitted("Viewers may not approve. Ask the owner for the role of an agent.")
    if changed is not None and number is not None:
        raise WrongInput("Approve either a proposed make-good or another one, not both.")
    with context.database.transaction() as session:
        now = context.clock.now()
        case = queries.case(session, case_id, lock=True)
        # What other cases of this order are promised, and what went by itself today, is counted.
        queries.lock_shops(session, [case.shop_id])
        remedy = _priced(case, changed or _proposed(session, case, number, seen))
        _check(session, case, remedy)
        shop = queries.shop(session, case.shop_id)
        if not may_approve(SellerRole(seller.role), shop.agent_limits, remedy.amount):
            raise OverLimit(
                "%(amount)s is above what you may approve alone. Ask the owner to approve it.",
                amount=remedy.amount,
            )
        limit = str(shop.agent_limits.get(remedy.amount.currency, "")) or seller.role
        doubts.clear(case)
        _replace_refused(session, case, actor_of(seller), now)
        decide(session, case, remedy, actor=actor_of(seller), reason=reason, limit=limit, now=now)


def _replace_refused(session: Session, case: Case, actor: str, now: datetime) -> None:
    """What the platform surely refused gives way to the make-good that is approved instead."""
    for one in case.make_goods:
        if one.refused:
            take_back(session, one, actor=actor, now=now)


def take_back(session: Session, make_good: MakeGood, *, actor: str, now: datetime) -> None:
    """Undo a decision whose make-good was surely not carried out."""
    case = make_good.case
    make_good.state, make_good.task, case.advice = "cancelled", None, None
    claims.end(session, Kind.MAKE_GOOD, make_good.id, now, Text("taken back"))
    if CASES.allows(CaseState(case.state), Move.REOPEN):
        history.move(session, case, Move.REOPEN, at=now, actor=actor, detail=Text("taken back"))
    else:
        history.note(session, case, "cancelled", at=now, actor=actor)


def _proposed(session: Session, case: Case, number: int | None, seen: int | None) -> Remedy:
    proposal = queries.proposal(session, case.id)
    if proposal is not None and seen not in (None, proposal.id):
        raise WrongState("The proposal has changed since you looked at it. Look at the case again.")
    if number is None:
        raise WrongInput("Say which of the proposed make-goods you approve, or name another.")
    if proposal is None or not 0 <= number < len(proposal.remedies):
        raise WrongInput("This proposal is no longer there. Look at the case again.")
    return remedy_from_data(proposal.remedies[number])


def _priced(case: Case, remedy: Remedy) -> Remedy:
    """A resend costs what its lines were paid, whatever amount came with it."""
    if remedy.action is not Action.RESEND or not case.order:
        return remedy
    order = order_from_data(case.order)
    paid = sum(line.paid.amount_minor for line in order.lines if line.id in remedy.line_ids)
    return replace(remedy, amount=Money(paid, order.paid.currency))


def _check(session: Session, case: Case, remedy: Remedy) -> None:
    if not case.order:
        raise WrongState("Choose the order first.")
    order = order_from_data(case.order)
    unknown = set(remedy.line_ids) - {line.id for line in order.lines}
    if unknown or (remedy.action is Action.RESEND and not remedy.line_ids):
        raise WrongInput("Choose which lines of the order are meant.")
    if remedy.amount.currency != order.paid.currency:
        raise WrongInput(
            "The order was paid in %(currency)s: enter that currency.", currency=order.paid.currency
        )
    if remedy.amount.amount_minor <= 0:
        raise WrongInput("Enter an amount above zero.")
    step = lcm(order.step, least_step(order.paid.currency))
    if remedy.action is not Action.RESEND and remedy.amount.amount_minor % step:
        raise WrongInput(
            "This shop books amounts in steps of %(step)s. Enter %(amount)s, say.",
            step=Money(step, order.paid.currency),
            amount=_booked(remedy.amount, step),
        )
    _check_left(session, case, remedy)


def _booked(amount: Money, step: int) -> Money:
    """The nearest amount below that the shop can book, at least one step."""
    return Money(max(step, amount.amount_minor // step * step), amount.currency)


def _check_left(session: Session, case: Case, remedy: Remedy) -> None:
    """Nothing is promised twice: what other make-goods of the order were promised counts."""
    left = balance.left_of(session, case)
    if remedy.amount <= left:
        return
    if remedy.action is Action.RESEND:
        raise WrongInput(
            "Only %(left)s of this order is left: what was refunded is not sent again as well.",
            left=left,
        )
    promised = balance.promised_of(session, case)
    if promised.amount_minor:
        raise WrongInput(
            "Only %(left)s of this order can still be refunded: %(promised)s is promised already by"
            " other make-goods of it.",
            left=left,
            promised=promised,
        )
    if remedy.action is Action.VOUCHER:
        raise WrongInput("A voucher may be worth at most what is left, %(left)s.", left=left)
    raise WrongInput("Only %(left)s of this order can still be refunded.", left=left)


def decide(
    session: Session,
    case: Case,
    remedy: Remedy,
    *,
    actor: str,
    reason: str,
    limit: str,
    now: datetime,
) -> None:
    """Record the decision and let the make-good be carried out; raises `WrongState`. The caller has
    checked it under the shop's lock."""
    connection = order_connection(session, case)
    case.advice = None
    described = Text("%(what)s %(amount)s", what=REMEDIES[remedy.action], amount=remedy.amount)
    history.move(session, case, Move.APPROVE, at=now, actor=actor, detail=described)
    decision = Decision(
        case_id=case.id, kind="approve", actor=actor, reason=reason, limit=limit, decided_at=now
    )
    ends = None if remedy.expires_days is None else now + timedelta(days=remedy.expires_days)
    make_good = MakeGood(
        case=case,
        shop_id=case.shop_id,
        decision=decision,
        connection_id=connection.id,
        order_id=case.order_id,
        buyer_key=case.buyer_key,
        action=remedy.action,
        amount_minor=remedy.amount.amount_minor,
        currency=remedy.amount.currency,
        line_ids=list(remedy.line_ids),
        key=secrets.token_urlsafe(24),
        reference=make_good_reference(case.reference, len(case.make_goods) + 1),
        expires_at=ends,
        automatic=actor == AUTOMATIC,
        decided_at=now,
        state="approved",
        attempts=[],
    )
    session.add(make_good)
    if way_of(connection, remedy.action) is Way.API:
        lane = queries.lane(session, connection.id, outward=True)
        claims.put(session, Kind.MAKE_GOOD, make_good, lane_id=lane, due_at=now, now=now)
        return
    make_good.state = "needs_attention"
    make_good.task = task_for(make_good, order_from_data(case.order))
    case.advice = make_good.task
    history.move(session, case, Move.FAIL, at=now, detail=Text("by hand"))


def order_connection(session: Session, case: Case) -> Connection:
    """Where the case's order is; raises `WrongState` where that is not connected any more."""
    found = session.get(Connection, case.order_connection_id or 0)
    if found is None or Role.ORDERS not in found.roles:
        raise WrongState("Connect where this shop's orders are first.")
    return found


def task_for(make_good: MakeGood, order: Order) -> Text:
    """What the seller has to do by hand where the platform has no such call."""
    amount = Money(make_good.amount_minor, make_good.currency)
    names = ", ".join(line.name for line in order.lines if line.id in make_good.line_ids)
    what = {
        Action.REFUND: Text(
            "Refund %(amount)s on order %(number)s", amount=amount, number=order.number
        ),
        Action.RESEND: Text(
            "Send again from order %(number)s: %(names)s", number=order.number, names=names
        ),
        Action.VOUCHER: Text(
            "Give the buyer of order %(number)s a voucher worth %(amount)s",
            number=order.number,
            amount=amount,
        ),
    }[Action(make_good.action)]
    return Text(
        "%(what)s, note the reference %(reference)s, then mark it as done here.",
        what=what,
        reference=make_good.reference,
    )


def decline(context: Context, case_id: int, seller: Seller, reason: str) -> None:
    """Decide against a make-good; raises `NotPermitted`, `WrongState`, `WrongInput`."""
    if not may_decide(SellerRole(seller.role)):
        raise NotPermitted("Viewers may not decline.")
    if not reason.strip():
        raise WrongInput("Say why, for those who look at this case later.")
    with context.database.transaction() as session:
        now = context.clock.now()
        case = queries.case(session, case_id, lock=True)
        if any(one.state in UNSETTLED for one in case.make_goods):
            raise WrongState(NOT_SETTLED)
        actor = actor_of(seller)
        history.move(session, case, Move.DECLINE, at=now, actor=actor, detail=Words(reason.strip()))
        session.add(
            Decision(
                case_id=case.id, kind="decline", actor=actor, reason=reason.strip(), decided_at=now
            )
        )
        doubts.clear(case)
        case.advice = None
        expire.plan_end(session, case, now=now)


def close_case(context: Context, case_id: int, seller: Seller, reason: str = "") -> None:
    """Close a case by hand; raises `NotPermitted`, `WrongState`. A make-good that may be under way
    must be settled first, so that nothing paid is lost from sight."""
    if not may_decide(SellerRole(seller.role)):
        raise NotPermitted("Viewers may not close cases.")
    with context.database.transaction() as session:
        now = context.clock.now()
        case = queries.case(session, case_id, lock=True)
        if any(one.state in UNSETTLED for one in case.make_goods):
            raise WrongState(NOT_SETTLED)
        close.close(
            session,
            case,
            CloseReason.BY_SELLER,
            at=now,
            actor=actor_of(seller),
            detail=Words(reason.strip()) if reason.strip() else None,
        )
