"""Gathers, at the moment of sending, everything that decides whether a message may still go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from integrations.sentence import Said, Text
from service.db.models import (
    Case,
    MakeGood,
    Message,
)
from service.db.remedies import thanks_queries
from service.db.shops import shop_queries
from service.domain.messages.kinds import FOLLOW_UPS, OFFERING, SURVEY, Answer, Step
from service.domain.messages.schedule import Send, SendFacts, Stop, Wait, send_time_check
from service.domain.messages.states import (
    UNDER_WAY,
    MessageState,
)
from service.domain.messages.verdict import Verdict
from service.domain.remedies.offers import OfferState
from service.operations.context import Context
from service.operations.messages.opt_out import is_opted_out, silenced
from service.operations.messages.planning import settings_of, zones_of
from service.operations.messages.ways import Way, bounced, has_way, refused_by, way_of

AFTER_THE_CASE = (Step.CONFIRMATION, *OFFERING, None)
"""A confirmation may carry a code, and a seller may have something to say, also after it closed."""
NO_OTHER = Text("A message to this buyer came back undelivered, and there is no other channel.")


class Checked(NamedTuple):
    """Whether a message goes out now, and the way it would go."""

    decision: Send | Wait | Stop
    way: Way


def check(
    context: Context,
    session: Session,
    message: Message,
    now: datetime,
    *,
    by_seller: bool | None = None,
    make_good: MakeGood | None = None,
) -> Checked:
    """The send-time check with the way it would go.

    `by_seller`: as if the seller had pressed the button, or not; None: as it was. `make_good`: one
    that is not decided yet, in place of the message's.
    """
    way = way_of(session, message, now, silenced(context, session, message.case))
    if make_good is None and message.make_good_id:
        make_good = session.get(MakeGood, message.make_good_id)
    facts = _facts(context, session, message, way.verdict, now=now, make_good=make_good)
    facts = replace(facts, reachable=way.reaches)
    if by_seller is not None:
        facts = replace(facts, by_seller=by_seller)
    return Checked(send_time_check(message.step, facts), way)


def _facts(
    context: Context,
    session: Session,
    message: Message,
    verdict: Verdict,
    *,
    now: datetime,
    make_good: MakeGood | None,
) -> SendFacts:
    """All but whether a channel reaches the buyer."""
    case, shop = message.case, shop_queries.shop(session, message.case.shop_id)
    settings = settings_of(shop)
    made_good_at = None if make_good is None else make_good.done_at
    return SendFacts(
        now=now,
        zones=zones_of(case, shop),
        window=settings.window,
        verdict=verdict,
        case_open=case.closed_at is None or message.step in AFTER_THE_CASE,
        rating_changed=_rating_changed(message, made_good_at),
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
        withdrawn=case.review.withdrawn,
        unread=any(other.is_unread for other in case.messages),
        invited=message.step is Step.THANKS and thanks_queries.is_invited(session, case, now),
        thanked=message.step is Step.UPDATE_INVITATION
        and thanks_queries.is_thanked(session, case, now),
    )


def _checks_since(message: Message) -> list[Message]:
    """What else asked, in this round and later ones, whether the problem is solved."""
    return [
        other
        for other in message.case.messages
        if other.step in SURVEY and other.round >= message.round and other is not message
    ]


def _may_choose(make_good: MakeGood | None) -> bool:
    offer = None if make_good is None else make_good.offer
    return offer is not None and offer.state is OfferState.OPEN


def reaches_buyer(context: Context, session: Session, case: Case) -> bool:
    """True when there is a way to write to this buyer, who has not asked for silence."""
    if is_opted_out(context, session, case):
        return False
    return has_way(session, case, silenced(context, session, case))


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


def _refusal(message: Message) -> Said | None:
    if refused_by(message):
        return message.reason
    return NO_OTHER if bounced(message.case) else None


def _asked_at(checks: Sequence[Message], now: datetime) -> datetime | None:
    """When the buyer was, or may yet be, asked whether the problem is solved."""
    asked = [check.sent_at for check in checks if check.sent_at is not None]
    # A check of unknown outcome holds the invitation back until a person has looked: it may have
    # arrived, and then the invitation is not lost.
    asked += [max(check.due_at or now, now) for check in checks if check.state in UNDER_WAY]
    return max(asked, default=None)


def _last_answer(message: Message, made_good_at: datetime | None) -> Answer | None:
    """The last word since this make-good; what was said before it called for this make-good. A thanks
    goes by the last word of all."""
    if message.step is Step.THANKS:
        return message.case.answers[-1].answer if message.case.answers else None
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


def _rating_changed(message: Message, made_good_at: datetime | None) -> bool:
    """For a check: another rating since the make-good. For an invitation: any edit at all, since
    on some platforms it was the only one; for a thanks too, so that it is near no edit."""
    case = message.case
    if message.step in (Step.UPDATE_INVITATION, Step.THANKS):
        return case.review_changed_at is not None
    changed_at = case.rating_changed_at
    return changed_at is not None and (made_good_at is None or changed_at >= made_good_at)
