"""What is read in a buyer's words: whether a person has to see them first, and what they complain of.

It takes long where a text is long, so it is done before the transaction that is then told of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from integrations.contract import InboundEvent, ReviewEvent
from service.db.transaction import Transaction
from service.domain.cases.severity import is_grave
from service.domain.complaints.causes import Cause, read_cause
from service.domain.reviews.versions import is_low


@dataclass(frozen=True, slots=True)
class Reading:
    """A low review, read."""

    is_grave: bool
    cause: Cause


Readings = Mapping[tuple[str, str], Reading]
"""What was read, by text and name of the product."""


def read_complaints(events: Iterable[InboundEvent], threshold: int) -> Readings:
    """Read the reviews that may open a case or stand in one: those not rated well."""
    return {
        (event.text, event.product_name): _read(event.text, event.product_name)
        for event in events
        if isinstance(event, ReviewEvent)
        and event.text
        and (event.rating is None or is_low(event.rating, threshold))
    }


def _read(text: str, product_name: str) -> Reading:
    return Reading(is_grave(text), read_cause(text, product_name))


class _Remembered:
    """What was read before a transaction."""

    def __init__(self) -> None:
        self.readings: dict[tuple[str, str], Reading] = {}


def remember(session: Transaction, readings: Readings) -> None:
    """Tell a transaction what was read before it."""
    session.part(_Remembered).readings.update(readings)


def reading_of(session: Transaction, text: str, product_name: str) -> Reading:
    """What was read in a review, else what is read in it now."""
    readings = session.part(_Remembered).readings
    return readings.get((text, product_name)) or _read(text, product_name)
