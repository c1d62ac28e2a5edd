"""The policy's verdict on a message, and the rules it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from integrations.sentence import Text, Words, to_data
from service.domain.messages.policy_data import Duty, Layer, Release


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer and which layer gave it; with what it rests on, to be shown and recorded.

    `min_wait_days` counts from the make-good; `duties` are what the message has to carry.
    """

    allowed: bool
    layer: Layer
    reason: Text
    source: str
    checked_on: date | None
    min_wait_days: int = 0
    duties: frozenset[Duty] = frozenset()
    release: Release = Release.TIMER

    @property
    def refusal(self) -> Text:
        """Why not, and where that was read on which day, for whoever wants to check it."""
        if not self.source or self.checked_on is None:
            return self.reason
        return Text(
            "%(why)s Source: %(source)s, looked up %(day)s.",
            why=self.reason,
            source=Words(self.source),
            day=self.checked_on,
        )

    def to_data(self) -> dict[str, object]:
        """What is kept of it beside a message: the layer that decided, why, and on which source,
        looked at on which day (ISO 8601)."""
        return {
            "layer": str(self.layer),
            "reason": to_data(self.reason),
            "source": self.source,
            "checked_on": self.checked_on.isoformat() if self.checked_on else None,
        }
