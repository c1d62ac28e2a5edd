"""Sends one planned message, at most once. After an unknown outcome a person decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import Action, OutgoingMessage
from integrations.errors import AdapterError, Misconfigured, Permanent, Temporary, Unsupported
from integrations.money import Money
from service.db import claims, queries
from service.db.claims import Claim
from service.db.models import Connection, FollowUp, Kind, MakeGood, Message, Review, Shop
from service.domain import texts
from service.domain.amounts import amount_text, day_text
from service.domain.errors import DomainError
from service.domain.follow_up import Send, Stop, Wait
from service.domain.policy import Verdict
from service.domain.step import Step
from service.operations import history
from service.operations.context import Context
from service.operations.orders import buyer_of
from service.operations.reasons import check

SEND_SECONDS = 45.0
"""A message is handed over within this of the claim, well inside the lease (service.db.claims)."""

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
    # A worker frozen past its lease must not send what a person has meanwhile sent again.
    with context.http.within(SEND_SECONDS):
        with context.database.transaction() as session:
            ready = _prepare(context, session, held, edit_link)
        if ready is not None:
            _hand_over(context, held, ready)


def _hand_over(context: Context, held: Claim, ready: _Ready) -> None:
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
        if one.step != Step.UPDATE_INVITATION or not case.order_id:
            return ""
        review = session.get_one(Connection, session.get_one(Review, case.review_id).connection_id)
        if not (review.roles and registry.get(review.adapter).capabilities.edit_link):
            return ""
        if not isinstance(check(context, session, one, context.clock.now())[0], Send):
            return ""
    try:
        return context.adapter(review).order(case.order_id).edit_link
    except (Permanent, Unsupported):
        # There is a text without a link.
        return ""


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
    lane = queries.lane(session, channel.id, outward=True)
    if lane != held.lane_id:
        # Each channel has its own pace and its own pause, so the row waits in the channel's lane.
        claims.put(session, Kind.FOLLOW_UP, one.id, lane_id=lane, due_at=now, now=now)
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
    buyer = buyer_of(case)
    language = texts.language_for(buyer.language or shop.language)
    make_good = session.get(MakeGood, one.make_good_id) if one.make_good_id else None
    action = Action(make_good.action) if make_good else None
    key = texts.text_key(Step(one.step), action, edit_link=bool(edit_link))
    own = shop.texts.get(key, {}).get(language)
    text = texts.MessageText(**own) if own else texts.default_text(key, language)
    stop_url = context.links.buyer("stop", one.id)
    values = {
        "buyer": buyer.name, "shop": shop.name, "product": case.review.product_name,
        "answer_url": context.links.buyer("answer", one.id), "stop_url": stop_url,
        "edit_url": edit_link, "address": shop.asking.get("postal_address", ""),
        **_terms(make_good, language),
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
        to=buyer, subject=rendered.subject, text=rendered.text,
        html=rendered.html, order_id=case.order_id, language=language,
        stop_url=context.links.buyer("unsubscribe", one.id),
    )  # fmt: skip
    return _Ready(one.id, message.id, channel, outgoing)


def _terms(make_good: MakeGood | None, language: str) -> dict[str, str]:
    if make_good is None:
        return {}
    ends = make_good.expires_at
    return {
        "amount": amount_text(Money(make_good.amount_minor, make_good.currency), language),
        "code": make_good.code,
        "expires": day_text(ends.date(), language) if ends else "-",
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
            # A worker that was overtaken leaves what a person now looks at alone.
            claims.hold(session, held, now)
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
