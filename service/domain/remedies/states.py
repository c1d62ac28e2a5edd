"""The life of a make-good, of its attempts, and what may be decided: each a table or a list of words.

A call that is under way is no state of its own: the attempt that is written before it says so, and is
all that a process that died leaves behind.
"""

from __future__ import annotations

from enum import StrEnum

from integrations.sentence import N_, Text
from service.domain.cases.states import Move
from service.domain.state_table import StateTable


class MakeGoodState(StrEnum):
    """Where a make-good stands."""

    HELD = "held"
    """Decided by a person a moment ago, who may undo it still: nothing of it has begun."""
    OFFERED = "offered"
    """The buyer chooses what it is (service.domain.remedies.offers); till then it stands for the
    dearest of what may be chosen."""
    APPROVED = "approved"
    """Decided. Waits for its turn, is being asked of the platform, or looked up there."""
    IN_PROGRESS = "in_progress"
    """The platform has taken it up and works on it; looked up again."""
    WAITING_FOR_BUYER = "waiting_for_buyer"
    """The buyer has to do something at the platform, by a last day; looked up again."""
    BY_HAND = "by_hand"
    """A person carries it out, because the platform has no such call."""
    UNKNOWN = "unknown"
    """Nobody knows whether it was carried out: money may have moved. A person finds out."""
    REFUSED = "refused"
    """The platform surely did not carry it out and will not: another one may take its place."""
    TO_FINISH = "to_finish"
    """Carried out by the platform; a person finishes it by hand."""
    DONE = "done"
    CANCELLED = "cancelled"
    """Surely not carried out, and taken back."""


class MakeGoodMove(StrEnum):
    """What may happen to a make-good; the words stand in the history of its case."""

    HOLD_ENDED = "hold_ended"
    CHOICE_BEGUN = "choice_begun"
    UNDO = "undone"
    PICK = "picked"
    TAKEN_UP = "taken_up"
    ASK_BUYER = "ask_buyer"
    BY_HAND = "by_hand"
    LOSE_SIGHT = "outcome_unknown"
    REFUSE = "refused"
    MADE = "made"
    MADE_IN_PART = "made_with_task"
    FINISH = "task_done"
    TRY_AGAIN = "try_again"
    CANCEL = "cancelled"


_S, _M = MakeGoodState, MakeGoodMove

UNDER_WAY = frozenset({_S.APPROVED, _S.IN_PROGRESS, _S.WAITING_FOR_BUYER})
"""Makegood and the platform are at it; nobody has to do anything."""
UNSETTLED = UNDER_WAY | {_S.HELD, _S.OFFERED, _S.BY_HAND, _S.UNKNOWN}
"""It may yet be carried out: its case is neither closed nor declined before."""
ENDED = frozenset({_S.DONE, _S.CANCELLED})
CARRIED_OUT = frozenset({_S.DONE, _S.TO_FINISH})
"""The buyer has got it, or the platform's part of it."""
FOR_PERSON = frozenset({_S.BY_HAND, _S.UNKNOWN, _S.REFUSED, _S.TO_FINISH})
"""Something is asked of a person."""
_NOT_YET = frozenset(_S) - CARRIED_OUT - {_S.HELD, _S.OFFERED}
"""That it was carried out is recorded from each of them: it is true whatever was thought before."""

MAKE_GOODS = StateTable(
    N_("This is not possible any more: the make-good is now “%(state)s”."),
    _S.APPROVED,
    {
        _M.HOLD_ENDED: (frozenset({_S.HELD}), _S.APPROVED),
        _M.CHOICE_BEGUN: (frozenset({_S.HELD}), _S.OFFERED),
        _M.UNDO: (frozenset({_S.HELD}), _S.CANCELLED),
        _M.PICK: (frozenset({_S.OFFERED}), _S.APPROVED),
        _M.TAKEN_UP: (UNDER_WAY | {_S.UNKNOWN}, _S.IN_PROGRESS),
        _M.ASK_BUYER: (UNDER_WAY | {_S.UNKNOWN}, _S.WAITING_FOR_BUYER),
        _M.BY_HAND: (UNDER_WAY, _S.BY_HAND),
        # Held and offered ones too, after a backup was restored: they may have begun since.
        _M.LOSE_SIGHT: (UNDER_WAY | {_S.HELD, _S.OFFERED}, _S.UNKNOWN),
        _M.REFUSE: (UNDER_WAY | {_S.HELD, _S.UNKNOWN}, _S.REFUSED),
        _M.MADE: (_NOT_YET, _S.DONE),
        _M.MADE_IN_PART: (_NOT_YET, _S.TO_FINISH),
        _M.FINISH: (frozenset({_S.TO_FINISH}), _S.DONE),
        _M.TRY_AGAIN: (frozenset({_S.UNKNOWN, _S.REFUSED}), _S.APPROVED),
        _M.CANCEL: (
            frozenset({_S.OFFERED, _S.BY_HAND, _S.UNKNOWN, _S.REFUSED}),
            _S.CANCELLED,
        ),
    },
    {
        _S.HELD: Text("can still be undone"),
        _S.OFFERED: Text("the buyer chooses"),
        _S.APPROVED: Text("being carried out"),
        _S.IN_PROGRESS: Text("the platform is at it"),
        _S.WAITING_FOR_BUYER: Text("waits for the buyer"),
        _S.BY_HAND: Text("to be carried out by hand"),
        _S.UNKNOWN: Text("outcome unknown"),
        _S.REFUSED: Text("refused"),
        _S.TO_FINISH: Text("to be finished by hand"),
        _S.DONE: Text("done"),
        _S.CANCELLED: Text("taken back"),
    },
)

MOVES_OF_CASE: dict[MakeGoodMove, Move] = {
    _M.UNDO: Move.DECIDE_AGAIN,
    _M.PICK: Move.PICK,
    _M.REFUSE: Move.DECIDE_AGAIN,
    _M.CANCEL: Move.DECIDE_AGAIN,
    _M.TRY_AGAIN: Move.TRY_AGAIN,
    _M.MADE: Move.MADE,
    _M.FINISH: Move.MADE,
}
"""How its case moves along, where it may."""


class AttemptOutcome(StrEnum):
    """What is known of a try."""

    OPEN = "open"
    """Written down before the call; nothing is known (yet)."""
    DONE = "done"
    FOUND = "found"
    """It turned out to be done: the platform, or a person, says so."""
    NOT_DONE = "not_done"
    UNKNOWN = "unknown"
    SEEN = "seen"
    """The platform has noted it, but it is not settled there."""
    TAKEN_UP = "taken_up"
    """A step went well; the platform goes on by itself, or waits for the buyer."""
    REFUSED = "refused"


MAYBE_DONE = frozenset({AttemptOutcome.OPEN, AttemptOutcome.UNKNOWN, AttemptOutcome.SEEN})
"""Outcomes after which the make-good may have been carried out."""


class DecisionKind(StrEnum):
    """What was decided of a case."""

    APPROVE = "approve"
    DECLINE = "decline"
