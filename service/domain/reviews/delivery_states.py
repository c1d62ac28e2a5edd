"""The life of a delivery: from what came in, signed, to what came of it."""

from __future__ import annotations

from enum import StrEnum

from integrations.sentence import N_, Text
from service.domain.state_table import StateTable


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    READ = "read"
    UNINTERESTING = "uninteresting"
    """It was read and says nothing that matters here."""
    NEEDS_ATTENTION = "needs_attention"
    """It could not be read: a person looks."""
    SET_ASIDE = "set_aside"
    """A person has looked: nothing has to come of it."""


class DeliveryMove(StrEnum):
    """What may happen to a delivery."""

    READ = "read"
    IGNORE = "ignore"
    FAIL = "fail"
    READ_AGAIN = "read_again"
    SET_ASIDE = "set_aside"


_S = DeliveryState
DELIVERIES = StateTable(
    N_("This delivery needs nothing from you now: it is “%(state)s”."),
    _S.WAITING,
    {
        DeliveryMove.READ: (frozenset({_S.WAITING}), _S.READ),
        DeliveryMove.IGNORE: (frozenset({_S.WAITING}), _S.UNINTERESTING),
        DeliveryMove.FAIL: (frozenset({_S.WAITING}), _S.NEEDS_ATTENTION),
        DeliveryMove.READ_AGAIN: (frozenset({_S.NEEDS_ATTENTION, _S.SET_ASIDE}), _S.WAITING),
        DeliveryMove.SET_ASIDE: (frozenset({_S.NEEDS_ATTENTION}), _S.SET_ASIDE),
    },
    {
        _S.WAITING: Text("waiting"),
        _S.READ: Text("read"),
        _S.UNINTERESTING: Text("of no interest"),
        _S.NEEDS_ATTENTION: Text("could not be read"),
        _S.SET_ASIDE: Text("set aside"),
    },
)
