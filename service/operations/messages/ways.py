"""Which way a message to a buyer goes: the first rung of the shop's ladder that reaches them now and on
which it may be said, and why the rungs before it were passed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import Channel, Contact, Reach
from integrations.sentence import Said, Text, Words, from_data, to_data
from service.db.cases import buyer_marks
from service.db.models import Case, Connection, Message, MessageAttempt, Review, Shop
from service.db.shops import shop_queries
from service.domain.messages.calls import CallState
from service.domain.messages.kinds import Step
from service.domain.messages.ladder import CHANNELS, Ladder, Severity, ladders_from_data, usual
from service.domain.messages.policy import Policies, PolicyRequest, ShopPolicySettings
from service.domain.messages.states import MAYBE_SENT, HandOverOutcome, MessageState
from service.domain.messages.verdict import Verdict
from service.operations.cases.orders import buyer_of, known_at, order_from_data
from service.operations.messages import texts
from service.operations.messages.planning import channels_of

NOT_WANTED = Text("Whoever reads there asked for no more messages.")
CAME_BACK = Text("A message to this buyer came back undelivered.")
REFUSED = Text("It refused this message.")
WRONG_NUMBER = Text("The telephone number is not the buyer's.")
NOT_REACHED = Text("It does not reach this buyer.")
LACKING: Mapping[Reach, Text] = {
    Reach.ADDRESS: Text("No e-mail address of the buyer is known."),
    Reach.TELEPHONE: Text("No telephone number of the buyer is known."),
    Reach.ORDER: Text("The order is not known there."),
}


@dataclass(frozen=True, slots=True)
class Passed:
    """A rung that was passed, and why."""

    name: Said
    reason: Said

    def to_data(self) -> list[Any]:
        """Plain data that `passed_from_data` reads back."""
        return [to_data(self.name), to_data(self.reason)]


def passed_from_data(rows: list[Any]) -> list[Passed]:
    """What an attempt keeps of the rungs that were passed for it."""
    return [Passed(from_data(name), from_data(reason)) for name, reason in rows]


@dataclass(frozen=True, slots=True)
class Way:
    """How a message goes: by `channel`, or by a call where `by_telephone`; by nothing that there is
    where both are empty. `verdict` is the policy's, of that way, else of the last that was asked."""

    channel: Connection | None
    verdict: Verdict
    passed: tuple[Passed, ...] = ()
    by_telephone: bool = False

    @property
    def reaches(self) -> bool:
        """Whether it gets to the buyer, if policy lets it."""
        return self.channel is not None or self.by_telephone


def ladder_of(shop: Shop, severity: Severity) -> Ladder:
    """The shop's ladder; where it set none, its channels as it connected them."""
    ladders = ladders_from_data(shop.ladders)
    connected = (kind_of(each) for each in shop.connections if "messages" in each.roles)
    return ladders.get(severity) or usual(list(connected))


def severity_of(case: Case) -> Severity:
    """Which ladder holds for a case."""
    return Severity.GRAVE if case.grave else Severity.ORDINARY


def kind_of(channel: Connection) -> Channel:
    """Which rung a connection is."""
    return registry.channel(channel.adapter).channel


def way_of(
    session: Session, message: Message, now: datetime, silenced: Collection[Reach] = ()
) -> Way:
    """The way this message would go now; none by an address or number that is `silenced`."""
    policy = _Policy(session, message, now)
    passed: list[Passed] = []
    refused: tuple[Connection | None, Verdict] | None = None
    for rung, channel in _rungs(session, message.case):
        name = Words(channel.name) if channel is not None else CHANNELS[rung]
        gap = _silenced(channel, silenced) or _gap(session, message, channel, now)
        if gap is None:
            verdict = policy.verdict(rung)
            if verdict.allowed:
                return Way(channel, verdict, tuple(passed), by_telephone=channel is None)
            refused, gap = (channel, verdict), verdict.reason
        passed.append(Passed(name, gap))
    if refused is not None:
        return Way(*refused, tuple(passed), by_telephone=refused[0] is None)
    return Way(None, policy.verdict(Channel.PLATFORM), tuple(passed))


def has_way(session: Session, case: Case, silenced: Collection[Reach] = ()) -> bool:
    """True where some channel of the ladder reaches this buyer, whatever is said; none by an address or
    number that is `silenced`."""
    closed = bounced(case)
    return any(
        channel is not None
        and channel.id not in closed
        and (_silenced(channel, silenced) or _lacking(channel, case)) is None
        for _, channel in _rungs(session, case)
    )


def _rungs(session: Session, case: Case) -> Iterator[tuple[Channel, Connection | None]]:
    """The ladder from below, with the shop's connections on each rung."""
    shop, channels = shop_queries.shop(session, case.shop_id), channels_of(session, case.shop_id)
    ladders = ladders_from_data(shop.ladders)
    ladder = ladders.get(severity_of(case))
    if ladder is None:
        yield from ((kind_of(channel), channel) for channel in channels)
        return
    for rung in ladder:
        connected = [channel for channel in channels if kind_of(channel) is rung]
        if rung is Channel.TELEPHONE:
            yield rung, None
        yield from ((rung, channel) for channel in connected)


def _gap(
    session: Session, message: Message, channel: Connection | None, now: datetime
) -> Said | None:
    """Why this rung does not reach the buyer now; None: it does."""
    case = message.case
    if channel is None:
        wrong = any(call.state is CallState.WRONG_NUMBER for call in case.calls)
        if wrong:
            return WRONG_NUMBER
        return None if buyer_of(case).phone else LACKING[Reach.TELEPHONE]
    if channel.id in refused_by(message):
        return REFUSED
    if channel.id in bounced(case):
        return CAME_BACK
    lacking = _lacking(channel, case)
    if lacking is not None:
        return lacking
    buyer, order_id = known_at(case, channel.id)
    language = message.language or texts.language_of(case, shop_queries.shop(session, case.shop_id))
    written_at = buyer_marks.written_at(session, case, channel.id)
    contact = Contact(buyer, now, order_id, message.step or "", language, written_at)
    return registry.channel(channel.adapter).closed(channel.values, contact)


def _silenced(channel: Connection | None, silenced: Collection[Reach]) -> Said | None:
    needs = {Reach.TELEPHONE} if channel is None else registry.channel(channel.adapter).reach
    return None if needs.isdisjoint(silenced) else NOT_WANTED


def _lacking(channel: Connection, case: Case) -> Said | None:
    """What is not known of the buyer that this channel needs. The channel itself says so: what it
    accepts and nobody gets is no message."""
    adapter = registry.channel(channel.adapter)
    buyer, order_id = known_at(case, channel.id)
    if adapter.reaches(buyer, order_id):
        return None
    is_known = {
        Reach.ADDRESS: "@" in buyer.email,
        Reach.TELEPHONE: bool(buyer.phone),
        Reach.ORDER: bool(order_id),
    }
    return next(
        (LACKING[need] for need in sorted(adapter.reach) if not is_known[need]), NOT_REACHED
    )


def bounced(case: Case) -> set[int]:
    """The channels by which messages of this case came back: they do not reach this buyer."""
    return {
        attempt.connection_id
        for message in case.messages
        for attempt in message.attempts
        if attempt.outcome == HandOverOutcome.BOUNCED
    }


def refused_by(message: Message) -> set[int]:
    """The channels that will not take this message."""
    return {
        attempt.connection_id
        for attempt in message.attempts
        if attempt.outcome == HandOverOutcome.REFUSED
    }


class _Policy:
    """What platform, law, channel and shop say of one message, channel by channel."""

    def __init__(self, session: Session, message: Message, now: datetime) -> None:
        shop, case = shop_queries.shop(session, message.case.shop_id), message.case
        review = session.get_one(Review, case.review_id)
        self._step = message.step
        self._platform = session.get_one(Connection, review.connection_id).adapter
        self._policies = Policies.load(registry.policy(self._platform))
        self._country = buyer_of(case).country
        self._consents = buyer_of(case).consents.split()
        self._asks = _asks_made(session, message) if _invites(message) else 0
        order = order_from_data(case.order) if case.order else None
        self._age = _days(review.written_at, now)
        self._delivered = _days(order.delivered_at if order else None, now)
        self._completed = _days(order.completed_at if order else None, now)
        self._edits = max(0, len(review.versions) - 1)
        self._replied = case.reply is not None and case.reply.posted_at is not None
        self._returned = order is not None and order.left < order.paid
        self._region = shop.asking.get("region", "")
        self._shop = ShopPolicySettings(
            resolution_checks=shop.asking.get("resolution_checks", True),
            invitations=shop.asking.get("invitations", False),
            lawful_basis=frozenset(shop.asking.get("lawful_basis", ())),
            postal_address=bool(shop.asking.get("postal_address")),
        )

    def verdict(self, channel: Channel) -> Verdict:
        """May it be said by this kind of channel, which reaches the buyer?"""
        asked = PolicyRequest(
            platform=self._platform,
            region=self._region,
            country=self._country,
            channel=channel,
            shop=self._shop,
            consent=channel.value in self._consents,
            channel_agreed=True,
            asks_made=self._asks,
            review_age_days=self._age,
            delivered_days_ago=self._delivered,
            completed_days_ago=self._completed,
            edits_made=self._edits,
            replied=self._replied,
            returned=self._returned,
        )
        return self._policies.may_message(self._step, asked)


def _days(since: datetime | None, now: datetime) -> int | None:
    return None if since is None else (now - since).days


def _invites(message: Message) -> bool:
    return message.step == Step.UPDATE_INVITATION


def _asks_made(session: Session, message: Message) -> int:
    """Invitations about this review, or one it took the place of, that went out or may have, in
    this case and earlier ones."""
    maybe = select(MessageAttempt.id).where(
        MessageAttempt.message_id == Message.id, MessageAttempt.outcome.in_(MAYBE_SENT)
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
