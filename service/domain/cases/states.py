"""The states of a case and the moves between them, as one table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from integrations.sentence import N_, Text
from service.domain.state_table import StateTable


class CaseState(StrEnum):
    """Where a case stands."""

    OPENED = "opened"
    """The order is being looked for."""
    AWAITING_ORDER = "awaiting_order"
    """Several orders fit, or none: the seller says which."""
    AWAITING_APPROVAL = "awaiting_approval"
    """A remedy is proposed, or none fits and the seller must choose one."""
    APPROVED = "approved"
    """Decided; being carried out."""
    MADE_GOOD = "made_good"
    """Carried out; something is left for the seller to do by hand."""
    FOLLOWING_UP = "following_up"
    """Carried out; messages are planned or an answer is awaited."""
    DECLINED = "declined"
    """Decided against a make-good; waits only for the rating to change."""
    NEEDS_ATTENTION = "needs_attention"
    """Only a person can go on; the case says what to do."""
    CLOSED = "closed"


CASE_STATES: Mapping[CaseState, Text] = {
    CaseState.OPENED: Text("looking for the order"),
    CaseState.AWAITING_ORDER: Text("which order?"),
    CaseState.AWAITING_APPROVAL: Text("waits for a decision"),
    CaseState.APPROVED: Text("approved"),
    CaseState.MADE_GOOD: Text("something left to do"),
    CaseState.FOLLOWING_UP: Text("following up"),
    CaseState.DECLINED: Text("declined"),
    CaseState.NEEDS_ATTENTION: Text("needs attention"),
    CaseState.CLOSED: Text("closed"),
}


class CloseReason(StrEnum):
    """Why a case was closed."""

    RECOVERED = "recovered"
    WITHDRAWN = "withdrawn"
    FINISHED = "finished"
    DECLINED = "declined"
    BY_SELLER = "by_seller"


CLOSE_REASONS: Mapping[CloseReason, Text] = {
    CloseReason.RECOVERED: Text("rating raised"),
    CloseReason.WITHDRAWN: Text("review withdrawn"),
    CloseReason.FINISHED: Text("rating stayed"),
    CloseReason.DECLINED: Text("declined"),
    CloseReason.BY_SELLER: Text("closed by the seller"),
}


class Move(StrEnum):
    """What may happen to a case."""

    ASK_ORDER = "ask_order"
    PROPOSE = "propose"
    APPROVE = "approve"
    DECLINE = "decline"
    MADE = "made"
    MADE_WITH_TASK = "made_with_task"
    FAIL = "fail"
    TRY_AGAIN = "try_again"
    TASK_DONE = "task_done"
    REOPEN = "reopen"
    COME_BACK = "come_back"
    """The buyer of a closed case says that the problem is not solved."""
    CLOSE = "close"


_S = CaseState
_OPEN = frozenset(_S) - {_S.CLOSED}

_MOVES: Mapping[Move, tuple[frozenset[CaseState], CaseState]] = {
    Move.ASK_ORDER: (frozenset({_S.OPENED, _S.AWAITING_ORDER}), _S.AWAITING_ORDER),
    Move.PROPOSE: (
        frozenset({_S.OPENED, _S.AWAITING_ORDER, _S.AWAITING_APPROVAL}),
        _S.AWAITING_APPROVAL,
    ),
    Move.APPROVE: (frozenset({_S.AWAITING_APPROVAL}), _S.APPROVED),
    Move.DECLINE: (
        frozenset({_S.AWAITING_APPROVAL, _S.AWAITING_ORDER, _S.OPENED, _S.NEEDS_ATTENTION}),
        _S.DECLINED,
    ),
    Move.MADE: (frozenset({_S.APPROVED, _S.NEEDS_ATTENTION}), _S.FOLLOWING_UP),
    Move.MADE_WITH_TASK: (frozenset({_S.APPROVED, _S.NEEDS_ATTENTION}), _S.MADE_GOOD),
    Move.FAIL: (_OPEN, _S.NEEDS_ATTENTION),
    Move.TRY_AGAIN: (frozenset({_S.NEEDS_ATTENTION}), _S.APPROVED),
    Move.TASK_DONE: (frozenset({_S.MADE_GOOD}), _S.FOLLOWING_UP),
    Move.REOPEN: (
        frozenset({_S.FOLLOWING_UP, _S.MADE_GOOD, _S.DECLINED, _S.NEEDS_ATTENTION}),
        _S.AWAITING_APPROVAL,
    ),
    Move.COME_BACK: (frozenset({_S.CLOSED}), _S.AWAITING_APPROVAL),
    Move.CLOSE: (_OPEN, _S.CLOSED),
}
CASES = StateTable(
    N_("This is not possible any more: the case is now “%(state)s”."),
    _S.OPENED,
    _MOVES,
    CASE_STATES,
)
