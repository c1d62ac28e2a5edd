"""Sends one planned message, at most once. After an unknown outcome a person decides."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import Action, OutgoingMessage
from integrations.errors import AdapterError, Misconfigured, Permanent, Temporary, Unsupported
from integrations.money import Money
from integrations.sentence import Said, Text, Words
from service.db import queries
from service.db.models import Connection, FollowUp, Kind, MakeGood, Message
from service.db.outbox import claims
from service.db.outbox.claims import Claim
from service.domain.days import last_day
from service.domain.errors import DomainError
from service.domain.messages import rendering, templates
from service.domain.messages.kinds import Step
from service.domain.messages.policy import Verdict
from service.domain.messages.schedule import Send, Stop, Wait
from service.localization import amount_text, day_text
from service.operations.cases import close, history
from service.operations.cases.orders import buyer_of
from service.operations.context import Context
from service.operations.messages import follow_ups
from service.operations.messages.look_up import (
    LOOKING,
    can_look_up,
    give_to_person,
    look_up,
    mark_sent,
    needs_person,
)
from service.operations.messages.send_check import check
from service.operations.outbox.calls import Call, Next, Outcome


def begin_follow_up(context: Context, session: Session, held: Claim, now: datetime) -> Next:
    """Look at all reasons again, then send, wait or stop."""
    one = queries.follow_up(session, held.ref_id, lock=True)
    if one.state == "sending":
        # A worker died over it, or nobody knows what came of it.
        message = one.messages[-1]
        if can_look_up(context, session, message):
            return look_up(context, session, held, one, message)
        give_to_person(session, held, one, now)
        return None
    if one.state != "planned":
        claims.finish(session, held, now)
        return None
    if _wants_link(context, session, one, now):
        return _fetch_link(context, session, held, one)
    return _send(context, session, held, one, "", now)


def _wants_link(context: Context, session: Session, one: FollowUp, now: datetime) -> bool:
    if one.step != Step.UPDATE_INVITATION or not one.case.order_id:
        return False
    review = session.get_one(Connection, one.case.review.connection_id)
    can = registry.get(review.adapter).capabilities
    if not (review.roles and can.edit_link):
        return False
    return isinstance(check(context, session, one, now)[0], Send)


def _fetch_link(context: Context, session: Session, held: Claim, one: FollowUp) -> Call:
    """The buyer's own link to the review, read fresh because it is a secret we do not keep."""
    adapter = context.adapter(session.get_one(Connection, one.case.review.connection_id))
    order_id, review_id, follow_up_id = one.case.order_id, one.case.review.platform_id, one.id

    def fetched(session: Session, outcome: Outcome) -> Next:
        one = queries.follow_up(session, follow_up_id)
        if outcome.error is None:
            return _send(context, session, held, one, outcome.value, outcome.now)
        if isinstance(outcome.error, Permanent | Unsupported):
            # There is a text without a link.
            return _send(context, session, held, one, "", outcome.now)
        return outcome.error

    return Call(
        held,
        context.http.now(),
        lambda: adapter.edit_link(order_id, review_id),
        fetched,
        case=one.case.reference,
    )


def _send(
    context: Context, session: Session, held: Claim, one: FollowUp, edit_link: str, now: datetime
) -> Next:
    """Still right to send: written down as being sent, then handed over."""
    if one.state != "planned":
        claims.finish(session, held, now)
        return None
    decision, channel, verdict = check(context, session, one, now)
    if isinstance(decision, Wait):
        one.reason = decision.reason
        claims.put_off(session, held, decision.until, note=one.reason, tries=held.tries)
        return None
    if isinstance(decision, Stop) or channel is None:
        reason = decision.reason if isinstance(decision, Stop) else Text("There is no channel.")
        close.stop_message(session, one, reason, at=now)
        if one.state == "stopped":
            history.note(session, one.case, "stopped", at=now, new=one.step, detail=reason)
        claims.finish(session, held, now, reason)
        return None
    lane = queries.lane(session, channel.id, outward=True)
    if lane != held.lane_id:
        # Each channel has its own pace and its own pause, so the row waits in the channel's lane.
        claims.put(session, Kind.FOLLOW_UP, one.id, lane_id=lane, due_at=now, now=now)
        return None
    try:
        message, outgoing = _write_down(context, session, one, channel, verdict, edit_link)
    except DomainError as error:
        needs_person(session, one, error.text, now)
        claims.give_up(session, held, now, error.text)
        return None
    adapter = context.adapter(channel)

    def sent(session: Session, outcome: Outcome) -> Next:
        return _settle(context, session, held, message.id, outcome)

    return Call(
        held,
        context.http.now(),
        lambda: adapter.message(outgoing),
        sent,
        is_fact=True,
        case=one.case.reference,
    )


def _write_down(
    context: Context,
    session: Session,
    one: FollowUp,
    channel: Connection,
    verdict: Verdict,
    edit_link: str,
) -> tuple[Message, OutgoingMessage]:
    case, buyer = one.case, buyer_of(one.case)
    shop = queries.shop(session, case.shop_id)
    language = templates.language_for(buyer.language, shop.language)
    rendered = _rendered(context, session, one, language, verdict, edit_link)
    message = Message(
        connection_id=channel.id,
        subject=rendered.subject,
        # The link to the review is a secret of the buyer: the copy we keep is without it.
        text=rendered.text.replace(edit_link, "…") if edit_link else rendered.text,
        language=language,
        key=f"{case.reference}-m{one.id}-{len(one.messages) + 1}",
        started_at=context.clock.now(),
    )
    one.state, one.connection_id = "sending", channel.id
    one.messages.append(message)
    outgoing = OutgoingMessage(
        key=message.key,
        reference=case.reference,
        to=buyer,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        order_id=case.order_id,
        language=language,
        stop_url=context.links.buyer("unsubscribe", one.id),
    )
    return message, outgoing


def _rendered(
    context: Context,
    session: Session,
    one: FollowUp,
    language: str,
    verdict: Verdict,
    edit_link: str,
) -> rendering.Rendered:
    """The shop's own text, else the shipped one, filled in."""
    case = one.case
    shop = queries.shop(session, case.shop_id)
    make_good = session.get(MakeGood, one.make_good_id) if one.make_good_id else None
    platform = registry.get(session.get_one(Connection, case.review.connection_id).adapter)
    key = templates.text_key(
        Step(one.step),
        Action(make_good.action) if make_good else None,
        edit_link=bool(edit_link),
        edit_review=platform.capabilities.edit_review,
    )
    own = shop.texts.get(key, {}).get(language)
    text = templates.MessageText(**own) if own else templates.default_text(key, language)
    values = {
        "buyer": buyer_of(case).name,
        "shop": shop.name,
        "product": case.review.product_name,
        "answer_url": context.links.buyer("answer", one.id),
        "stop_url": context.links.buyer("stop", one.id),
        "edit_url": edit_link,
        "address": shop.asking.get("postal_address", ""),
        **_terms(make_good, language, follow_ups.zones_of(case, shop)),
    }
    return rendering.render(key, text, values, language, duties=verdict.duties)


def _terms(make_good: MakeGood | None, language: str, zones: tuple[str, ...]) -> dict[str, str]:
    if make_good is None:
        return {}
    ends = make_good.expires_at
    return {
        "amount": amount_text(Money(make_good.amount_minor, make_good.currency), language),
        "code": make_good.code,
        "expires": day_text(last_day(ends, zones), language) if ends else "-",
    }


def _settle(
    context: Context, session: Session, held: Claim, message_id: int, outcome: Outcome
) -> Next:
    """Note what came of the hand-over; a worker that was overtaken changes nothing else."""
    one, error, now = queries.follow_up(session, held.ref_id), outcome.error, outcome.now
    message = next(message for message in one.messages if message.id == message_id)
    message.ended_at = now
    if error is None:
        message.state, message.vendor_id = "sent", outcome.value
        mark_sent(session, held, one, message, now)
        return None
    if not isinstance(error, AdapterError) or error.outcome == "unknown":
        message.state = "unknown"
    elif isinstance(error, Temporary | Misconfigured):
        message.state = "not_sent"
    else:
        message.state = "refused"
    if not outcome.ours or one.state != "sending":
        return None
    if message.state == "unknown":
        if can_look_up(context, session, message):
            claims.put_off(session, held, now, note=LOOKING, tries=held.tries, now=now)
        else:
            give_to_person(session, held, one, now)
        return None
    return _not_sent(session, held, one, message, error, now)


def _not_sent(
    session: Session,
    held: Claim,
    one: FollowUp,
    message: Message,
    error: Exception,
    now: datetime,
) -> Next:
    note = error.text if isinstance(error, AdapterError) else Words(type(error).__name__)
    one.state, one.reason = "planned", note
    if message.state == "not_sent":
        return error
    history.note(session, one.case, "not_sent", at=now, new=one.step, detail=note)
    # The next channel is tried at once.
    claims.put_off(session, held, now, note=note, now=now)
    return None


def give_up_follow_up(session: Session, held: Claim, advice: Said, *, now: datetime) -> None:
    """After the last try: show the seller that this message could not be sent."""
    one = queries.follow_up(session, held.ref_id, lock=True)
    if one.state in ("planned", "sending"):
        needs_person(session, one, advice, now)
