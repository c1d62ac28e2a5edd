"""A person opens a closed case again: to decide once more, and to write to the buyer.

What was stopped when it closed stays stopped; messages of a new make-good are looked at as all are, so
that nobody is invited after a grave complaint, after the review was changed or withdrawn, or once more.
"""

from __future__ import annotations

from integrations.sentence import Text, Words
from service.db.cases import case_queries
from service.db.models import Case
from service.db.transaction import Transaction
from service.domain.cases.states import CaseState, Move
from service.domain.errors import WrongInput, WrongState
from service.domain.remedies.states import UNSETTLED
from service.domain.staff.authority import Actor, Permission
from service.operations.cases import close, history
from service.operations.context import Context
from service.operations.remedies import proposals
from service.operations.staff.permits import permit


def reopen(context: Context, case_id: int, actor: Actor, reason: str) -> None:
    """Bring a closed case back to a decision, or to the choice of its order, with a reason. Raises
    `NotPermitted`, `WrongInput`, `WrongState`."""
    with context.database.transaction() as session:
        now = context.clock.now()
        case = case_queries.locked_case(session, case_id)
        permit(session, actor, Permission.DECIDE, case.shop_id)
        words = Words(reason.strip())
        if not words.words:
            raise WrongInput("Say why, for those who look at this case later.")
        _check(session, case)
        close.undo(case)
        how = Move.OPEN_AGAIN if case.order else Move.ASK_ORDER_AGAIN
        history.move(session, case, how, at=now, actor=actor, detail=words)
        if case.order:
            proposals.propose_remedies(session, case, now=now)
        case.advice = Text("Opened again: %(why)s", why=words)


def _check(session: Transaction, case: Case) -> None:
    """Raises `WrongState` for a case that cannot be opened again."""
    if case.state is not CaseState.CLOSED:
        raise WrongState("This case is open.")
    if case.erased_at is not None:
        raise WrongState("The buyer's data was removed. This case cannot be opened again.")
    if any(make_good.state in UNSETTLED for make_good in case.make_goods):
        raise WrongState("A make-good of this case is not settled yet. Settle it first.")
    other = case_queries.open_case(session, case.review_id)
    if other is not None:
        raise WrongState(
            "This review has an open case already: %(reference)s.", reference=other.reference
        )
