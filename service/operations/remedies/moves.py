"""The one place where a make-good changes its state: by the table, its case with it, in history."""

from __future__ import annotations

from datetime import datetime

from integrations.sentence import Said
from service.db.models import MakeGood
from service.db.transaction import Transaction
from service.domain.cases.states import CASES, CaseState, Move
from service.domain.remedies.states import (
    MAKE_GOODS,
    MOVES_OF_CASE,
    UNSETTLED,
    MakeGoodMove,
)
from service.domain.staff.authority import CLOCK, Actor
from service.operations.cases import history


def move(
    session: Transaction,
    make_good: MakeGood,
    how: MakeGoodMove,
    *,
    at: datetime,
    actor: Actor = CLOCK,
    detail: Said | None = None,
    note: Said | None = None,
) -> None:
    """Move a make-good, and its case (locked) along where it may; one line of history. `note` stays
    with the make-good until its next move. Raises `WrongState`."""
    case = make_good.case
    make_good.state = MAKE_GOODS.after(make_good.state, how)
    make_good.note = note
    old = new = ""
    follows = None if make_good.is_thanks else MOVES_OF_CASE.get(how)
    # While another make-good of it goes on, nothing is to be decided.
    others_go_on = follows is Move.DECIDE_AGAIN and any(
        other.state in UNSETTLED for other in case.make_goods if other is not make_good
    )
    if follows and not others_go_on and CASES.allows(CaseState(case.state), follows):
        old, new = history.change_state(case, follows)
    history.note(
        session, case, how.value, at=at, actor=actor, old=old, new=new, detail=detail or note
    )
