"""Closes cases and stops what was still planned for them. An approved make-good still goes out:
helping does not depend on a rating."""

from __future__ import annotations

from datetime import datetime

from integrations.sentence import Said, Text
from service.db.models import Case
from service.db.transaction import Transaction
from service.domain.cases.states import ABOUT_REVIEW, CLOSE_REASONS, CloseReason, Move
from service.domain.messages.kinds import OFFERING, Step
from service.domain.staff.authority import Actor
from service.operations.cases import history
from service.operations.messages.moves import end_calls
from service.operations.messages.stopping import stop_planned


def close(
    session: Transaction,
    case: Case,
    reason: CloseReason,
    *,
    at: datetime,
    actor: Actor,
    detail: Said | None = None,
) -> None:
    """Close an open case; raises `WrongState` when it is closed already.

    What became of the review before the case was opened again stays its reason. Planned checks and invitations are stopped. A confirmation stays: it may carry a code.
    """
    history.move(
        session, case, Move.CLOSE, at=at, actor=actor, detail=detail or CLOSE_REASONS[reason]
    )
    case.closed_at = at
    if reason in ABOUT_REVIEW or case.close_reason not in ABOUT_REVIEW:
        case.close_reason = reason
    case.advice = None
    stop_planned(
        session, case, Text("The case is closed."), at=at, keep=(Step.CONFIRMATION, *OFFERING)
    )
    end_calls(case, at, None)


def undo(case: Case) -> None:
    """The case is open again; what became of the review meanwhile stays said."""
    case.closed_at = None
    if case.close_reason not in ABOUT_REVIEW:
        case.close_reason = None
