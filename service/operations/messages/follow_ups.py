"""Plans what the buyer is told and asked, and takes the answers. Sending is in sending.py."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from integrations.contract import Role
from integrations.sentence import Text, Words
from service.db import queries
from service.db.models import Case, Connection, DoNotContact, FollowUp, Kind, MakeGood, Seller, Shop
from service.db.outbox import claims
from service.domain.cases.severity import is_grave
from service.domain.cases.states import CASES, CaseState, Move
from service.domain.errors import NotPermitted, WrongInput, WrongState
from service.domain.messages.kinds import Step
from service.domain.messages.schedule import (
    EARLIER,
    FollowUpPlan,
    next_sending_time,
    plan,
    plan_from_data,
)
from service.domain.messages.zones import zones_for
from service.domain.remedies.limits import SellerRole, may_decide
from service.operations.cases import close, doubts, expire, history
from service.operations.cases.orders import buyer_of
from service.operations.context import Context
from service.operations.remedies import decisions, proposals

log = logging.getLogger(__name__)

NOT_PLANNED = Text(
    "This message could not be planned. Check the shop's settings for messages, then send it."
)
BY_SELLER = Text("stopped by the seller")
NOT_SOLVED = Text("The buyer says the problem is not solved.")
MOST_WORDS = 300


def settings_of(shop: Shop) -> FollowUpPlan:
    """The shop's delays and sending window."""
    return plan_from_data(shop.follow_ups) if shop.follow_ups else FollowUpPlan()


def zones_of(case: Case, shop: Shop) -> tuple[str, ...]:
    """The zones in which the buyer may live, likeliest first."""
    buyer = buyer_of(case)
    return zones_for(buyer.zone, buyer.country, buyer.region, shop.zone)


def plan_receipt(context: Context, session: Session, case: Case, *, now: datetime) -> None:
    """Plan the first answer to the complaint; chosen again, an order does not repeat it."""
    shop = queries.shop(session, case.shop_id)
    with _whatever_happens(session, case, Step.RECEIPT, 1, None, now):
        due = next_sending_time(now, zones_of(case, shop), settings_of(shop).window)
        _plan_one(session, case, Step.RECEIPT, due, 1, None, now)


def plan_follow_ups(
    context: Context, session: Session, case: Case, make_good: MakeGood, *, now: datetime
) -> None:
    """Plan confirmation, resolution check and update invitation of a carried-out make-good."""
    shop = queries.shop(session, case.shop_id)
    round_ = len([one for one in case.make_goods if one.state == "done"]) or 1
    with _whatever_happens(session, case, Step.CONFIRMATION, round_, make_good, now):
        for step, due in plan(settings_of(shop), now, zones_of(case, shop)).items():
            if case.closed_at is not None and step is not Step.CONFIRMATION:
                continue
            if case.grave and step is Step.UPDATE_INVITATION:
                continue
            _plan_one(session, case, step, due, round_, make_good, now)
    if case.closed_at is None:
        expire.plan_end(session, case, now=now)


@contextmanager
def _whatever_happens(
    session: Session,
    case: Case,
    step: Step,
    round_: int,
    make_good: MakeGood | None,
    now: datetime,
) -> Iterator[None]:
    """A message that cannot be planned undoes nothing of what was done: it is for a person."""
    try:
        yield
    except Exception:
        log.exception("%s of case %s cannot be planned", step, case.reference)
        if (step, round_) in {(one.step, one.round) for one in case.follow_ups}:
            return
        case.follow_ups.append(
            FollowUp(
                step=step,
                round=round_,
                due_at=now,
                make_good_id=None if make_good is None else make_good.id,
                state="needs_attention",
                reason=NOT_PLANNED,
            )
        )
        history.note(session, case, "needs_attention", at=now, new=step, detail=NOT_PLANNED)


def _plan_one(
    session: Session,
    case: Case,
    step: Step,
    due: datetime,
    round_: int,
    make_good: MakeGood | None,
    now: datetime,
) -> None:
    known = {(one.step, one.round) for one in case.follow_ups}
    channels = channels_of(session, case.shop_id)
    if case.messages_stopped or (step, round_) in known or not channels:
        return
    one = FollowUp(
        step=step,
        round=round_,
        due_at=due,
        make_good_id=None if make_good is None else make_good.id,
    )
    case.follow_ups.append(one)
    lane = queries.lane(session, channels[0].id, outward=True)
    claims.put(session, Kind.FOLLOW_UP, one, lane_id=lane, due_at=due, now=now)
    history.note(session, case, "planned", at=now, new=step, detail=Text("for %(at)s", at=due))


def channels_of(session: Session, shop_id: int) -> list[Connection]:
    """The shop's message channels in the order they are tried."""
    return queries.connections_for(session, shop_id, Role.MESSAGES)


def answer(
    context: Context, follow_up_id: int, *, solved: bool, stars: int | None, comment: str
) -> None:
    """Take the buyer's answer to a resolution check; a later answer replaces the earlier one.

    Stars are for how the problem was handled. "Not solved" reopens the case. Raises `NotFound`,
    `WrongInput`.
    """
    if stars is not None and not 1 <= stars <= 5:
        raise WrongInput("Choose one to five stars, or none.")
    with context.database.transaction() as session:
        now = context.clock.now()
        one = queries.follow_up(session, follow_up_id, lock=True)
        case = queries.case(session, one.case_id, lock=True)
        if one.answered_at is not None and (one.solved, one.stars, one.comment) == (
            solved,
            stars,
            comment.strip()[:2000],
        ):
            return
        one.solved, one.stars, one.comment = solved, stars, comment.strip()[:2000]
        one.answered_at = now
        told = "solved" if solved else "not_solved"
        history.note(
            session,
            case,
            "answered",
            at=now,
            actor=history.BUYER,
            new=told,
            detail=None if stars is None else Text("%(stars)s/5", stars=stars),
        )
        if not solved:
            _reopen(context, session, case, one.comment, now)
        if case.closed_at is None and is_grave(one.comment):
            doubts.mark_grave(case)
        if not solved:
            return
        for planned in case.follow_ups:
            if planned.step == Step.UPDATE_INVITATION and planned.state == "planned":
                _due_now(session, planned, now)


def _reopen(context: Context, session: Session, case: Case, comment: str, now: datetime) -> None:
    """Bring the case back to a decision, the buyer's words on top; also one that was closed."""
    close.stop_follow_ups(
        session,
        case,
        Text("The buyer said that the problem is not solved."),
        at=now,
        keep=(Step.CONFIRMATION,),
    )
    if _may_come_back(session, case):
        how = Move.REOPEN if case.closed_at is None else Move.COME_BACK
        case.closed_at, case.close_reason = None, ""
        history.move(session, case, how, at=now, actor=history.BUYER)
        proposals.propose_remedies(session, case, now=now, by_limit=False)
    if case.state == CaseState.AWAITING_APPROVAL:
        words = " ".join(comment.split())[:MOST_WORDS]
        said = Text("The buyer says the problem is not solved: “%(words)s”", words=Words(words))
        case.advice = said if words else NOT_SOLVED


def _may_come_back(session: Session, case: Case) -> bool:
    """Not one whose buyer was erased, nor one whose review has an open case by now."""
    if case.closed_at is None:
        return CASES.allows(CaseState(case.state), Move.REOPEN)
    return bool(case.order) and queries.open_case(session, case.review) is None


def wake(session: Session, case: Case, *, now: datetime) -> None:
    """Let what is planned look again at once whether it may go out."""
    for one in case.follow_ups:
        if one.state == "planned":
            _due_now(session, one, now)


def let_next_follow(session: Session, one: FollowUp, now: datetime) -> None:
    """What waited for this message to reach the buyer looks again at once."""
    others = [other.id for other in one.case.follow_ups if other.state == "planned"]
    claims.bring_forward(session, Kind.FOLLOW_UP, others, now, note=EARLIER)


def _due_now(session: Session, one: FollowUp, now: datetime) -> None:
    row = queries.row_for(session, Kind.FOLLOW_UP, one.id)
    channels = channels_of(session, one.case.shop_id)
    if row is None and not channels:
        raise WrongState("Connect a channel for messages first.")
    lane = queries.lane(session, channels[0].id, outward=True) if row is None else row.lane_id
    claims.put(session, Kind.FOLLOW_UP, one.id, lane_id=lane, due_at=now, now=now)


def send_now(context: Context, follow_up_id: int, seller: Seller) -> None:
    """Send a planned message without waiting, or once more after an unknown outcome.

    What policy, law or the buyer forbid still stops it. Raises `NotPermitted`, `WrongState`.
    """
    _allowed(seller)
    with context.database.transaction() as session:
        now = context.clock.now()
        one = queries.follow_up(session, follow_up_id, lock=True)
        if one.state not in ("planned", "needs_attention"):
            raise WrongState("This message was sent or stopped already.")
        one.state, one.by_seller, one.reason = "planned", True, None
        for message in one.messages:
            # A channel that refused is given another try.
            message.state = "not_sent" if message.state == "refused" else message.state
        history.note(
            session, one.case, "send_now", at=now, actor=decisions.actor_of(seller), new=one.step
        )
        _due_now(session, one, now)


def _stuck(session: Session, follow_up_id: int) -> FollowUp:
    one = queries.follow_up(session, follow_up_id, lock=True)
    if one.state != "needs_attention":
        raise WrongState("This message needs nothing from you now.")
    return one


def mark_sent(context: Context, follow_up_id: int, seller: Seller) -> None:
    """The seller saw that a message of unknown outcome did arrive; raises `WrongState`."""
    _allowed(seller)
    with context.database.transaction() as session:
        now = context.clock.now()
        one = _stuck(session, follow_up_id)
        one.state, one.reason, one.sent_at = "sent", None, now
        for message in one.messages:
            if message.state == "unknown":
                message.state = "sent"
        let_next_follow(session, one, now)
        history.note(
            session, one.case, "sent", at=now, actor=decisions.actor_of(seller), new=one.step
        )


def leave_out(context: Context, follow_up_id: int, seller: Seller) -> None:
    """The seller decides that a message that got stuck shall not go out (again); raises
    `NotPermitted`, `WrongState`."""
    _allowed(seller)
    with context.database.transaction() as session:
        now = context.clock.now()
        one = _stuck(session, follow_up_id)
        one.state, one.reason = "stopped", BY_SELLER
        let_next_follow(session, one, now)
        actor = decisions.actor_of(seller)
        history.note(session, one.case, "stopped", at=now, actor=actor, new=one.step)


def stop_messages(context: Context, case_id: int, seller: Seller) -> None:
    """Send this buyer nothing more about this case; raises `NotPermitted`."""
    _allowed(seller)
    with context.database.transaction() as session:
        now = context.clock.now()
        case = queries.case(session, case_id, lock=True)
        case.messages_stopped = True
        actor = decisions.actor_of(seller)
        close.stop_follow_ups(session, case, BY_SELLER, at=now)
        history.note(session, case, "messages_stopped", at=now, actor=actor)


def opt_out(context: Context, follow_up_id: int) -> None:
    """The buyer wants no more messages: kept for all shops here, and all that is planned stops."""
    with context.database.transaction() as session:
        now = context.clock.now()
        case = queries.case(session, queries.follow_up(session, follow_up_id).case_id, lock=True)
        for mark in marks_of(context, case):
            if (
                session.scalar(select(DoNotContact).where(DoNotContact.address_hash == mark))
                is None
            ):
                try:
                    with session.begin_nested():
                        session.add(
                            DoNotContact(address_hash=mark, reason="opted out", created_at=now)
                        )
                except IntegrityError:
                    continue
        if case.messages_stopped:
            return
        case.messages_stopped = True
        close.stop_follow_ups(session, case, Text("The buyer does not want any messages."), at=now)
        history.note(session, case, "opted_out", at=now, actor=history.BUYER)


def marks_of(context: Context, case: Case) -> list[str]:
    """What tells this buyer apart in the do-not-contact list, without being an address."""
    email = buyer_of(case).email
    marks = [context.vault.fingerprint(email)] if email else []
    if case.buyer_key.startswith("id:"):
        marks.append(context.vault.fingerprint(f"{case.shop_id}/{case.buyer_key}"))
    return marks


def is_opted_out(context: Context, session: Session, case: Case) -> bool:
    """True when this buyer said so to any shop here."""
    marks = marks_of(context, case)
    wanted = select(DoNotContact.id).where(DoNotContact.address_hash.in_(marks)).limit(1)
    return case.messages_stopped or session.scalar(wanted) is not None


def _allowed(seller: Seller) -> None:
    if not may_decide(SellerRole(seller.role)):
        raise NotPermitted("Viewers may not send or stop messages.")
