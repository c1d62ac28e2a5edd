"""Plans what the buyer is told and asked. Sending is in sending.py."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from integrations.contract import Role
from integrations.sentence import Text
from service.db.cases import case_parts, case_queries
from service.db.models import Case, Connection, Kind, MakeGood, Message, Offer, Shop
from service.db.outbox import backlog, claims
from service.db.remedies import thanks_queries
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.errors import WrongState
from service.domain.messages.answering import FirstAnswer, answering_from_data
from service.domain.messages.follow_ups import FollowUpPlan, plan, plan_from_data
from service.domain.messages.kinds import Step
from service.domain.messages.schedule import EARLIER
from service.domain.messages.sending_time import next_sending_time
from service.domain.messages.states import MessageState
from service.domain.messages.zones import zones_for
from service.domain.remedies.states import MakeGoodState
from service.operations.cases import expire, history
from service.operations.cases.orders import buyer_of
from service.operations.messages.stopping import stop

log = logging.getLogger(__name__)

NOT_PLANNED = Text(
    "This message could not be planned. Check the shop's settings for messages, then send it."
)
READ_FIRST = Text("Read this first answer and release it.")
FLOOD = Text("Many cases came in within an hour, so first answers wait until somebody reads them.")
TOLD_MORE = Text("The buyer is told what was done instead.")
HOUR = timedelta(hours=1)
REMINDED_BEFORE = timedelta(days=2)
"""How long before an offer ends its buyer is reminded."""


def settings_of(shop: Shop) -> FollowUpPlan:
    """The shop's delays and sending window."""
    return plan_from_data(shop.follow_ups) if shop.follow_ups else FollowUpPlan()


def zones_of(case: Case, shop: Shop) -> tuple[str, ...]:
    """The zones in which the buyer may live, likeliest first."""
    buyer = buyer_of(case)
    return zones_for(buyer.zone, buyer.country, buyer.region, shop.zone)


def channels_of(session: Session, shop_id: int) -> list[Connection]:
    """The shop's message channels in the order they are tried."""
    return shop_queries.connections_for(session, shop_id, Role.MESSAGES)


@dataclass(frozen=True, slots=True)
class _Series:
    """The messages of one make-good, or, without one, the first answer."""

    case: Case
    round: int = 1
    make_good: MakeGood | None = None

    def message(
        self, session: Session, step: Step, due_at: datetime, state: MessageState
    ) -> Message:
        """A message of it, kept in the case."""
        message = Message(
            step=step,
            round=self.round,
            due_at=due_at,
            state=state,
            make_good_id=None if self.make_good is None else self.make_good.id,
        )
        case_parts.add(session, self.case, self.case.messages, message)
        return message

    def has(self, step: Step) -> bool:
        return (step, self.round) in {
            (message.step, message.round) for message in self.case.messages
        }


def plan_receipt(session: Transaction, case: Case, *, now: datetime) -> None:
    """Plan the first answer to the complaint; chosen again, an order does not repeat it."""
    shop, series = shop_queries.shop(session, case.shop_id), _Series(case)
    with _whatever_happens(session, series, Step.RECEIPT, now):
        answering = answering_from_data(shop.answering)
        if answering.first_answer is FirstAnswer.OFF:
            return
        due = next_sending_time(now, zones_of(case, shop), settings_of(shop).window)
        if answering.first_answer is FirstAnswer.DRAFT:
            _draft(session, series, due, READ_FIRST, now)
        elif case_queries.opened_since(session, shop.id, now - HOUR) > answering.most_an_hour:
            _draft(session, series, due, FLOOD, now)
        else:
            _plan(session, series, Step.RECEIPT, due, now)


def plan_follow_ups(
    session: Transaction, case: Case, make_good: MakeGood, *, now: datetime
) -> None:
    """Plan confirmation, resolution check and update invitation of a carried-out make-good; of one that
    is a thanks, what tells of it."""
    if make_good.is_thanks:
        plan_thanks(session, case, make_good, now=now)
        return
    shop = shop_queries.shop(session, case.shop_id)
    done = [
        other
        for other in case.make_goods
        if other.state is MakeGoodState.DONE and not other.is_thanks
    ]
    series = _Series(case, len(done) or 1, make_good)
    with _whatever_happens(session, series, Step.CONFIRMATION, now):
        _stop_receipt_drafts(session, case, now)
        for step, due in plan(settings_of(shop), now, zones_of(case, shop)).items():
            if case.closed_at is not None and step is not Step.CONFIRMATION:
                continue
            if step is Step.UPDATE_INVITATION and (
                case.grave or thanks_queries.is_thanked(session, case, now)
            ):
                continue
            _plan(session, series, step, due, now)
    if case.closed_at is None:
        expire.plan_end(session, case, now=now)


def plan_thanks(
    session: Transaction, case: Case, make_good: MakeGood | None, *, now: datetime
) -> Message | None:
    """Plan what tells of a thanks: a voucher that was made, else early access. None where no message
    can be planned."""
    shop = shop_queries.shop(session, case.shop_id)
    earlier = [message for message in case.messages if message.step is Step.THANKS]
    series = _Series(case, len(earlier) + 1, make_good)
    with _whatever_happens(session, series, Step.THANKS, now):
        due = next_sending_time(now, zones_of(case, shop), settings_of(shop).window)
        _plan(session, series, Step.THANKS, due, now)
    planned = [message for message in case.messages if message.step is Step.THANKS]
    return planned[-1] if len(planned) > len(earlier) else None


def plan_reminder(session: Transaction, check: Message, *, now: datetime) -> None:
    """The question whether the problem is solved went out: plan to ask once more, where the shop wants
    that."""
    case = check.case
    settings = settings_of(shop := shop_queries.shop(session, case.shop_id))
    after = settings.resolution_reminder_after
    if check.step is not Step.RESOLUTION_CHECK or not after or case.closed_at is not None:
        return
    series = _Series(case, check.round, session.get_one(MakeGood, check.make_good_id))
    with _whatever_happens(session, series, Step.RESOLUTION_REMINDER, now):
        due = next_sending_time(now + after, zones_of(case, shop), settings.window)
        _plan(session, series, Step.RESOLUTION_REMINDER, due, now)


def plan_offer(session: Transaction, offer: Offer, *, now: datetime) -> None:
    """Tell the buyer that there is a choice, and once more before its last day where there is time."""
    case, shop = offer.case, shop_queries.shop(session, offer.case.shop_id)
    series = _Series(case, len(case.make_goods), offer.make_good)
    window, zones = settings_of(shop).window, zones_of(case, shop)
    with _whatever_happens(session, series, Step.OFFER, now):
        _stop_receipt_drafts(session, case, now)
        _plan(session, series, Step.OFFER, next_sending_time(now, zones, window), now)
        if offer.ends_at - now >= 2 * REMINDED_BEFORE:
            again = next_sending_time(offer.ends_at - REMINDED_BEFORE, zones, window)
            _plan(session, series, Step.OFFER_REMINDER, again, now)


def _stop_receipt_drafts(session: Transaction, case: Case, now: datetime) -> None:
    """What the buyer is told of the make-good says more than that somebody looks into it."""
    for message in case.messages:
        if (message.step, message.state) == (Step.RECEIPT, MessageState.DRAFT):
            stop(session, message, TOLD_MORE, at=now)


@contextmanager
def _whatever_happens(
    session: Transaction, series: _Series, step: Step, now: datetime
) -> Iterator[None]:
    """A message that cannot be planned undoes nothing of what was done: it is for a person."""
    try:
        yield
    except Exception:
        case = series.case
        log.exception("%s of case %s cannot be planned", step, case.reference)
        if series.has(step):
            return
        series.message(session, step, now, MessageState.REFUSED).reason = NOT_PLANNED
        history.note(session, case, "needs_attention", at=now, new=step, detail=NOT_PLANNED)


def _draft(
    session: Transaction, series: _Series, due: datetime, reason: Text, now: datetime
) -> None:
    """Write the first answer for a person to read."""
    if _channel(session, series, Step.RECEIPT) is None:
        return
    series.message(session, Step.RECEIPT, due, MessageState.DRAFT).reason = reason
    history.note(session, series.case, "drafted", at=now, new=Step.RECEIPT, detail=reason)


def _channel(session: Session, series: _Series, step: Step) -> Connection | None:
    """The channel that is tried first; None where this message is not to be planned."""
    if series.case.messages_stopped or series.has(step):
        return None
    return next(iter(channels_of(session, series.case.shop_id)), None)


def _plan(session: Transaction, series: _Series, step: Step, due: datetime, now: datetime) -> None:
    channel = _channel(session, series, step)
    if channel is None:
        return
    message = series.message(session, step, due, MessageState.PLANNED)
    lane = shop_queries.lane(session, channel.id, outward=True)
    claims.put(session, Kind.SEND_MESSAGE, message, lane_id=lane, due_at=due, now=now)
    history.note(
        session, series.case, "planned", at=now, new=step, detail=Text("for %(at)s", at=due)
    )


def wake(session: Transaction, case: Case, *, now: datetime) -> None:
    """Let what is planned look again at once whether it may go out."""
    for message in case.messages:
        if message.state == MessageState.PLANNED:
            due_now(session, message, now)


def let_next_follow(session: Transaction, message: Message, now: datetime) -> None:
    """What waited for this message to reach the buyer looks again at once."""
    others = [other.id for other in message.case.messages if other.state == MessageState.PLANNED]
    claims.bring_forward(session, Kind.SEND_MESSAGE, others, now, note=EARLIER)


def due_now(session: Transaction, message: Message, now: datetime) -> None:
    """Look at once whether a planned message may go out; raises `WrongState` without a channel."""
    row = backlog.row_for(session, Kind.SEND_MESSAGE, message.id)
    channels = channels_of(session, message.case.shop_id)
    if row is None and not channels:
        raise WrongState("Connect a channel for messages first.")
    lane = shop_queries.lane(session, channels[0].id, outward=True) if row is None else row.lane_id
    claims.put(session, Kind.SEND_MESSAGE, message, lane_id=lane, due_at=now, now=now)
