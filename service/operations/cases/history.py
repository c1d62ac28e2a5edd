"""Writes history: what happened to a case, who did it, old and new. Nothing is ever changed here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert

from integrations.sentence import Said
from service.db.models import Case, History
from service.db.transaction import Transaction
from service.domain.cases.states import CASES, CaseState, Move
from service.domain.staff.authority import CLOCK, Actor
from service.operations.endpoints import events
from service.operations.tasks import tasks

_ADD = insert(History.__table__)


def note(
    session: Transaction,
    case: Case,
    what: str,
    *,
    at: datetime,
    actor: Actor = CLOCK,
    old: str = "",
    new: str = "",
    detail: Said | None = None,
) -> None:
    """Add one line; `what` is a stable word the pages translate. Tasks and events follow from it."""
    line = {
        "at": at,
        "actor": str(actor),
        "what": what,
        "old": old,
        "new": new,
        "detail": detail,
    }
    session.later(_write).append((case, line))
    tasks.case_changed(session, case, at, actor)
    events.case_happened(session, case, what, new, at)


def _write(session: Transaction, lines: list[tuple[Case, dict[str, Any]]]) -> None:
    """All lines of a transaction at its end, in one statement: cases may be new in it."""
    rows = [{"case_id": case.id, **line} for case, line in lines]
    session.connection().execute(_ADD, rows)


def move(
    session: Transaction,
    case: Case,
    how: Move,
    *,
    at: datetime,
    actor: Actor = CLOCK,
    detail: Said | None = None,
) -> None:
    """Move a case to its next state and note it; raises `WrongState` where that is not allowed."""
    old, new = change_state(case, how)
    note(session, case, how.value, at=at, actor=actor, old=old, new=new, detail=detail)


def change_state(case: Case, how: Move) -> tuple[CaseState, CaseState]:
    """Move a case whose line of history somebody else writes; gives the states before and after.
    Raises `WrongState`."""
    old = CaseState(case.state)
    case.state = CASES.after(old, how)
    return old, case.state
