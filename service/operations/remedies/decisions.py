"""Proposes, approves and declines. Nothing is carried out without a decision recorded here."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import Action, Order, Role, Way
from integrations.money import Money
from integrations.sentence import Text, Words, to_data
from service.db import queries
from service.db.models import Case, Connection, Decision, Kind, MakeGood, Proposal, Seller, Shop
from service.db.outbox import claims
from service.domain.cases.reference import make_good_reference
from service.domain.cases.severity import is_grave
from service.domain.cases.states import CaseState, CloseReason, Move
from service.domain.errors import NotPermitted, OverLimit, WrongInput, WrongState
from service.domain.remedies import playbook
from service.domain.remedies.limits import (
    AutomaticLimits,
    SellerRole,
    may_approve,
    may_decide,
    may_go_by_itself,
)
from service.domain.remedies.playbook_data import default_playbook, playbook_from_data
from service.operations.cases import close, expire, history
from service.operations.cases.orders import lines_of, order_from_data
from service.operations.context import Context

GRAVE = Text("This complaint speaks of health, injury or law. Write to the buyer yourself first.")
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
    """What is to be done: `amount` to refund or of the voucher; `line_ids` concerned."""

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


def propose_remedies(
    context: Context, session: Session, case: Case, *, now: datetime, by_limit: bool = True
) -> None:
    """Propose by the shop's playbook; what the owner's limit covers is approved at once, unless
    the case came back and a person has to look at it."""
    shop = queries.shop(session, case.shop_id)
    proposal = _worked_out(session, case, shop, now)
    session.add(proposal)
    history.move(session, case, Move.PROPOSE, at=now, detail=Words(proposal.rule))
    grave = is_grave(case.review.text)
    if grave:
        case.advice = GRAVE
    if proposal.remedies and by_limit and not grave:
        _approve_by_limit(session, case, shop, remedy_from_data(proposal.remedies[0]), now)


def refresh_proposal(session: Session, case: Case, *, now: datetime) -> None:
    """The buyer edited the review before the decision: propose for what it says now. A person
    decides, because one may be looking at the case."""
    if case.state != CaseState.AWAITING_APPROVAL:
        return
    fresh = _worked_out(session, case, queries.shop(session, case.shop_id), now)
    known = queries.proposal(session, case.id)
    if known is None or (known.rule, known.remedies) != (fresh.rule, fresh.remedies):
        session.add(fresh)
        history.move(session, case, Move.PROPOSE, at=now, detail=Words(fresh.rule))
    if is_grave(case.review.text):
        case.advice = case.advice or GRAVE


def _worked_out(session: Session, case: Case, shop: Shop, now: datetime) -> Proposal:
    """What the playbook says to the case as it is now."""
    review = case.review
    order = order_from_data(case.order)
    lines = lines_of(order, review.product_id)
    orders = queries.connections_for(session, case.shop_id, Role.ORDERS)[:1]
    available = [a for a in Action for one in orders if way_of(one, a) is not Way.NONE]
    rules = playbook_from_data(shop.playbook) if shop.playbook else default_playbook()
    facts = playbook.Facts(
        stars=review.rating or 1,
        left=order.left,
        text=review.text,
        cause=case.cause,
        product_ids=frozenset(line.product_id for line in lines),
        order_value=order.paid,
        line_paid=_paid(lines[0].paid, [line.paid for line in lines[1:]]) if lines else None,
        earlier_cases=len(queries.earlier_cases(session, case)),
        country=order.buyer.country,
    )
    found = playbook.propose(rules, facts, available)
    options = found.options if isinstance(found, playbook.Proposal) else ()
    return Proposal(
        case_id=case.id,
        rule=found.rule,
        created_at=now,
        reason=None if isinstance(found, playbook.Proposal) else found.reason,
        remedies=[
            {
                "action": one.action,
                "amount_minor": one.amount.amount_minor,
                "currency": one.amount.currency,
                "line_ids": [line.id for line in lines],
                "expires_days": one.expires_days,
                "reason": to_data(one.reason),
            }
            for one in options
        ],
    )


def _paid(first: Money, others: list[Money]) -> Money:
    total = first
    for one in others:
        total = total + one
    return total


def _approve_by_limit(
    session: Session, case: Case, shop: Shop, remedy: Remedy, now: datetime
) -> None:
    limits = shop.automatic.get(remedy.amount.currency)
    if limits is None or _was_made_good(session, case):
        return
    midnight = now.astimezone(ZoneInfo(shop.zone)).replace(hour=0, minute=0, second=0)
    day = midnight.replace(microsecond=0)
    shop_spent = _spent(session, shop.id, remedy.amount.currency, day, None)
    buyer_spent = _spent(session, shop.id, remedy.amount.currency, day, case.buyer_key)
    amount = remedy.amount
    if may_go_by_itself(amount, AutomaticLimits(**limits), shop_spent.minor, buyer_spent.minor):
        _decide(session, case, remedy, actor=AUTOMATIC, reason="", limit=str(limits), now=now)
        shop_spent.minor += amount.amount_minor
        buyer_spent.minor += amount.amount_minor


@dataclass(slots=True)
class _Sum:
    minor: int


def _spent(
    session: Session, shop_id: int, currency: str, day: datetime, buyer_key: str | None
) -> _Sum:
    """What went by itself today, with what this transaction adds to it."""
    sums: dict[tuple[int, str, str | None], _Sum] = session.info.setdefault("spent", {})
    key = (shop_id, currency, buyer_key)
    if key not in sums:
        if not sums:
            # Two cases decided at once must see each other's sums.
            session.execute(
                select(Shop.id).where(Shop.id == shop_id).with_for_update(key_share=True)
            )
        sums[key] = _Sum(queries.spent(session, shop_id, currency, day, buyer_key))
    return sums[key]


def _was_made_good(session: Session, case: Case) -> bool:
    """This review was made good before: a rating that goes up and down is for a person."""
    if case.opened_at == case.review.seen_at:
        # Opened by the first version ever seen.
        return False
    before = (
        select(MakeGood.id)
        .join(Case, Case.id == MakeGood.case_id)
        .where(Case.review_id == case.review_id, MakeGood.state != "cancelled")
    )
    return session.scalar(before.limit(1)) is not None


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

    Raises `NotPermitted`, `OverLimit`, `WrongState`, `WrongInput`, `NotFound`.
    """
    if not may_decide(SellerRole(seller.role)):
        raise NotPermitted("Viewers may not approve. Ask the owner for the role of an agent.")
    with context.database.transaction() as session:
        now = context.clock.now()
        case = queries.case(session, case_id, lock=True)
        remedy = changed or _proposed(session, case, number, seen)
        _check(case, remedy)
        shop = queries.shop(session, case.shop_id)
        if not may_approve(SellerRole(seller.role), shop.agent_limits, remedy.amount):
            raise OverLimit(
                "%(amount)s is above what you may approve alone. Ask the owner to approve it.",
                amount=str(remedy.amount),
            )
        limit = str(shop.agent_limits.get(remedy.amount.currency, "")) or seller.role
        _decide(session, case, remedy, actor=actor_of(seller), reason=reason, limit=limit, now=now)


def _proposed(session: Session, case: Case, number: int | None, seen: int | None) -> Remedy:
    proposal = queries.proposal(session, case.id)
    if proposal is not None and seen not in (None, proposal.id):
        raise WrongState("The proposal has changed since you looked at it. Look at the case again.")
    if proposal is None or number is None or not 0 <= number < len(proposal.remedies):
        raise WrongInput("This proposal is no longer there. Look at the case again.")
    return remedy_from_data(proposal.remedies[number])


def _check(case: Case, remedy: Remedy) -> None:
    if not case.order:
        raise WrongState("Choose the order first.")
    order = order_from_data(case.order)
    if remedy.amount.currency != order.paid.currency:
        raise WrongInput(
            "The order was paid in %(currency)s: enter that currency.", currency=order.paid.currency
        )
    if remedy.amount.amount_minor <= 0:
        raise WrongInput("Enter an amount above zero.")
    if remedy.action is Action.REFUND and not remedy.amount <= order.left:
        raise WrongInput("Only %(left)s of this order can still be refunded.", left=order.left)
    if remedy.action is Action.VOUCHER and not remedy.amount <= order.paid:
        raise WrongInput("A voucher may be worth at most what was paid, %(paid)s.", paid=order.paid)
    unknown = set(remedy.line_ids) - {line.id for line in order.lines}
    if unknown or (remedy.action is Action.RESEND and not remedy.line_ids):
        raise WrongInput("Choose which lines of the order are meant.")


def _decide(
    session: Session,
    case: Case,
    remedy: Remedy,
    *,
    actor: str,
    reason: str,
    limit: str,
    now: datetime,
) -> None:
    orders = queries.connections_for(session, case.shop_id, Role.ORDERS)
    if not orders:
        raise WrongState("Connect where this shop's orders are first.")
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
        connection_id=orders[0].id,
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
    if way_of(orders[0], remedy.action) is Way.API:
        lane = queries.lane(session, orders[0].id, outward=True)
        claims.put(session, Kind.MAKE_GOOD, make_good, lane_id=lane, due_at=now, now=now)
        return
    make_good.state = "needs_attention"
    make_good.task = task_for(make_good, order_from_data(case.order))
    case.advice = make_good.task
    history.move(session, case, Move.FAIL, at=now, detail=Text("by hand"))


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
        actor = actor_of(seller)
        history.move(session, case, Move.DECLINE, at=now, actor=actor, detail=Words(reason.strip()))
        session.add(
            Decision(
                case_id=case.id, kind="decline", actor=actor, reason=reason.strip(), decided_at=now
            )
        )
        case.advice = None
        if any(one.state in UNSETTLED for one in case.make_goods):
            raise WrongState(NOT_SETTLED)
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
