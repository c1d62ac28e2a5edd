"""Sends one planned message, at most once. After an unknown outcome a person decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import Action, Buyer, Order, OutgoingMessage
from integrations.errors import AdapterError, Misconfigured, Temporary
from integrations.money import Money
from service.db import claims, queries
from service.db.claims import Claim
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
from service.domain import texts
from service.domain.errors import DomainError
from service.domain.follow_up import Answer, Send, SendFacts, Stop, Wait, send_time_check
from service.domain.policy import Asking, Policies, ShopSwitch, Verdict, channel_of
from service.domain.step import Step
from service.operations import follow_ups, history
from service.operations.context import Context
from service.operations.orders import order_from_data

UNSURE = (
    "It is not known whether this message went out. Look in the outbox of the channel, then mark"
    " it as sent or send it again."
)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A message written down and about to be handed over."""

    follow_up_id: int
    message_id: int
    channel: Connection
    outgoing: OutgoingMessage


def send_follow_up(context: Context, held: Claim) -> None:
    """Look at all reasons again, then send, wait or stop.

    Raises `Temporary` (surely not sent) and `Misconfigured` for the outbox to put off, and
    `LostClaim`.
    """
    edit_link = _edit_link(context, held)
    with context.database.transaction() as session:
        ready = _prepare(context, session, held, edit_link)
    if ready is None:
        return
    try:
        vendor_id = context.adapter(ready.channel).message(ready.outgoing)
    except Temporary as error:
        _settle(context, held, ready, "unknown" if error.maybe_done else "not_sent", error.message)
        if not error.maybe_done:
            raise
    except Misconfigured as error:
        _settle(context, held, ready, "not_sent", error.message)
        raise
    except AdapterError as error:
        _settle(context, held, ready, "refused", error.message)
    except Exception:
        _settle(context, held, ready, "unknown", "")
        raise
    else:
        _settle(context, held, ready, "sent", vendor_id)


def _edit_link(context: Context, held: Claim) -> str:
    """The buyer's own link to the review, read fresh because it is a secret we do not keep."""
    with context.database.reading() as session:
        one = session.get_one(FollowUp, held.ref_id)
        case = one.case
        review = session.get_one(Connection, session.get_one(Review, case.review_id).connection_id)
        decision, _, _ = check(context, session, one, context.clock.now())
    can = registry.get(review.adapter).capabilities
    if one.step != Step.UPDATE_INVITATION or not isinstance(decision, Send) or not can.edit_link:
        return ""
    return context.adapter(review).order(case.order_id).edit_link


def check(
    context: Context, session: Session, one: FollowUp, now: datetime
) -> tuple[Send | Wait | Stop, Connection | None, Verdict]:
    """The send-time check with the channel it would use and the policy's verdict."""
    case = one.case
    shop = session.get_one(Shop, case.shop_id)
    order = order_from_data(case.order)
    channels = [
        channel for channel in follow_ups.channels_of(session, shop.id)
        if _reaches(channel, order) and not _refused(one, channel)
    ]  # fmt: skip
    verdict, channel = _verdict(session, case, shop, Step(one.step), order, channels, now)
    settings = follow_ups.settings_of(shop)
    checks = [other for other in case.follow_ups if other.step == Step.RESOLUTION_CHECK]
    answered = [other for other in checks if other.answered_at is not None]
    make_good = session.get(MakeGood, one.make_good_id) if one.make_good_id else None
    facts = SendFacts(
        now=now, zone=follow_ups.zone_of(case, shop), window=settings.window, verdict=verdict,
        # A confirmation may carry a voucher, so it goes out even after the case has closed.
        case_open=case.closed_at is None or one.step == Step.CONFIRMATION,
        rating_changed=_rating_changed(session, case),
        opted_out=follow_ups.is_opted_out(context, session, case),
        reachable=channel is not None, already_sent=one.state == "sent",
        made_good_at=None if make_good is None else make_good.done_at,
        answer=_last_answer(answered),
        check_sent_at=_asked_at(checks, now),
        silent_after=settings.silent_after, due_at=one.due_at, by_seller=one.by_seller,
    )  # fmt: skip
    return send_time_check(Step(one.step), facts), channel, verdict


def _asked_at(checks: list[FollowUp], now: datetime) -> datetime | None:
    """When the buyer was, or surely will be, asked whether the problem is solved."""
    asked = [one.sent_at for one in checks if one.sent_at is not None]
    asked += [max(one.due_at, now) for one in checks if one.state in ("planned", "sending")]
    return max(asked, default=None)


def _reaches(channel: Connection, order: Order) -> bool:
    return bool(order.buyer.email) if channel.adapter == "email" else bool(order.id)


def _refused(one: FollowUp, channel: Connection) -> bool:
    return any(m.state == "refused" and m.connection_id == channel.id for m in one.messages)


def _last_answer(answered: list[FollowUp]) -> Answer:
    if not answered:
        return Answer.NONE
    last = max(answered, key=lambda one: one.round)
    return Answer.SOLVED if last.solved else Answer.NOT_SOLVED


def _rating_changed(session: Session, case: Case) -> bool:
    changed = select(History.id).where(
        History.case_id == case.id, History.what == "review_changed", History.old != History.new
    )
    return session.scalar(changed.limit(1)) is not None


def _verdict(
    session: Session, case: Case, shop: Shop, step: Step, order: Order,
    channels: list[Connection], now: datetime,
) -> tuple[Verdict, Connection | None]:  # fmt: skip
    """The first channel on which this may be said, else the reason of the last."""
    review = session.get_one(Review, case.review_id)
    platform = session.get_one(Connection, review.connection_id).adapter
    policies = Policies.load(registry.policy(platform))
    asks = session.scalar(
        select(func.count()).select_from(FollowUp)
        .where(FollowUp.case_id == case.id, FollowUp.step == Step.UPDATE_INVITATION)
        .where(FollowUp.state == "sent")
    )  # fmt: skip
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
        verdict = policies.may_message(step, Asking(
            platform=platform, region=shop.asking.get("region", ""), country=order.buyer.country,
            channel=channel_of(channel.adapter if channel else platform), shop=switch,
            asks_made=asks or 0,
            review_age_days=(now - review.written_at).days if review.written_at else None,
        ))  # fmt: skip
        if verdict.allowed:
            return verdict, channel
    assert verdict is not None
    return verdict, channels[-1] if channels else None


def _prepare(context: Context, session: Session, held: Claim, edit_link: str) -> _Ready | None:
    """In one transaction: still ours, still right to send, written down as being sent."""
    now = context.clock.now()
    claims.hold(session, held, now)
    one = queries.follow_up(session, held.ref_id, lock=True)
    case = queries.case(session, one.case_id, lock=True)
    if one.state == "sending":
        _needs_person(session, one, UNSURE, now)
        claims.give_up(session, held, now, UNSURE)
        return None
    if one.state != "planned":
        claims.finish(session, held, now)
        return None
    decision, channel, verdict = check(context, session, one, now)
    if isinstance(decision, Wait):
        one.reason = str(decision.reason)
        claims.put_off(session, held, decision.until, note=one.reason, counts=False)
        return None
    if isinstance(decision, Stop) or channel is None:
        reason = str(decision.reason) if isinstance(decision, Stop) else "There is no channel."
        one.state, one.reason = "stopped", reason
        history.note(session, case, "stopped", at=now, new=one.step, detail=reason)
        claims.finish(session, held, now, reason)
        return None
    try:
        return _write_down(context, session, one, channel, verdict, edit_link)
    except DomainError as error:
        _needs_person(session, one, error.message, now)
        claims.give_up(session, held, now, error.message)
        return None


def _write_down(
    context: Context, session: Session, one: FollowUp, channel: Connection, verdict: Verdict,
    edit_link: str,
) -> _Ready:  # fmt: skip
    case = one.case
    shop = session.get_one(Shop, case.shop_id)
    order = order_from_data(case.order)
    language = texts.language_for(order.buyer.language or shop.language)
    make_good = session.get(MakeGood, one.make_good_id) if one.make_good_id else None
    action = Action(make_good.action) if make_good else None
    key = texts.text_key(Step(one.step), action, edit_link=bool(edit_link))
    own = shop.texts.get(key, {}).get(language)
    text = texts.MessageText(**own) if own else texts.default_text(key, language)
    stop_url = context.links.buyer("stop", one.id)
    values = {
        "buyer": order.buyer.name, "shop": shop.name, "product": case.review.product_name,
        "answer_url": context.links.buyer("answer", one.id), "stop_url": stop_url,
        "edit_url": edit_link, "address": shop.asking.get("postal_address", ""),
        **_terms(make_good),
    }  # fmt: skip
    rendered = texts.render(key, text, values, language, duties=verdict.duties)
    message = Message(
        follow_up_id=one.id, connection_id=channel.id, subject=rendered.subject,
        # The link to the review is a secret of the buyer: the copy we keep is without it.
        text=rendered.text.replace(edit_link, "…") if edit_link else rendered.text,
        language=language, key=f"{case.reference}-m{one.id}-{len(one.messages) + 1}",
        started_at=context.clock.now(),
    )  # fmt: skip
    one.state, one.connection_id = "sending", channel.id
    session.add(message)
    session.flush()
    outgoing = OutgoingMessage(
        key=message.key, reference=case.reference,
        to=Buyer(**case.order["buyer"]), subject=rendered.subject, text=rendered.text,
        html=rendered.html, order_id=case.order_id, language=language,
        stop_url=context.links.buyer("unsubscribe", one.id),
    )  # fmt: skip
    return _Ready(one.id, message.id, channel, outgoing)


def _terms(make_good: MakeGood | None) -> dict[str, str]:
    if make_good is None:
        return {}
    ends = make_good.expires_at
    return {
        "amount": str(Money(make_good.amount_minor, make_good.currency)),
        "code": make_good.code,
        "expires": f"{ends:%Y-%m-%d}" if ends else "-",
    }


def _settle(context: Context, held: Claim, ready: _Ready, outcome: str, note: str) -> None:
    with context.database.transaction() as session:
        now = context.clock.now()
        one = queries.follow_up(session, ready.follow_up_id, lock=True)
        message = session.get_one(Message, ready.message_id)
        message.state, message.ended_at = outcome, now
        if outcome == "sent":
            message.vendor_id = note
            one.state, one.sent_at, one.reason = "sent", now, ""
            history.note(session, one.case, "sent", at=now, new=one.step, detail=ready.channel.name)
            row = queries.row_for(session, held.kind, held.ref_id)
            if row is not None:
                row.done_at, row.claim_token, row.given_up = now, None, False
        elif outcome == "not_sent":
            one.state, one.reason = "planned", note
        elif outcome == "unknown":
            _needs_person(session, one, UNSURE, now)
            claims.give_up(session, held, now, UNSURE)
        else:
            one.state, one.reason = "planned", note
            history.note(session, one.case, "not_sent", at=now, new=one.step, detail=note)
            claims.put_off(session, held, now, note=note, counts=False)


def _needs_person(session: Session, one: FollowUp, advice: str, now: datetime) -> None:
    one.state, one.reason = "needs_attention", advice
    for message in one.messages:
        if message.state == "sending":
            message.state, message.ended_at = "unknown", now
    history.note(session, one.case, "needs_attention", at=now, new=one.step, detail=advice)


def give_up_follow_up(session: Session, held: Claim, advice: str, *, now: datetime) -> None:
    """After the last try: show the seller that this message could not be sent."""
    one = queries.follow_up(session, held.ref_id, lock=True)
    if one.state == "planned":
        _needs_person(session, one, advice, now)
