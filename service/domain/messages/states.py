"""The life of a message: written, planned, handed over, and what came of it."""

from __future__ import annotations

from enum import StrEnum

from integrations.sentence import N_, Text
from service.domain.state_table import StateTable


class Author(StrEnum):
    """Whose words a message is. A buyer's came in, all others go out."""

    RULE = "rule"
    """Makegood's own, by the shop's texts."""
    SELLER = "seller"
    BUYER = "buyer"
    PLATFORM = "platform"


class MessageState(StrEnum):
    """Where a message stands."""

    DRAFT = "draft"
    """A person reads it first: it goes out when they release it."""
    PLANNED = "planned"
    SENDING = "sending"
    """Written down and handed over; what came of it is not known yet."""
    SENT = "sent"
    STOPPED = "stopped"
    """It will not go out."""
    REFUSED = "refused"
    """It surely did not go out, and does not by itself: a person looks after it."""
    UNKNOWN = "unknown"
    """Nobody knows whether it went out: a person looks, nothing is sent again by itself."""
    RECEIVED = "received"


STUCK = frozenset({MessageState.REFUSED, MessageState.UNKNOWN})
"""Waits for a person, whatever the case's state."""
UNDER_WAY = STUCK | {MessageState.PLANNED, MessageState.SENDING, MessageState.DRAFT}
"""May yet reach the buyer."""
CHANGEABLE = frozenset({MessageState.DRAFT, MessageState.PLANNED, MessageState.REFUSED})
"""A person may still change its words."""


class MessageMove(StrEnum):
    """What may happen to a message."""

    RELEASE = "release"
    """A person has read the draft: it goes out."""
    HOLD = "hold"
    """Its time has come, and a person has to read it first."""
    SEND_NOW = "send_now"
    """The seller wants it out: for the first time, or once more."""
    HAND_OVER = "hand_over"
    TRY_AGAIN = "try_again"
    """The channel surely did not take it, this time."""
    NEXT_CHANNEL = "next_channel"
    """The channel will not take it."""
    CONFIRM = "confirm"
    """It did go out: says the channel, or a person who looked."""
    BOUNCE = "bounce"
    """The channel had taken it and gave it back."""
    LOSE = "lose"
    """Its outcome became unknown."""
    REFUSE = "refuse"
    STOP = "stop"


_S = MessageState
MESSAGES = StateTable(
    N_("This is not possible any more: the message is now “%(state)s”."),
    _S.PLANNED,
    {
        MessageMove.HOLD: (frozenset({_S.PLANNED}), _S.DRAFT),
        MessageMove.RELEASE: (frozenset({_S.DRAFT}), _S.PLANNED),
        MessageMove.SEND_NOW: (STUCK | {_S.PLANNED}, _S.PLANNED),
        MessageMove.HAND_OVER: (frozenset({_S.PLANNED}), _S.SENDING),
        MessageMove.TRY_AGAIN: (frozenset({_S.SENDING}), _S.PLANNED),
        # Refused, because it came back: the next one takes it.
        MessageMove.NEXT_CHANNEL: (frozenset({_S.SENDING, _S.REFUSED}), _S.PLANNED),
        # A worker that was overtaken may bring the news last.
        MessageMove.CONFIRM: (STUCK | {_S.PLANNED, _S.SENDING, _S.STOPPED}, _S.SENT),
        MessageMove.LOSE: (frozenset({_S.SENDING, _S.PLANNED}), _S.UNKNOWN),
        MessageMove.BOUNCE: (frozenset({_S.SENT, _S.UNKNOWN, _S.SENDING}), _S.REFUSED),
        MessageMove.REFUSE: (frozenset({_S.DRAFT, _S.PLANNED}), _S.REFUSED),
        MessageMove.STOP: (STUCK | {_S.DRAFT, _S.PLANNED}, _S.STOPPED),
    },
    {
        _S.DRAFT: Text("draft"),
        _S.PLANNED: Text("planned"),
        _S.SENDING: Text("being sent"),
        _S.SENT: Text("sent"),
        _S.STOPPED: Text("not sent"),
        _S.REFUSED: Text("could not be sent"),
        _S.UNKNOWN: Text("not known whether it was sent"),
        _S.RECEIVED: Text("received"),
    },
)


class HandOverOutcome(StrEnum):
    """What is known of one hand-over. It is no life with moves of its own, as the message's is: whoever
    learns more corrects it, the channel also long afterwards, and a worker that was overtaken may
    bring its news last."""

    SENDING = "sending"
    SENT = "sent"
    NOT_SENT = "not_sent"
    """Surely not sent; the same channel may be tried again."""
    REFUSED = "refused"
    """For good, by this channel."""
    UNKNOWN = "unknown"
    BOUNCED = "bounced"
    """Taken by the channel, and given back later: this way does not reach the buyer."""


MAYBE_SENT = frozenset({HandOverOutcome.SENDING, HandOverOutcome.UNKNOWN})
