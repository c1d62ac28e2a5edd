"""Stops what is planned for a buyer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from integrations.sentence import Said, Text
from service.db.models import Case, Kind, MakeGood, Message
from service.db.outbox import claims
from service.db.transaction import Transaction
from service.domain.messages.calls import CallState
from service.domain.messages.kinds import Step
from service.domain.messages.states import Author, MessageMove, MessageState
from service.domain.remedies.offers import OfferState
from service.domain.staff.authority import CLOCK, Actor
from service.operations.messages.moves import end_calls, move

NOT_BEGUN = (MessageState.DRAFT, MessageState.PLANNED)


def stop_planned(
    session: Transaction,
    case: Case,
    reason: Said,
    *,
    at: datetime,
    keep: Collection[Step] = (),
    only: Collection[Step] | None = None,
    with_own_words: bool = False,
    with_codes: bool = False,
) -> None:
    """Stop what is planned or drafted by our rules, and not yet being sent, `only` of these steps where
    they are named; what a seller wrote too where `with_own_words`. What the buyer has to know all the
    same becomes work for a person, unless `with_codes`."""
    for message in case.messages:
        may_stop = message.author == Author.RULE or with_own_words
        named = message.step not in keep if only is None else message.step in only
        if may_stop and message.state in NOT_BEGUN and named:
            claims.end(session, Kind.SEND_MESSAGE, message.id, at, reason)
            stop(session, message, reason, at=at, with_code=with_codes)
        elif may_stop and named and _is_to_be_called(case, message):
            end_calls(case, at, message.id)
            by_hand = None if with_codes else _to_tell_by_hand(session, message, reason)
            if by_hand is None:
                move(session, message, MessageMove.STOP, at=at, reason=reason)
            else:
                message.reason = by_hand
    if with_own_words:
        end_calls(case, at, None)


def _is_to_be_called(case: Case, message: Message) -> bool:
    return any(
        call.state is CallState.OPEN and call.message_id == message.id for call in case.calls
    )


def stop(
    session: Transaction,
    message: Message,
    reason: Said,
    *,
    at: datetime,
    actor: Actor = CLOCK,
    with_code: bool = False,
) -> None:
    """This message will not go out; a code it was to bring is then brought by a person, unless
    `with_code`."""
    by_hand = None if with_code else _to_tell_by_hand(session, message, reason)
    if by_hand is None:
        move(session, message, MessageMove.STOP, at=at, actor=actor, reason=reason)
        return
    move(session, message, MessageMove.REFUSE, at=at, actor=actor, reason=by_hand, detail=reason)


def _to_tell_by_hand(session: Session, message: Message, why: Said) -> Text | None:
    """What the buyer has to know all the same; None where it is nothing."""
    if message.make_good_id is None:
        return None
    make_good = session.get_one(MakeGood, message.make_good_id)
    if message.step == Step.CONFIRMATION and make_good.code:
        return Text(
            "The buyer does not know the code %(code)s yet (%(why)s). Give it to them yourself,"
            " then mark this as sent.",
            why=why,
            code=make_good.code,
        )
    offer = make_good.offer
    if message.step == Step.OFFER and offer is not None and offer.state is OfferState.OPEN:
        return Text(
            "The buyer does not know yet that there is a choice (%(why)s). Tell them yourself and mark"
            " this as sent, or take the choice back.",
            why=why,
        )
    return None
