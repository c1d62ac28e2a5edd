"""What programs of a shop are told of its cases: the kinds of events, and the life of one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from integrations.sentence import N_, Text
from service.domain.cases.states import Move
from service.domain.remedies.states import MakeGoodMove
from service.domain.state_table import StateTable

VERSION = 1
"""The version of an event's fields; raised when one changes its meaning or goes, not when one is added."""


class EventKind(StrEnum):
    """What happened; the values are the `type` that programs read."""

    OPENED = "case.opened"
    DECIDED = "case.decided"
    MADE_GOOD = "case.made_good"
    ANSWERED = "case.answered"
    CLOSED = "case.closed"
    TEST = "endpoint.test"
    """Nothing happened: somebody pressed the button that tries an endpoint."""


TICKED: Mapping[EventKind, Text] = {
    EventKind.OPENED: Text("a case was opened"),
    EventKind.DECIDED: Text("a case was decided: approved, offered to the buyer, or declined"),
    EventKind.MADE_GOOD: Text("a make-good was carried out"),
    EventKind.ANSWERED: Text("the buyer answered whether it is solved"),
    EventKind.CLOSED: Text("a case was closed"),
}
"""Those a program may be told of."""

OF_HISTORY: Mapping[str, EventKind] = {
    "opened": EventKind.OPENED,
    Move.APPROVE: EventKind.DECIDED,
    Move.OFFER: EventKind.DECIDED,
    Move.DECLINE: EventKind.DECIDED,
    MakeGoodMove.MADE: EventKind.MADE_GOOD,
    MakeGoodMove.MADE_IN_PART: EventKind.MADE_GOOD,
    "answered": EventKind.ANSWERED,
    Move.CLOSE: EventKind.CLOSED,
}
"""Kinds of events by the word under which history keeps the change."""
DECISIONS: Mapping[str, str] = {
    Move.APPROVE: "approved",
    Move.OFFER: "offered",
    Move.DECLINE: "declined",
}


class EventState(StrEnum):
    """Where an event stands on its way to one endpoint."""

    WAITING = "waiting"
    """To be sent, or to be tried again."""
    SENT = "sent"
    """The endpoint has answered that it took it."""
    FAILED = "failed"
    """Tried for days, and given up."""
    DROPPED = "dropped"
    """The endpoint was switched off before it was sent."""


class EventMove(StrEnum):
    """What may happen to an event."""

    TAKE = "take"
    GIVE_UP = "give_up"
    DROP = "drop"
    REPLAY = "replay"


_S = EventState
EVENTS = StateTable(
    N_("This is not possible any more: the event is now “%(state)s”."),
    _S.WAITING,
    {
        EventMove.TAKE: (frozenset({_S.WAITING}), _S.SENT),
        EventMove.GIVE_UP: (frozenset({_S.WAITING}), _S.FAILED),
        EventMove.DROP: (frozenset({_S.WAITING}), _S.DROPPED),
        EventMove.REPLAY: (frozenset(_S), _S.WAITING),
    },
    {
        _S.WAITING: Text("to be sent"),
        _S.SENT: Text("sent"),
        _S.FAILED: Text("given up"),
        _S.DROPPED: Text("not sent"),
    },
)

PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 60, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
)
"""Between tries of an event; together more than three days."""
LONGEST_PAUSE = timedelta(days=1)
"""However long an endpoint asks to be left alone."""
OFF_AFTER = timedelta(days=3)
"""An endpoint that took nothing for this long is switched off."""
OVERLAP = timedelta(hours=24)
"""How long calls are signed with the secret before the newest, too."""
KEPT = timedelta(days=30)
"""How long what was sent is shown and can be sent again."""
