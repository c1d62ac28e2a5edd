"""A person has looked at what speaks against a case and takes it up."""

from __future__ import annotations

from service.db import queries
from service.db.models import Seller
from service.domain.cases.states import CaseState
from service.domain.errors import NotPermitted, WrongState
from service.domain.remedies.limits import SellerRole, may_decide
from service.operations.cases import doubts, history
from service.operations.context import Context
from service.operations.messages import planning


def confirm(context: Context, case_id: int, seller: Seller) -> None:
    """From now on the buyer may be answered by itself. Raises `NotPermitted`, `WrongState`."""
    if not may_decide(SellerRole(seller.role)):
        raise NotPermitted("Viewers may only look.")
    with context.database.transaction() as session:
        now = context.clock.now()
        case = queries.case(session, case_id, lock=True)
        if not case.doubt:
            raise WrongState("There is nothing to confirm now. Look at the case again.")
        doubts.clear(case)
        history.note(session, case, "confirmed", at=now, actor=f"seller:{seller.id}")
        if case.state == CaseState.AWAITING_APPROVAL and not case.grave:
            planning.plan_receipt(session, case, now=now)
        planning.wake(session, case, now=now)
