"""Sends one planned message, at most once. After an unknown outcome a person decides."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import selectinload

from integrations import registry
from integrations.contract import MessageChannel, OutgoingMessage, ReviewSource
from integrations.errors import AdapterError, Misconfigured, Permanent, Temporary, Unsupported
from integrations.sentence import Said, Text, Words
from service.db import queries
from service.db.models import Case, Connection, FollowUp, Kind, MakeGood, Message
from service.db.outbox import claims
from service.domain.days import last_day
from service.domain.errors import DomainError
from service.domain.messages import rendering, templates
from service.domain.messages.kinds import Step
from service.domain.messages.policy import Verdict
from service.domain.messages.schedule import Send, Stop, Wait
from service.localization import amount_text, day_text
from service.operations.cases import close, history
from service.operations.cases.orders import buyer_of
from service.operations.messages import follow_ups, look_up
from service.operations.messages.send_check import check
from service.operations.outbox.handler import Call, Handler, HeldRow, Steps, Work


@dataclass(frozen=True, slots=True)
class _LinkWanted:
    """The buyer's own link to the review, and who knows it."""

    adapter: ReviewSource
    order_id: str
    review_id: str


@dataclass(frozen=True, slots=True)
class _Sending:
    """A message that is written down as being sent, and its channel."""

    adapter: MessageChannel
    message: OutgoingMessage


def _carry_out(work: Work) -> Steps[None]:
    """Look at all reasons again, then send, wait or stop."""
    state = work.write(_state)
    if state == "sending":
        # A worker died over it, or nobody knows what came of it.
        yield from look_up.find_out(work)
    elif state == "planned":
        link = yield from _edit_link(work)
        yield from _send(work, link)
    else:
        work.write(HeldRow.finish)


def _state(row: HeldRow) -> str:
    return queries.follow_up(row.session, row.ref_id, lock=True).state


def _edit_link(work: Work) -> Steps[str]:
    """The buyer's own link to the review, read fresh because it is a secret we do not keep; '' where
    none is wanted or had: there is a text without one."""
    wanted = work.write(_link_wanted)
    if wanted is None:
        return ""
    try:
        link: str = yield Call(wanted.adapter.edit_link, wanted.order_id, wanted.review_id)
    except (Permanent, Unsupported):
        return ""
    return link


def _link_wanted(row: HeldRow) -> _LinkWanted | None:
    follow_up = queries.follow_up(row.session, row.ref_id)
    case = follow_up.case
    if follow_up.step != Step.UPDATE_INVITATION or not case.order_id:
        return None
    source = row.session.get_one(Connection, case.review.connection_id)
    if not (source.roles and registry.get(source.adapter).capabilities.edit_link):
        return None
    if not isinstance(check(row.context, row.session, follow_up, row.now)[0], Send):
        return None
    return _LinkWanted(row.context.reviews(source), case.order_id, case.review.platform_id)


def _send(work: Work, edit_link: str) -> Steps[None]:
    sending = work.write(_prepare, edit_link)
    if sending is None:
        return
    key = sending.message.key
    try:
        vendor_id = yield Call(sending.adapter.message, sending.message, is_fact=True)
    except Exception as error:
        if work.write(_not_sent, key, error):
            raise
        return
    work.write(_sent, key, vendor_id)


def _prepare(row: HeldRow, edit_link: str) -> _Sending | None:
    """Still right to send: written down as being sent. None: it waits, or is not sent."""
    session, now = row.session, row.now
    follow_up = queries.follow_up(session, row.ref_id)
    if follow_up.state != "planned":
        row.finish()
        return None
    decision, channel, verdict = check(row.context, session, follow_up, now)
    if isinstance(decision, Wait):
        follow_up.reason = decision.reason
        row.put_off(decision.until, note=decision.reason)
        return None
    if isinstance(decision, Stop) or channel is None:
        reason = decision.reason if isinstance(decision, Stop) else Text("There is no channel.")
        close.stop_message(session, follow_up, reason, at=now)
        if follow_up.state == "stopped":
            case = follow_up.case
            history.note(session, case, "stopped", at=now, new=follow_up.step, detail=reason)
        row.finish(reason)
        return None
    lane = queries.lane(session, channel.id, outward=True)
    if lane != row.claim.lane_id:
        # Each channel has its own pace and its own pause, so the row waits in the channel's lane.
        claims.put(session, Kind.FOLLOW_UP, follow_up.id, lane_id=lane, due_at=now, now=now)
        return None
    adapter = row.context.channel(channel)
    try:
        outgoing = _write_down(row, follow_up, channel, verdict, edit_link)
    except DomainError as error:
        look_up.needs_person(session, follow_up, error.text, now)
        row.give_up(error.text)
        return None
    return _Sending(adapter, outgoing)


def _write_down(
    row: HeldRow, follow_up: FollowUp, channel: Connection, verdict: Verdict, edit_link: str
) -> OutgoingMessage:
    case, buyer = follow_up.case, buyer_of(follow_up.case)
    shop = queries.shop(row.session, case.shop_id)
    language = templates.language_for(buyer.language, shop.language)
    rendered = _rendered(row, follow_up, language, verdict, edit_link)
    message = Message(
        connection_id=channel.id,
        subject=rendered.subject,
        # The link to the review is a secret of the buyer: the copy we keep is without it.
        text=rendered.text.replace(edit_link, "…") if edit_link else rendered.text,
        language=language,
        key=f"{case.reference}-m{follow_up.id}-{len(follow_up.messages) + 1}",
        started_at=row.now,
    )
    follow_up.state, follow_up.connection_id = "sending", channel.id
    follow_up.messages.append(message)
    return OutgoingMessage(
        key=message.key,
        reference=case.reference,
        to=buyer,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        order_id=case.order_id,
        language=language,
        stop_url=row.context.links.buyer("unsubscribe", follow_up.id),
    )


def _rendered(
    row: HeldRow, follow_up: FollowUp, language: str, verdict: Verdict, edit_link: str
) -> rendering.Rendered:
    """The shop's own text, else the shipped one, filled in."""
    session, links, case = row.session, row.context.links, follow_up.case
    shop = queries.shop(session, case.shop_id)
    make_good = session.get(MakeGood, follow_up.make_good_id) if follow_up.make_good_id else None
    platform = registry.get(session.get_one(Connection, case.review.connection_id).adapter)
    key = templates.text_key(
        Step(follow_up.step),
        make_good.remedy.kind if make_good else None,
        edit_link=bool(edit_link),
        edit_review=platform.capabilities.edit_review,
    )
    own = shop.texts.get(key, {}).get(language)
    text = templates.MessageText(**own) if own else templates.default_text(key, language)
    values = {
        "buyer": buyer_of(case).name,
        "shop": shop.name,
        "product": case.review.product_name,
        "answer_url": links.buyer("answer", follow_up.id),
        "stop_url": links.buyer("stop", follow_up.id),
        "edit_url": edit_link,
        "address": shop.asking.get("postal_address", ""),
        **_terms(make_good, language, follow_ups.zones_of(case, shop)),
    }
    return rendering.render(key, text, values, language, duties=verdict.duties)


def _terms(make_good: MakeGood | None, language: str, zones: tuple[str, ...]) -> dict[str, str]:
    if make_good is None:
        return {}
    amount, ends = make_good.remedy.amount, make_good.expires_at
    return {
        "amount": amount_text(amount, language) if amount else "",
        "code": make_good.code,
        "expires": day_text(last_day(ends, zones), language) if ends else "-",
    }


def _message(row: HeldRow, key: str) -> tuple[FollowUp, Message]:
    follow_up = queries.follow_up(row.session, row.ref_id)
    return follow_up, next(message for message in follow_up.messages if message.key == key)


def _sent(row: HeldRow, key: str, vendor_id: str) -> None:
    follow_up, message = _message(row, key)
    message.state, message.vendor_id, message.ended_at = "sent", vendor_id, row.now
    look_up.mark_sent(row, follow_up, message)


def _not_sent(row: HeldRow, key: str, error: Exception) -> bool:
    """Note what is known of it; a worker that was overtaken changes nothing else. True where the
    error is for the outbox: the same message may be tried again."""
    follow_up, message = _message(row, key)
    message.state, message.ended_at = _state_after(error), row.now
    row.require_claim()
    if follow_up.state != "sending":
        return False
    if message.state == "unknown":
        if look_up.can_look_up(row.context, row.session, message):
            row.put_off(row.now, note=look_up.LOOKING)
        else:
            look_up.give_to_person(row, follow_up)
        return False
    note = error.text if isinstance(error, AdapterError) else Words(type(error).__name__)
    follow_up.state, follow_up.reason = "planned", note
    if message.state == "not_sent":
        return True
    case = follow_up.case
    history.note(row.session, case, "not_sent", at=row.now, new=follow_up.step, detail=note)
    # The next channel is tried at once.
    row.put_off(row.now, note=note, tries=row.claim.tries + 1)
    return False


def _state_after(error: Exception) -> str:
    if not isinstance(error, AdapterError) or error.outcome == "unknown":
        return "unknown"
    return "not_sent" if isinstance(error, Temporary | Misconfigured) else "refused"


def _give_up(row: HeldRow, advice: Said) -> None:
    """After the last try: show the seller that this message could not be sent."""
    follow_up = queries.follow_up(row.session, row.ref_id, lock=True)
    if follow_up.state in ("planned", "sending"):
        look_up.needs_person(row.session, follow_up, advice, row.now)


FOLLOW_UP = Handler(
    kind=Kind.FOLLOW_UP,
    label=Text("a message to a buyer"),
    about=FollowUp,
    loads=(selectinload(Case.follow_ups).selectinload(FollowUp.messages),),
    carry_out=_carry_out,
    give_up=_give_up,
)
