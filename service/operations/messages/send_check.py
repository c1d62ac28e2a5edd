"""Gathers, at the moment of sending, everything that decides whether a message may still go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import Channel
from integrations.sentence import Said, Text
from service.db.models import (
    Case,
    Connection,
    History,
    MakeGood,
    Message,
    MessageAttempt,
    Review,
)
from service.db.shops import shop_queries
from service.domain.messages.kinds import FOLLOW_UPS, OFFERING, Answer, Step
from service.domain.messages.policy import Policies, PolicyRequest, ShopPolicySettings, Verdict
from service.domain.messages.schedule import Send, SendFacts, Stop, Wait, send_time_check
from service.domain.messages.states import (
    MAYBE_SENT,
    UNDER_WAY,
    AttemptState,
    MessageState,
)
from service.domain.remedies.offers import OfferState
from service.operations.cases.orders import buyer_of, known_at
from service.operations.context import Context
from service.operations.messages.opt_out import is_opted_out
from service.operations.messages.planning import channels_of, settings_of, zones_of

AFTER_THE_CASE = (Step.CONFIRMATION, *OFFERING, None)
"""A confirmation may carry a code, and a seller may have something to say, also after it closed."""
CAME_BACK = Text("A message to this buyer came back undelivered, and there is no other channel.")


def check(
    context: Context,
    session: Session,
    message: Message,
    now: datetime,
    *,
    by_seller: bool | None = None,
) -> tuple[Send | Wait | Stop, Connection | None, Verdict]:
    """The send-time check with the channel it would use and the policy's verdict.

    `by_seller`: as if the seller had pressed the button, or not; None: as it was.
    """
    verdict, channel = _verdict(session, message, now)
    facts = _facts(context, session, message, verdict, now)
    facts = replace(facts, reachable=channel is not None)
    if by_seller is not None:
        facts = replace(facts, by_seller=by_seller)
    return send_time_check(message.step, facts), channel, verdict


def _facts(
    context: Context, session: Session, message: Message, verdict: Verdict, now: datetime
) -> SendFacts:
    """All but whether a channel reaches the buyer."""
    case, shop = message.case, shop_queries.shop(session, message.case.shop_id)
    settings = settings_of(shop)
    make_good = session.get(MakeGood, message.make_good_id) if message.make_good_id else None
    made_good_at = None if make_good is None else make_good.done_at
    return SendFacts(
        now=now,
        zones=zones_of(case, shop),
        window=settings.window,
        verdict=verdict,
        case_open=case.closed_at is None or message.step in AFTER_THE_CASE,
        rating_changed=_rating_changed(session, message, made_good_at),
        opted_out=is_opted_out(context, session, case),
        reachable=False,
        already_sent=message.state == MessageState.SENT,
        made_good_at=made_good_at,
        answer=_last_answer(message, made_good_at),
        check_sent_at=_asked_at(_checks_since(message), now),
        silent_after=settings.silent_after,
        due_at=message.due_at,
        by_seller=message.by_seller,
        unconfirmed=bool(case.doubt),
        grave=case.grave,
        may_choose=_may_choose(make_good),
        earlier_due_at=_earlier_due_at(message, now),
        refusal=_refusal(message),
        unread=any(other.is_unread for other in case.messages),
    )


def _checks_since(message: Message) -> list[Message]:
    """Resolution checks of this round and later ones."""
    return [
        other
        for other in message.case.messages
        if other.step == Step.RESOLUTION_CHECK and other.round >= message.round
    ]


def _may_choose(make_good: MakeGood | None) -> bool:
    offer = None if make_good is None else make_good.offer
    return offer is not None and offer.state is OfferState.OPEN


def reaches_buyer(context: Context, session: Session, case: Case) -> bool:
    """True when there is a way to write to this buyer, who has not asked for silence."""
    channels = channels_of(session, case.shop_id)
    has_address = any(
        _reaches(channel, case) for channel in channels if channel.id not in bounced(case)
    )
    return has_address and not is_opted_out(context, session, case)


def _reaches(channel: Connection, case: Case) -> bool:
    """The channel itself says so: what it accepts and nobody gets is no message."""
    return registry.channel(channel.adapter).reaches(*known_at(case, channel.id))


def _earlier_due_at(message: Message, now: datetime) -> datetime | None:
    """When what must reach the buyer before this message is due; None where nothing is under way.

    A message of unknown outcome holds the next back until a person has looked.
    """
    order = list(FOLLOW_UPS)
    before = order[: order.index(message.step)] if message.step in order else []
    due = [
        other.due_at or now
        for other in message.case.messages
        if other.step in before and other.round == message.round and other.state in UNDER_WAY
    ]
    return max(due, default=None)


def bounced(case: Case) -> set[int]:
    """The channels by which messages of this case came back: they do not reach this buyer."""
    return {
        attempt.connection_id
        for message in case.messages
        for attempt in message.attempts
        if attempt.state == AttemptState.BOUNCED
    }


def _refusal(message: Message) -> Said | None:
    if _refused(message):
        return message.reason
    return CAME_BACK if bounced(message.case) else None


def _refused(message: Message) -> set[int]:
    """The channels that will not take it."""
    return {
        attempt.connection_id
        for attempt in message.attempts
        if attempt.state == AttemptState.REFUSED
    }


def _asked_at(checks: Sequence[Message], now: datetime) -> datetime | None:
    """When the buyer was, or may yet be, asked whether the problem is solved."""
    asked = [check.sent_at for check in checks if check.sent_at is not None]
    # A check of unknown outcome holds the invitation back until a person has looked: it may have
    # arrived, and then the invitation is not lost.
    asked += [max(check.due_at or now, now) for check in checks if check.state in UNDER_WAY]
    return max(asked, default=None)


def _last_answer(message: Message, made_good_at: datetime | None) -> Answer | None:
    """The last word since this make-good; what was said before it called for this make-good."""
    since = [
        answer.answer
        for answer in message.case.answers
        if answer.round >= message.round
        or (
            made_good_at is not None
            and answer.sent_at is not None
            and answer.sent_at > made_good_at
        )
    ]
    return since[-1] if since else None


def _rating_changed(session: Session, message: Message, made_good_at: datetime | None) -> bool:
    """For a check: another rating since the make-good. For an invitation: any edit at all, since
    on some platforms it was the only one."""
    changed = select(History.id).where(
        History.case_id == message.case_id, History.what == "review_changed"
    )
    if message.step != Step.UPDATE_INVITATION:
        changed = changed.where(History.old != History.new)
        if made_good_at is not None:
            changed = changed.where(History.at >= made_good_at)
    return session.scalar(changed.limit(1)) is not None


def _asks_made(session: Session, message: Message) -> int:
    """Invitations about this review, or one it took the place of, that went out or may have, in
    this case and earlier ones."""
    maybe = select(MessageAttempt.id).where(
        MessageAttempt.message_id == Message.id, MessageAttempt.state.in_(MAYBE_SENT)
    )
    asks = (
        select(func.count())
        .select_from(Message)
        .join(Case, Case.id == Message.case_id)
        .where(
            Case.review_id.in_([message.case.review_id, *message.case.older_review_ids]),
            Message.step == Step.UPDATE_INVITATION,
        )
        .where(Message.id != message.id, or_(Message.state == MessageState.SENT, maybe.exists()))
    )
    return session.scalar(asks) or 0


def _channels(session: Session, message: Message) -> list[Connection]:
    """Those that reach the buyer and have not refused this message, nor given one of the case back."""
    case = message.case
    closed = _refused(message) | bounced(case)
    return [
        channel
        for channel in channels_of(session, case.shop_id)
        if _reaches(channel, case) and channel.id not in closed
    ]


def _verdict(
    session: Session, message: Message, now: datetime
) -> tuple[Verdict, Connection | None]:
    """The first channel on which this may be said, else the reason of the last."""
    shop, channels = shop_queries.shop(session, message.case.shop_id), _channels(session, message)
    country = buyer_of(message.case).country
    review = session.get_one(Review, message.case.review_id)
    platform = session.get_one(Connection, review.connection_id).adapter
    policies = Policies.load(registry.policy(platform))
    asks = _asks_made(session, message) if message.step == Step.UPDATE_INVITATION else 0
    switch = ShopPolicySettings(
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
            message.step,
            PolicyRequest(
                platform=platform,
                region=shop.asking.get("region", ""),
                country=country,
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
