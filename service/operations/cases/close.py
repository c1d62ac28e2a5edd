"""Closes cases and stops what was still planned for them. An approved make-good still goes out:
helping does not depend on a rating."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from integrations.sentence import Said, Text
from service.db.models import Case, FollowUp, Kind, MakeGood
from service.db.outbox import claims
from service.domain.cases.states import CLOSE_REASONS, CloseReason, Move
from service.domain.messages.kinds import Step
from service.operations.cases import history


def close(
    session: Session,
    case: Case,
    reason: CloseReason,
    *,
    at: datetime,
    actor: str,
    detail: Said | None = None,
) -> None:
    """Close an open case; raises `WrongState` when it is closed already.

    Planned checks and invitations are stopped. A confirmation stays: it may carry a code.
    """
    history.move(
        session, case, Move.CLOSE, at=at, actor=actor, detail=detail or CLOSE_REASONS[reason]
    )
    case.closed_at = at
    case.close_reason = reason
    case.advice = None
    stop_follow_ups(session, case, Text("The case is closed."), at=at, keep=(Step.CONFIRMATION,))


def stop_follow_ups(
    session: Session,
    case: Case,
    reason: Said,
    *,
    at: datetime,
    keep: tuple[Step, ...] = (),
    with_codes: bool = False,
) -> None:
    """Stop what is planned and not yet being sent. A code that the buyer has not been told
    becomes work for a person, unless `with_codes`."""
    for one in case.follow_ups:
        if one.state == "planned" and one.step not in keep:
            claims.end(session, Kind.FOLLOW_UP, one.id, at, reason)
            if with_codes:
                one.state, one.reason = "stopped", reason
            else:
                stop_message(session, one, reason, at=at)


def stop_message(session: Session, one: FollowUp, reason: Said, *, at: datetime) -> None:
    """This message will not go out; a code it was to bring is then brought by a person."""
    make_good = session.get(MakeGood, one.make_good_id) if one.make_good_id else None
    if one.step == Step.CONFIRMATION and make_good is not None and make_good.code:
        one.state = "needs_attention"
        one.reason = Text(
            "The buyer does not know the code %(code)s yet (%(why)s). Give it to them yourself,"
            " then mark this as sent.",
            why=reason,
            code=make_good.code,
        )
        history.note(session, one.case, one.state, at=at, new=one.step, detail=reason)
        return
    one.state, one.reason = "stopped", reason
