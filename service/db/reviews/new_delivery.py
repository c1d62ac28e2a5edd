"""A delivery that is yet to be stored, and what stores it: one `Store` for each database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """What is to be stored; `headers` is a JSON object."""

    connection_id: int
    lane_id: int
    key: str
    headers: str
    body: bytes
    received_at: datetime


Gather = Callable[[], Sequence[NewDelivery]]


class Store(Protocol):
    """One connection to the database, used by one writer."""

    def insert(self, gather: Gather) -> list[bool]:
        """Commit what `gather` gives, together; tells of each whether it is new."""

    def takes_apart(self, error: Exception) -> bool:
        """Whether one delivery of several can be at fault, and not the database."""

    def close(self) -> None: ...
