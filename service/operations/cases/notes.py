"""What staff write about a case for each other: notes, and what its owner is asked to decide. Buyers
never see it; it goes with the buyer's data."""

from __future__ import annotations

from collections.abc import Callable

from integrations.sentence import Words
from service.db.cases import case_queries
from service.db.models import Case
from service.db.transaction import Transaction
from service.domain.cases.states import CaseState
from service.domain.errors import WrongInput, WrongState
from service.domain.staff.authority import Actor, Permission
from service.operations.cases import history
from service.operations.context import Context
from service.operations.staff.permits import permit

LONGEST = 2000
NOTED, ASKED, ANSWERED = "noted", "owner_asked", "owner_answered"
WRITTEN = frozenset({NOTED, ASKED, ANSWERED})
"""Lines of history that hold staff's own words."""


def add(context: Context, case_id: int, actor: Actor, text: str) -> None:
    """Keep a note; raises `NotPermitted`, `NotFound`, `WrongInput`, `WrongState`."""
    _write(context, case_id, actor, NOTED, text)


def ask_owner(context: Context, case_id: int, actor: Actor, reason: str) -> None:
    """Ask the owner to decide: a task till it is decided or answered. Raises as `add`."""

    def ask(case: Case) -> None:
        if case.state is not CaseState.AWAITING_APPROVAL:
            raise WrongState("There is nothing to decide now. Look at the case again.")
        case.asked_owner = Words(reason.strip())

    _write(context, case_id, actor, ASKED, reason, change=ask)


def answer(context: Context, case_id: int, actor: Actor, text: str) -> None:
    """The owner answers and leaves the decision to whoever asked. Raises as `add`."""

    def settle(case: Case) -> None:
        if case.asked_owner is None:
            raise WrongState("Nothing is asked of the owner now.")
        case.asked_owner = None

    _write(context, case_id, actor, ANSWERED, text, change=settle, permission=Permission.MANAGE)


def forget(case: Case) -> None:
    """Remove what staff wrote, with the buyer's data."""
    case.asked_owner = None
    for line in case.history:
        if line.what in WRITTEN:
            line.detail = None


def _write(
    context: Context,
    case_id: int,
    actor: Actor,
    what: str,
    text: str,
    *,
    change: Callable[[Case], None] | None = None,
    permission: Permission = Permission.DECIDE,
) -> None:
    with context.database.transaction() as session:
        case = _case(session, case_id, actor, permission)
        words = text.strip()
        if not words:
            raise WrongInput("Write something first.")
        if len(words) > LONGEST:
            raise WrongInput("Write at most %(most)s letters.", most=LONGEST)
        if change is not None:
            change(case)
        history.note(session, case, what, at=context.clock.now(), actor=actor, detail=Words(words))


def _case(session: Transaction, case_id: int, actor: Actor, permission: Permission) -> Case:
    case = case_queries.locked_case(session, case_id)
    permit(session, actor, permission, case.shop_id)
    if case.erased_at is not None:
        raise WrongState("The buyer's data was removed: nothing is written here any more.")
    return case
