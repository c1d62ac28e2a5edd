"""The life of a call by telephone: asked for, tried again, and what came of it."""

from __future__ import annotations

from enum import StrEnum

from integrations.sentence import N_, Text
from service.domain.state_table import StateTable


class CallState(StrEnum):
    """Where a call stands."""

    OPEN = "open"
    """A person is to call, at once or at the time they agreed on."""
    REACHED = "reached"
    NOT_REACHED = "not_reached"
    WRONG_NUMBER = "wrong_number"
    """This number does not reach the buyer."""
    DROPPED = "dropped"
    """Nobody is to call any more."""


class CallMove(StrEnum):
    """What may happen to a call."""

    REACH = "reach"
    CALL_AGAIN = "call_again"
    """There is an appointment for another try."""
    GIVE_UP = "give_up"
    MISDIAL = "misdial"
    DROP = "drop"


_S = CallState
_OPEN = frozenset({_S.OPEN})
CALLS = StateTable(
    N_("This is not possible any more: the call is now “%(state)s”."),
    _S.OPEN,
    {
        CallMove.REACH: (_OPEN, _S.REACHED),
        CallMove.CALL_AGAIN: (_OPEN, _S.OPEN),
        CallMove.GIVE_UP: (_OPEN, _S.NOT_REACHED),
        CallMove.MISDIAL: (_OPEN, _S.WRONG_NUMBER),
        CallMove.DROP: (_OPEN, _S.DROPPED),
    },
    {
        _S.OPEN: Text("to be called"),
        _S.REACHED: Text("reached"),
        _S.NOT_REACHED: Text("not reached"),
        _S.WRONG_NUMBER: Text("wrong number"),
        _S.DROPPED: Text("no longer needed"),
    },
)

GUIDE = (
    Text("Say who you are and for which shop, and ask whether it is a good moment."),
    Text("Listen, and let the buyer finish. Do not interrupt, explain or defend."),
    Text("Repeat in your own words what went wrong, until the buyer says that this is it."),
    Text("Say that you are sorry for what the buyer had to go through."),
    Text("Promise only what stands below, and say by when. Do not speak of the review."),
    Text("Ask at the end whether anything is left, and write it down here at once."),
)
"""How to lead the call."""
