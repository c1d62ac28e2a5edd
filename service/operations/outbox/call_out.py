"""The calls that outbox rows make, in threads of their own while no transaction is open."""

from __future__ import annotations

import logging
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from integrations import time_limits
from integrations.errors import AdapterError
from service.operations.context import Context
from service.operations.outbox.handler import Call, Work

log = logging.getLogger(__name__)


@dataclass(slots=True)
class CallOut:
    """A call that is to be made, is under way, or has ended.

    `began` is the process's own time (integrations.http) from which the seconds for it count;
    `case` the case's reference, for the logs; `paid` how many calls of it were paid for when its row
    was claimed: one, for the first of the row.
    """

    work: Work
    call: Call
    began: float
    case: str
    paid: int
    answer: Future[Any] | None = None
    made: float = 0.0
    """How many calls it was, as the platform counts them."""


def make_call(context: Context, out: CallOut) -> object:
    """Make the call, within the time that the lease leaves; raises what it raises."""
    with context.http.within(time_limits.TRY - (context.http.now() - out.began)) as meter:
        try:
            return out.call.function(*out.call.args)
        except AdapterError:
            raise
        except Exception:
            log.exception("row %s failed", out.work.claim.id)
            raise
        finally:
            out.made = meter.calls
