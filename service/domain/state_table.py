"""The one shape of every thing that has a life: its states, and the moves between them, as a table."""

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
    """Moves of a thing called `name`: from which states each is allowed, and where it leads.

    `first` is the state a new thing is in. `labels` say each state to a seller.
    """

    name: str
    first: State
    moves: Mapping[Move, tuple[frozenset[State], State]]
    labels: Mapping[State, Text]

    def after(self, state: State, move: Move) -> State:
        """The state a move leads to; raises `WrongState` where it is not allowed."""
        allowed, target = self.moves[move]
        if state not in allowed:
            raise WrongState(
                "This is not possible any more: it is now “%(state)s”.", state=self.labels[state]
            )
        return target

    def allows(self, state: State, move: Move) -> bool:
        """True when the move is possible from this state."""
        return state in self.moves[move][0]

    def last(self) -> frozenset[State]:
        """States that nothing leads out of."""
        left = {state for allowed, _ in self.moves.values() for state in allowed}
        return frozenset(self.labels) - left
