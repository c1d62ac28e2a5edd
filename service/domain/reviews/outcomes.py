"""What came of something a platform told us, as a delivery keeps it and people read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import reduce

from integrations.sentence import Text


class EventOutcome(StrEnum):
    """The outcome of one event. NOTHING: it told nothing new."""

    NOTHING = "nothing"
    STALE = "stale"
    LOOKING = "looking"
    SEEN = "seen"
    CASE_OPENED = "case opened"
    CHANGED = "changed"
    RECOVERED = "recovered"
    WITHDRAWN = "withdrawn"
    MESSAGE = "message"


OUTCOMES: Mapping[EventOutcome, Text] = {
    EventOutcome.STALE: Text("older than what was known"),
    EventOutcome.LOOKING: Text("the platform is asked for more"),
    EventOutcome.SEEN: Text("kept; no case"),
    EventOutcome.CASE_OPENED: Text("a case opened"),
    EventOutcome.CHANGED: Text("the review of a case changed"),
    EventOutcome.RECOVERED: Text("the rating is no longer low"),
    EventOutcome.WITHDRAWN: Text("the review was withdrawn"),
    EventOutcome.MESSAGE: Text("about a message"),
}


def note_of(outcomes: Iterable[EventOutcome]) -> Text | None:
    """What came of all events of a delivery; None for nothing."""
    notes = [OUTCOMES[outcome] for outcome in outcomes if outcome in OUTCOMES]
    return reduce(_and, notes) if notes else None


def _and(some: Text, other: Text) -> Text:
    return Text("%(some)s, %(other)s", some=some, other=other)
