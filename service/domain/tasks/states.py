"""The life of a task: open until a person did it, or until nothing is left to do."""

from __future__ import annotations

from enum import StrEnum

from integrations.sentence import N_, Text
from service.domain.state_table import StateTable


class TaskState(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    DONE = "done"
    """A person did it."""
    DROPPED = "dropped"
    """It solved itself, or what it was about has ended."""


class TaskMove(StrEnum):
    """What may happen to a task."""

    FINISH = "finish"
    DROP = "drop"
    REOPEN = "reopen"
    """What ended it was undone."""


_S = TaskState
TASKS = StateTable(
    N_("This is not possible any more: the task is now “%(state)s”."),
    _S.OPEN,
    {
        TaskMove.FINISH: (frozenset({_S.OPEN}), _S.DONE),
        TaskMove.DROP: (frozenset({_S.OPEN}), _S.DROPPED),
        TaskMove.REOPEN: (frozenset({_S.DONE}), _S.OPEN),
    },
    {
        _S.OPEN: Text("open"),
        _S.DONE: Text("done by a person"),
        _S.DROPPED: Text("no longer needed"),
    },
)
