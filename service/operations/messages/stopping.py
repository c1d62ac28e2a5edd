"""Stops what is planned for a buyer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from integrations.sentence import Said, Text
from service.db.models import Case, Kind, MakeGood, Message
from service.db.outbox import claims
from service.db.transaction import Transaction
from service.domain.messages.kinds import Step
from service.domain.messages.states import Author, MessageMove, MessageState
from service.domain.staff.authority import CLOCK, Actor
from service.operations.messages.moves import move

NOT_BEGUN = (MessageState.DRAFT, MessageState.PLANNED)


def stop_planned(
    session: Transaction,
    case: Case,
    reason: Said,
    *,
    at: datetime,
    keep: Collection[Step] = (),
    with_own_words: bool = False,
    with_codes: bool = False,
) -> None:
    """Stop what is planned or drafted by our rules, and not yet being sent; what a seller wrote too
    where `with_own_words`. A code that the buyer has not been told becomes work for a person, unless
    `with_codes`."""
    for message in case.messages:
        may_stop = message.author == Author.RULE or with_own_words
        if may_stop and message.state in NOT_BEGUN and message.step not in keep:
            claims.end(session, Kind.SEND_MESSAGE, message.id, at, reason)
            stop(session, message, reason, at=at, with_code=with_codes)


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
    code = "" if with_code else _code_to_tell(session, message)
    if not code:
        move(session, message, MessageMove.STOP, at=at, actor=actor, reason=reason)
        return
    by_hand = Text(
        "The buyer does not know the code %(code)s yet (%(why)s). Give it to them yourself,"
        " then mark this as sent.",
        why=reason,
        code=code,
    )
    move(session, message, MessageMove.REFUSE, at=at, actor=actor, reason=by_hand, detail=reason)


def _code_to_tell(session: Session, message: Message) -> str:
    if message.step != Step.CONFIRMATION or message.make_good_id is None:
        return ""
    return session.get_one(MakeGood, message.make_good_id).code
