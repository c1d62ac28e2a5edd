"""Which rules about asking an owner should look up before relying on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from integrations.sentence import Text
from service.domain.messages.policy_data import Confidence, Entry


def stale(entries: Iterable[Entry], today: date, days: int = 180) -> list[Entry]:
    """Entries that were last checked more than so many days ago."""
    return [entry for entry in entries if (today - entry.checked_on).days > days]


def doubt_of(entry: Entry, today: date) -> Text | None:
    """Why an owner should look an entry up before relying on it; None: nothing speaks against it."""
    if stale([entry], today):
        days = (today - entry.checked_on).days
        return Text("Looked up %(days)s days ago: rules may have changed since.", days=days)
    return _LOW_CONFIDENCE.get(entry.confidence)


_LOW_CONFIDENCE: Mapping[Confidence, Text] = {
    Confidence.C: Text("Known from a single second-hand source."),
    Confidence.U: Text("Not confirmed by any source: the careful answer is used."),
}
