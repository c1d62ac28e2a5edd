"""Gathers, at the moment of sending, everything that decides whether a message may still go out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import Buyer, Channel
from service.db import queries
from service.db.models import (
    Case,
    Connection,
    FollowUp,
    History,
    MakeGood,
    Message,
    Review,
    Shop,
)
from service.domain.messages.kinds import FOLLOW_UPS, Step
from service.domain.messages.policy import Asking, Policies, ShopSwitch, Verdict
from service.domain.messages.schedule import Answer, Send, SendFacts, Stop, Wait, send_time_check
from service.operations.cases.orders import buyer_of
from service.operations.context import Context
from service.operations.messages import follow_ups

UNDER_WAY = ("planned", "sending", "needs_attention")
"""States of a message that may yet reach the buyer."""


def check(
    context: Context,
    session: Session,
    one: FollowUp,
    now: datetime,
    *,
    by_seller: bool | None = None,
) -> tuple[Send | Wait | Stop, Connection | None, Verdict]:
    """The send-time check with the channel it would use and the policy's verdict.

    `by_seller`: as if the seller had pressed the button, or not; None: as it was.
    """
    case = one.case
    shop = queries.shop(session, case.shop_id)
    buyer = buyer_of(case)
    channels = [
        channel
        for channel in follow_ups.channels_of(session, shop.id)
        if _reaches(channel, case, buyer) and not _refused(one, channel)
    ]
    verdict, channel = _verdict(session, one, shop, buyer, channels, now)
    settings = follow_ups.settings_of(shop)
    make_good = session.get(MakeGood, one.make_good_id) if one.make_good_id else None
    made_good_at = None if make_good is None else make_good.done_at
    checks = [other for other in case.follow_ups if other.step == Step.RESOLUTION_CHECK]
    facts = SendFacts(
        now=now,
        zones=follow_ups.zones_of(case, shop),
        window=settings.window,
        verdict=verdict,
        # A confirmation may carry a voucher, so it goes out even after the case has closed.
        case_open=case.closed_at is None or one.step == Step.CONFIRMATION,
        rating_changed=_rating_changed(session, one, made_good_at),
        opted_out=follow_ups.is_opted_out(context, session, case),
        reachable=channel is not None,
        already_sent=one.state == "sent",
        made_good_at=made_good_at,
        answer=_last_answer(checks, one.round, made_good_at),
        check_sent_at=_asked_at([other for other in checks if other.round >= one.round], now),
        silent_after=settings.silent_after,
        due_at=one.due_at,
        by_seller=one.by_seller if by_seller is None else by_seller,
        unconfirmed=bool(case.doubt),
        grave=case.grave,
        earlier_due_at=_earlier_due_at(one),
        refusal=one.reason if any(m.state == "refused" for m in one.messages) else None,
    )
    return send_time_check(Step(one.step), facts), channel, verdict


def reaches_buyer(context: Context, session: Session, case: Case) -> bool:
    """True when there is a way to write to this buyer, who has not asked for silence."""
    buyer = buyer_of(case)
    channels = follow_ups.channels_of(session, case.shop_id)
    known = any(_reaches(channel, case, buyer) for channel in channels)
    return known and not follow_ups.is_opted_out(context, session, case)


def _reaches(channel: Connection, case: Case, buyer: Buyer) -> bool:
    """The channel itself says so: what it accepts and nobody gets is no message."""
    return registry.channel(channel.adapter).reaches(buyer, case.order_id)


def _earlier_due_at(one: FollowUp) -> datetime | None:
    """When what must reach the buyer before this message is due; None where nothing is under way.

    A message of unknown outcome holds the next back until a person has looked.
    """
    order = list(FOLLOW_UPS)
    before = order[: order.index(Step(one.step))] if one.step in order else []
    due = [
        other.due_at
        for other in one.case.follow_ups
        if other.step in before and other.round == one.round and other.state in UNDER_WAY
    ]
    return max(due, default=None)


def _refused(one: FollowUp, channel: Connection) -> bool:
    return any(m.state == "refused" and m.connection_id == channel.id for m in one.messages)


def _asked_at(checks: list[FollowUp], now: datetime) -> datetime | None:
    """When the buyer was, or may yet be, asked whether the problem is solved."""
    asked = [one.sent_at for one in checks if one.sent_at is not None]
    # A check of unknown outcome holds the invitation back until a person has looked: it may have
    # arrived, and then the invitation is not lost.
    asked += [max(one.due_at, now) for one in checks if one.state in UNDER_WAY]
    return max(asked, default=None)


def _last_answer(checks: list[FollowUp], round_: int, made_good_at: datetime | None) -> Answer:
    """The last word since this make-good; what was said before it called for this make-good."""
    told = [
        (one.answered_at, one.solved)
        for one in checks
        if one.answered_at is not None
        and (one.round >= round_ or (made_good_at is not None and one.answered_at > made_good_at))
    ]
    if not told:
        return Answer.NONE
    return Answer.SOLVED if max(told)[1] else Answer.NOT_SOLVED


def _rating_changed(session: Session, one: FollowUp, made_good_at: datetime | None) -> bool:
    """For a check: another rating since the make-good. For an invitation: any edit at all, since
    on some platforms it was the only one."""
    changed = select(History.id).where(
        History.case_id == one.case_id, History.what == "review_changed"
    )
    if one.step != Step.UPDATE_INVITATION:
        changed = changed.where(History.old != History.new)
        if made_good_at is not None:
            changed = changed.where(History.at >= made_good_at)
    return session.scalar(changed.limit(1)) is not None


def _asks_made(session: Session, one: FollowUp) -> int:
    """Invitations about this review, or one it took the place of, that went out or may have, in
    this case and earlier ones."""
    maybe = select(Message.id).where(
        Message.follow_up_id == FollowUp.id, Message.state.in_(("unknown", "sending"))
    )
    wanted = (
        select(func.count())
        .select_from(FollowUp)
        .join(Case, Case.id == FollowUp.case_id)
        .where(
            Case.review_id.in_([one.case.review_id, *one.case.older_review_ids]),
            FollowUp.step == Step.UPDATE_INVITATION,
        )
        .where(FollowUp.id != one.id, or_(FollowUp.state == "sent", maybe.exists()))
    )
    return session.scalar(wanted) or 0


def _verdict(
    session: Session,
    one: FollowUp,
    shop: Shop,
    buyer: Buyer,
    channels: list[Connection],
    now: datetime,
) -> tuple[Verdict, Connection | None]:
    """The first channel on which this may be said, else the reason of the last."""
    review = session.get_one(Review, one.case.review_id)
    platform = session.get_one(Connection, review.connection_id).adapter
    policies = Policies.load(registry.policy(platform))
    asks = _asks_made(session, one) if one.step == Step.UPDATE_INVITATION else 0
    switch = ShopSwitch(
        resolution_checks=shop.asking.get("resolution_checks", True),
        invitations=shop.asking.get("invitations", False),
        lawful_basis=frozenset(shop.asking.get("lawful_basis", ())),
        postal_address=bool(shop.asking.get("postal_address")),
    )
    verdict = None
    for channel in [*channels, None]:
        if channel is None and verdict is not None:
            break
        verdict = policies.may_message(
            Step(one.step),
            Asking(
                platform=platform,
                region=shop.asking.get("region", ""),
                country=buyer.country,
                channel=registry.channel(channel.adapter).channel if channel else Channel.PLATFORM,
                shop=switch,
                asks_made=asks,
                review_age_days=(now - review.written_at).days if review.written_at else None,
            ),
        )
        if verdict.allowed:
            return verdict, channel
    assert verdict is not None
    return verdict, channels[-1] if channels else None
