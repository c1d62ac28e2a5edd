"""The table of states and moves, seen from outside."""

from __future__ import annotations

import pytest

from service.domain.cases.states import CASES, CaseState, Move
from service.domain.errors import WrongState

S = CaseState
POSSIBLE: dict[tuple[CaseState, Move], CaseState] = {
    (S.OPENED, Move.ASK_ORDER): S.AWAITING_ORDER,
    (S.OPENED, Move.PROPOSE): S.AWAITING_APPROVAL,
    (S.OPENED, Move.DECLINE): S.DECLINED,
    (S.OPENED, Move.FAIL): S.NEEDS_ATTENTION,
    (S.OPENED, Move.CLOSE): S.CLOSED,
    (S.AWAITING_ORDER, Move.ASK_ORDER): S.AWAITING_ORDER,
    (S.AWAITING_ORDER, Move.PROPOSE): S.AWAITING_APPROVAL,
    (S.AWAITING_ORDER, Move.DECLINE): S.DECLINED,
    (S.AWAITING_ORDER, Move.FAIL): S.NEEDS_ATTENTION,
    (S.AWAITING_ORDER, Move.CLOSE): S.CLOSED,
    (S.AWAITING_APPROVAL, Move.PROPOSE): S.AWAITING_APPROVAL,
    (S.AWAITING_APPROVAL, Move.APPROVE): S.APPROVED,
    (S.AWAITING_APPROVAL, Move.DECLINE): S.DECLINED,
    (S.AWAITING_APPROVAL, Move.FAIL): S.NEEDS_ATTENTION,
    (S.AWAITING_APPROVAL, Move.CLOSE): S.CLOSED,
    (S.APPROVED, Move.MADE): S.FOLLOWING_UP,
    (S.APPROVED, Move.MADE_WITH_TASK): S.MADE_GOOD,
    (S.APPROVED, Move.FAIL): S.NEEDS_ATTENTION,
    (S.APPROVED, Move.CLOSE): S.CLOSED,
    (S.MADE_GOOD, Move.TASK_DONE): S.FOLLOWING_UP,
    (S.MADE_GOOD, Move.REOPEN): S.AWAITING_APPROVAL,
    (S.MADE_GOOD, Move.FAIL): S.NEEDS_ATTENTION,
    (S.MADE_GOOD, Move.CLOSE): S.CLOSED,
    (S.FOLLOWING_UP, Move.REOPEN): S.AWAITING_APPROVAL,
    (S.FOLLOWING_UP, Move.FAIL): S.NEEDS_ATTENTION,
    (S.FOLLOWING_UP, Move.CLOSE): S.CLOSED,
    (S.DECLINED, Move.REOPEN): S.AWAITING_APPROVAL,
    (S.DECLINED, Move.FAIL): S.NEEDS_ATTENTION,
    (S.DECLINED, Move.CLOSE): S.CLOSED,
    (S.NEEDS_ATTENTION, Move.TRY_AGAIN): S.APPROVED,
    (S.NEEDS_ATTENTION, Move.DECLINE): S.DECLINED,
    (S.NEEDS_ATTENTION, Move.MADE): S.FOLLOWING_UP,
    (S.NEEDS_ATTENTION, Move.MADE_WITH_TASK): S.MADE_GOOD,
    (S.NEEDS_ATTENTION, Move.REOPEN): S.AWAITING_APPROVAL,
    (S.NEEDS_ATTENTION, Move.FAIL): S.NEEDS_ATTENTION,
    (S.NEEDS_ATTENTION, Move.CLOSE): S.CLOSED,
    (S.CLOSED, Move.COME_BACK): S.AWAITING_APPROVAL,
}


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("state", CaseState)
def test_a_case_moves_only_as_the_table_says_when_a_move_is_tried(
    state: CaseState, move: Move
) -> None:
    target = POSSIBLE.get((state, move))

    assert CASES.allows(state, move) is (target is not None)
    if target is None:
        with pytest.raises(WrongState, match="not possible any more"):
            CASES.after(state, move)
    else:
        assert CASES.after(state, move) is target


def test_nothing_is_carried_out_when_no_decision_was_made() -> None:
    before = {state for state in CaseState if CASES.allows(state, Move.MADE)}

    assert before == {S.APPROVED, S.NEEDS_ATTENTION}


@pytest.mark.parametrize("state", [state for state in CaseState if state is not S.CLOSED])
def test_every_open_case_can_be_closed_when_the_rating_changes(state: CaseState) -> None:
    assert CASES.allows(state, Move.CLOSE)
