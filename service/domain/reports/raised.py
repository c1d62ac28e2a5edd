"""The share of raised ratings, in words: which ratings it is a share of."""

from __future__ import annotations

from integrations.sentence import Text
from service.domain.reports.sums import Sums

RAISED = Text("Rating raised, where it could still be changed")


def could_be_changed(sums: Sums) -> Text:
    """How many of all ratings are counted as ones that could be raised."""
    return Text(
        "Low ratings that could still be changed when they came in: %(editable)s of %(number)s.",
        editable=sums.editable,
        number=sums.number,
    )


def on_assumption(sums: Sums) -> Text:
    """How many of them only because no rule says otherwise."""
    return Text(
        "Of these without a known rule of the platform, so only assumed: %(assumed)s.",
        assumed=sums.assumed,
    )
