"""State tables: the states of a thing, and the moves between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from integrations.sentence import Text
from service.domain.errors import WrongState

State = TypeVar("State", bound=StrEnum)
Move = TypeVar("Move", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class StateTable(Generic[State, Move]):
    """From which states each move of a thing is allowed, and where it leads.

    `first` is the state a new thing is in. `labels` say each state to a seller, `refusal` that a
    move is not possible from `%(state)s`.
    """

    refusal: str
    first: State
    moves: Mapping[Move, tuple[frozenset[State], State]]
    labels: Mapping[State, Text]

    def after(self, state: State, move: Move) -> State:
        """The state a move leads to; raises `WrongState` where it is not allowed."""
        allowed, target = self.moves[move]
        if state not in allowed:
            raise WrongState(Text(self.refusal, state=self.labels[state]))
        return target

    def allows(self, state: State, move: Move) -> bool:
        """True when the move is possible from this state."""
        return state in self.moves[move][0]
