"""The tables of states: each is whole, and says what a case and a make-good may become."""

from __future__ import annotations

from enum import StrEnum

import pytest

from service.domain.cases.states import CASES, CaseState, Move
from service.domain.errors import WrongState
from service.domain.remedies.states import (
    CARRIED_OUT,
    ENDED,
    MAKE_GOODS,
    MOVES_OF_CASE,
    UNDER_WAY,
    MakeGoodMove,
    MakeGoodState,
)
from tests.structure.states import Table, beginnings, tables

C, M = CaseState, MakeGoodState
TABLES = tables()


def _leaving(table: Table, state: StrEnum) -> set[StrEnum]:
    return {target for sources, target in table.moves.values() if state in sources} - {state}


@pytest.mark.parametrize("name", TABLES)
def test_every_state_is_named_and_can_be_reached(name: str) -> None:
    table = TABLES[name]
    reached, onward = beginnings(table), beginnings(table)
    while onward:
        onward = {target for state in onward for target in _leaving(table, state)} - reached
        reached |= onward

    assert reached == set(type(table.first)) == set(table.labels)
    assert set(table.moves) == set(type(next(iter(table.moves))))


@pytest.mark.parametrize("name", TABLES)
def test_move_that_the_table_does_not_have_is_refused(name: str) -> None:
    table = TABLES[name]
    for move, (sources, _) in table.moves.items():
        for state in set(table.labels) - sources:
            assert not table.allows(state, move)
            with pytest.raises(WrongState) as refused:
                table.after(state, move)
            assert f"“{table.labels[state]}”" in refused.value.message


def test_every_open_case_can_be_closed_when_the_rating_changes() -> None:
    assert {state for state in C if CASES.allows(state, Move.CLOSE)} == set(C) - {C.CLOSED}


def test_case_is_made_good_only_after_a_decision() -> None:
    decided = {C.APPROVED, C.AWAITING_APPROVAL}

    assert {state for state in C if CASES.allows(state, Move.MADE)} == decided
    assert {state for state in C if CASES.allows(state, Move.APPROVE)} == {C.AWAITING_APPROVAL}


def test_that_it_was_carried_out_is_recorded_whatever_was_thought_before() -> None:
    """Of what the buyer has not chosen yet, or what can still be undone, no platform knows."""
    not_yet = set(M) - CARRIED_OUT - {M.HELD, M.OFFERED}

    for move in (MakeGoodMove.MADE, MakeGoodMove.MADE_IN_PART):
        assert {state for state in M if MAKE_GOODS.allows(state, move)} == not_yet


def test_make_good_under_way_is_neither_taken_back_nor_tried_twice() -> None:
    for move in (MakeGoodMove.CANCEL, MakeGoodMove.TRY_AGAIN):
        assert not any(MAKE_GOODS.allows(state, move) for state in UNDER_WAY | ENDED)


def test_what_was_carried_out_is_never_carried_out_again() -> None:
    reached: set[StrEnum] = set(CARRIED_OUT)
    for _ in M:
        reached |= {state for done in reached for state in _leaving(TABLES["make-good"], done)}

    assert reached == CARRIED_OUT


def test_case_goes_with_its_make_goods_where_it_may() -> None:
    for move, of_case in MOVES_OF_CASE.items():
        sources, _ = MAKE_GOODS.moves[move]
        assert sources
        assert of_case in CASES.moves
