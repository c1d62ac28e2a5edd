"""Closes cases and stops what was still planned for them. An approved make-good still goes out:
helping does not depend on a rating."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.db.models import Case, FollowUp, Kind, OutboxRow
from service.domain.case import CloseReason, Move
from service.domain.step import Step
from service.operations import history


def close(
    session: Session, case: Case, reason: CloseReason, *, at: datetime, actor: str,
    detail: str = "",
) -> None:  # fmt: skip
    """Close an open case; raises `WrongState` when it is closed already.

    Planned checks and invitations are stopped. A confirmation stays: it may carry a voucher.
    """
    history.move(session, case, Move.CLOSE, at=at, actor=actor, detail=detail or reason.value)
    case.closed_at = at
    case.close_reason = reason
    case.advice = ""
    stop_follow_ups(session, case, f"case closed: {reason}", at=at, keep=(Step.CONFIRMATION,))


def stop_follow_ups(
    session: Session, case: Case, reason: str, *, at: datetime, keep: tuple[Step, ...] = ()
) -> None:
    """Stop what is planned and not yet being sent."""
    planned = session.scalars(
        select(FollowUp).where(FollowUp.case_id == case.id, FollowUp.state == "planned")
    )
    for one in planned:
        if one.step in keep:
            continue
        one.state, one.reason = "stopped", reason
        session.execute(
            update(OutboxRow)
            .where(OutboxRow.kind == Kind.FOLLOW_UP, OutboxRow.ref_id == one.id)
            .where(OutboxRow.done_at.is_(None))
            .values(done_at=at, claim_token=None, note=reason)
        )
