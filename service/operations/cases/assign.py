"""Says who looks after a case."""

from __future__ import annotations

from integrations.sentence import Words
from service.db.cases import case_queries
from service.db.staff import seller_queries
from service.domain.errors import WrongInput
from service.domain.staff.authority import Actor, Permission, seller_name
from service.operations.cases import history
from service.operations.context import Context
from service.operations.staff.permits import permit


def hand_over(
    context: Context, case_id: int, actor: Actor, seller_id: int | None, reason: str = ""
) -> None:
    """Give a case to a seller who may decide it, or with None to whoever comes first; an open task
    of it is then theirs. Raises `NotPermitted`, `WrongInput` for somebody who may not decide."""
    with context.database.transaction() as session:
        case = case_queries.locked_case(session, case_id)
        permit(session, actor, Permission.DECIDE, case.shop_id)
        names = {
            seller.id: seller.name for seller, _ in seller_queries.deciders(session, case.shop_id)
        }
        if seller_id is not None and seller_id not in names:
            raise WrongInput("Choose somebody who may decide in this shop.")
        if seller_id == case.assignee_id:
            return
        before, case.assignee_id = case.assignee_id, seller_id
        history.note(
            session,
            case,
            "handed_over",
            at=context.clock.now(),
            actor=actor,
            old=seller_name(before) if before else "",
            new=seller_name(seller_id) if seller_id else "",
            detail=Words(reason.strip()) if reason.strip() else None,
        )
