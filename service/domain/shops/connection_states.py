"""The life of a connection: whether anything gets through to its platform."""

from __future__ import annotations

from enum import StrEnum

from integrations.sentence import N_, Text
from service.domain.state_table import StateTable


class ConnectionState(StrEnum):
    """Where a connection stands."""

    WORKING = "working"
    FAULTY = "faulty"
    """Its check has found something that does not work. All is tried as ever."""
    AWAY = "away"
    """Its check has found that nothing gets through while work waits: the next success is the
    return."""
    PAUSED = "paused"
    """The platform refuses us: nothing goes out until a person has mended that, or a check finds
    that it has mended itself."""
    DISCONNECTED = "disconnected"
    """It plays no role any more."""


class ConnectionMove(StrEnum):
    """What may happen to a connection."""

    FIND_FAULT = "find_fault"
    LOSE = "lose"
    PAUSE = "pause"
    RECOVER = "recover"
    DISCONNECT = "disconnect"
    CONNECT = "connect"


_S = ConnectionState
_CONNECTED = frozenset({_S.WORKING, _S.FAULTY, _S.AWAY, _S.PAUSED})
CONNECTIONS = StateTable(
    N_("This is not possible: the connection is now “%(state)s”."),
    _S.WORKING,
    {
        ConnectionMove.FIND_FAULT: (frozenset({_S.WORKING, _S.FAULTY}), _S.FAULTY),
        ConnectionMove.LOSE: (frozenset({_S.WORKING, _S.FAULTY, _S.AWAY}), _S.AWAY),
        ConnectionMove.PAUSE: (_CONNECTED, _S.PAUSED),
        ConnectionMove.RECOVER: (_CONNECTED, _S.WORKING),
        ConnectionMove.DISCONNECT: (frozenset(_S), _S.DISCONNECTED),
        ConnectionMove.CONNECT: (frozenset(_S), _S.WORKING),
    },
    {
        _S.WORKING: Text("working"),
        _S.FAULTY: Text("faulty"),
        _S.AWAY: Text("away"),
        _S.PAUSED: Text("paused"),
        _S.DISCONNECTED: Text("disconnected"),
    },
)
