"""What would become of a planned message if it were looked at now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from integrations.remedies import Remedy
from integrations.sentence import Said
from service.db.messages import message_queries
from service.db.models import Case, Kind, MakeGood, Message, Offer
from service.db.outbox import backlog
from service.domain.errors import WrongInput, WrongState
from service.domain.messages.follow_ups import plan
from service.domain.messages.kinds import Step
from service.domain.messages.rendering import Rendered
from service.domain.messages.schedule import Send, Stop, Wait
from service.domain.messages.sending_time import next_sending_time
from service.domain.messages.states import MessageState
from service.domain.messages.verdict import Verdict
from service.domain.remedies.offers import OFFERS, OfferTerms
from service.domain.remedies.states import MakeGoodState
from service.domain.shops.connection_states import ConnectionState
from service.operations.context import Context
from service.operations.messages import texts
from service.operations.messages.planning import settings_of, zones_of
from service.operations.messages.send_check import check
from service.operations.messages.ways import Way
from service.operations.remedies.grants import set_terms


@dataclass(frozen=True, slots=True)
class Preview:
    """When the next look is due (None: nobody knows), what holds the message back, and whether it
    would go out if the seller pressed the button now. `stopped`: it never goes out as things are.
    `says`: what the buyer would read, None for words that may not be sent, as `unsaid` tells.
    """

    due_at: datetime | None
    waits_for: Said | None
    stopped: bool
    may_send_now: bool
    says: Rendered | None = None
    unsaid: Said | None = None
    way: Way | None = None


def preview(context: Context, session: Session, message: Message, now: datetime) -> Preview:
    """Look at all reasons as at the moment of sending; changes nothing."""
    row = backlog.row_for(session, Kind.SEND_MESSAGE, message.id)
    due = message.due_at if row is None or row.done_at is not None else row.due_at
    planned, way = check(context, session, message, now, by_seller=False)
    pressed = check(context, session, message, now, by_seller=True).decision
    says, unsaid = _words(session, message, way.verdict, now)
    if isinstance(pressed, Stop):
        return Preview(None, pressed.reason, True, False, says, unsaid, way)
    if isinstance(planned, Wait):
        due = planned.until if due is None else max(due, planned.until)
    channel = way.channel
    is_paused = channel is not None and channel.state == ConnectionState.PAUSED
    paused = channel.problem if channel is not None and is_paused else None
    waits_for = paused or (planned.reason if isinstance(planned, Wait) else None)
    return Preview(due, waits_for, False, isinstance(pressed, Send), says, unsaid, way)


CODE = "XXXX-XXXX"
"""Stands for the code that a platform will give."""


def before_approval(
    context: Context,
    session: Session,
    case: Case,
    remedy: Remedy,
    terms: OfferTerms | None,
    *,
    now: datetime,
) -> Preview:
    """What the buyer would read if this remedy, or on these terms the choice, were approved now, and
    when; stores nothing."""
    shop = case.shop
    make_good = MakeGood(code=CODE if remedy.kind.gives_code else "", done_at=now)
    set_terms(make_good, remedy, now)
    choice = None if terms is None else Offer(ends_at=terms.ends_at(now), state=OFFERS.first)
    set_committed_value(make_good, "offer", choice)
    step = Step.CONFIRMATION if terms is None else Step.OFFER
    round_ = 1 + sum(1 for earlier in case.make_goods if earlier.state is MakeGoodState.DONE)
    message = Message(
        step=step, round=round_, state=MessageState.PLANNED, language="", subject="", text=""
    )
    # Not `message.case = case`, which would make it one of the case.
    set_committed_value(message, "case", case)
    checked = check(context, session, message, now, make_good=make_good)
    decision = checked.decision
    says, unsaid = _words(session, message, checked.way.verdict, now, make_good)
    zones, settings = zones_of(case, shop), settings_of(shop)
    if terms is not None:
        due = next_sending_time(now, zones, settings.window)
    else:
        due = plan(settings, now, zones)[Step.CONFIRMATION]
    if isinstance(decision, Stop):
        return Preview(None, decision.reason, True, False, says, unsaid)
    return Preview(due, None, False, False, says, unsaid)


def before_thanks(
    context: Context, session: Session, case: Case, remedy: Remedy | None, now: datetime
) -> Preview:
    """What the buyer would read of a voucher, else of early access, if they were thanked now; stores
    nothing."""
    make_good = None
    if remedy is not None:
        make_good = MakeGood(code=CODE, done_at=now)
        set_terms(make_good, remedy, now)
        set_committed_value(make_good, "offer", None)
    message = Message(
        step=Step.THANKS, round=1, state=MessageState.PLANNED, language="", subject="", text=""
    )
    set_committed_value(message, "case", case)
    checked = check(context, session, message, now, make_good=make_good)
    says, unsaid = _words(session, message, checked.way.verdict, now, make_good)
    stopped = isinstance(checked.decision, Stop)
    reason = checked.decision.reason if isinstance(checked.decision, Stop) else None
    due = next_sending_time(now, zones_of(case, case.shop), settings_of(case.shop).window)
    return Preview(None if stopped else due, reason, stopped, False, says, unsaid)


def _words(
    session: Session,
    message: Message,
    verdict: Verdict,
    now: datetime,
    make_good: MakeGood | None = None,
) -> tuple[Rendered | None, Said | None]:
    try:
        return texts.show(session, message, verdict.duties, now, make_good), None
    except WrongInput as error:
        return None, error.text


def refuse_if_stopped(context: Context, message_id: int) -> None:
    """Raise `WrongState` with the reason where a message would not go out though it was pressed."""
    with context.database.reading() as session:
        message = message_queries.message(session, message_id)
        decision = check(context, session, message, context.clock.now(), by_seller=True).decision
        if isinstance(decision, Stop | Wait):
            raise WrongState(decision.reason)
