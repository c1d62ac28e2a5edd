"""How outward work is cut: begin in a transaction, call outside of any, settle in a transaction.

Begin writes down what is about to be done; settle what came of it. Both only write through the
session they are handed, so that many rows may share one commit, and either may be done over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from integrations.errors import Temporary
from service.db.outbox.claims import Claim


class Stopping(Temporary):
    """The worker was told to stop before this call was made."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call gave or raised, and whether the row is still ours."""

    now: datetime
    ours: bool = True
    value: Any = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call out, and what is done with its outcome.

    `began` is the process's own time (integrations.http) from which the seconds for the call count.
    `is_fact`: the outcome is true whoever holds the row, so it is settled even when that is lost.
    """

    held: Claim
    began: float
    run: Callable[[], Any]
    settle: Callable[[Session, Outcome], Next]
    is_fact: bool = False
    case: str = ""
    """The case's reference, for the logs."""


Next = Call | Exception | None
"""Another call; an error for the outbox to deal with; or nothing, because the row is settled."""
