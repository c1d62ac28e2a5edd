"""Keeps the root cause of a case, as a person says it."""

from __future__ import annotations

from datetime import datetime

from service.db.cases import case_queries
from service.db.models import Case
from service.db.transaction import Transaction
from service.domain.cases.root_causes import RootCause
from service.domain.staff.authority import Actor, Permission
from service.operations.cases import history
from service.operations.context import Context
from service.operations.staff.permits import permit


def record(context: Context, case_id: int, actor: Actor, root_cause: RootCause | None) -> None:
    """Say where a complaint comes from; None takes back what was said. Raises `NotPermitted`."""
    with context.database.transaction() as session:
        case = case_queries.locked_case(session, case_id)
        permit(session, actor, Permission.DECIDE, case.shop_id)
        keep(session, case, root_cause, at=context.clock.now(), actor=actor)


def keep(
    session: Transaction, case: Case, root_cause: RootCause | None, *, at: datetime, actor: Actor
) -> None:
    """The same for a case that is locked already."""
    before, case.root_cause = case.root_cause, root_cause
    if before is root_cause:
        return
    history.note(
        session, case, "root_cause", at=at, actor=actor, old=before or "", new=root_cause or ""
    )
