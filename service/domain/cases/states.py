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
    OFFERED = "offered"
    """Decided; the buyer chooses among the remedies."""
    APPROVED = "approved"
    """Decided; being carried out, by the platform, by a person, or by both."""
    FOLLOWING_UP = "following_up"
    """Carried out; messages are planned or an answer is awaited."""
    DECLINED = "declined"
    """Decided against a make-good; waits only for the rating to change."""
    CLOSED = "closed"


FORMER_STATES = frozenset({"made_good", "needs_attention"})
"""States that cases had before make-goods had states of their own; they stand in history."""

CASE_STATES: Mapping[CaseState, Text] = {
    CaseState.OPENED: Text("looking for the order"),
    CaseState.AWAITING_ORDER: Text("which order?"),
    CaseState.AWAITING_APPROVAL: Text("waits for a decision"),
    CaseState.OFFERED: Text("the buyer chooses"),
    CaseState.APPROVED: Text("being carried out"),
    CaseState.FOLLOWING_UP: Text("following up"),
    CaseState.DECLINED: Text("declined"),
    CaseState.CLOSED: Text("closed"),
}


class CloseReason(StrEnum):
    """Why a case was closed."""

    RECOVERED = "recovered"
    WITHDRAWN = "withdrawn"
    FINISHED = "finished"
    DECLINED = "declined"
    BY_SELLER = "by_seller"


ABOUT_REVIEW = frozenset({CloseReason.RECOVERED, CloseReason.WITHDRAWN})
"""What became of the review; stays true of a case that is opened again."""
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
    OFFER = "offer"
    PICK = "pick"
    DECLINE = "decline"
    MADE = "made"
    DECIDE_AGAIN = "decide_again"
    """What was decided is surely not carried out: refused, or taken back."""
    TRY_AGAIN = "try_again"
    """What was refused is tried once more after all."""
    REOPEN = "reopen"
    """The buyer says that the problem is not solved, or writes another low review."""
    COME_BACK = "come_back"
    """The buyer of a closed case says that the problem is not solved."""
    OPEN_AGAIN = "open_again"
    """A person opens a closed case again."""
    ASK_ORDER_AGAIN = "ask_order_again"
    """The same, of a case whose order is not known."""
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
    Move.OFFER: (frozenset({_S.AWAITING_APPROVAL}), _S.OFFERED),
    Move.PICK: (frozenset({_S.OFFERED}), _S.APPROVED),
    Move.DECLINE: (
        frozenset({_S.AWAITING_APPROVAL, _S.AWAITING_ORDER, _S.OPENED}),
        _S.DECLINED,
    ),
    # Also while another decision is awaited: what was thought refused turns out to be done.
    Move.MADE: (frozenset({_S.APPROVED, _S.AWAITING_APPROVAL}), _S.FOLLOWING_UP),
    Move.DECIDE_AGAIN: (frozenset({_S.OFFERED, _S.APPROVED}), _S.AWAITING_APPROVAL),
    Move.TRY_AGAIN: (frozenset({_S.AWAITING_APPROVAL}), _S.APPROVED),
    Move.REOPEN: (frozenset({_S.FOLLOWING_UP, _S.DECLINED}), _S.AWAITING_APPROVAL),
    Move.COME_BACK: (frozenset({_S.CLOSED}), _S.AWAITING_APPROVAL),
    Move.OPEN_AGAIN: (frozenset({_S.CLOSED}), _S.AWAITING_APPROVAL),
    Move.ASK_ORDER_AGAIN: (frozenset({_S.CLOSED}), _S.AWAITING_ORDER),
    Move.CLOSE: (_OPEN, _S.CLOSED),
}
CASES = StateTable(
    N_("This is not possible any more: the case is now “%(state)s”."),
    _S.OPENED,
    _MOVES,
    CASE_STATES,
)
