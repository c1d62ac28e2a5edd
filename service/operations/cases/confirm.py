"""A person has looked at what speaks against a case and takes it up."""

from __future__ import annotations

from service.db.cases import case_queries
from service.domain.cases.states import CaseState
from service.domain.errors import WrongState
from service.domain.staff.authority import Actor, Permission
from service.operations.cases import doubts, history
from service.operations.context import Context
from service.operations.messages import planning
from service.operations.staff.permits import permit


def confirm(context: Context, case_id: int, actor: Actor) -> None:
    """From now on the buyer may be answered by itself. Raises `NotPermitted`, `WrongState`."""
    with context.database.transaction() as session:
        now = context.clock.now()
        case = case_queries.locked_case(session, case_id)
        permit(session, actor, Permission.DECIDE, case.shop_id)
        if not case.doubt:
            raise WrongState("There is nothing to confirm now. Look at the case again.")
        doubts.clear(case)
        history.note(session, case, "confirmed", at=now, actor=actor)
        if case.state == CaseState.AWAITING_APPROVAL and not case.grave:
            planning.plan_receipt(session, case, now=now)
        planning.wake(session, case, now=now)
