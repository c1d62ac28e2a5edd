"""A worker that dies at its n-th point: `python -m tests.faults.child N NOW`, settings from the
environment. Points are counted as they come: before and after each commit and each call out."""

from __future__ import annotations

import os
import sys
import threading
from datetime import datetime

from jobs.deliver import Drain
from service import settings
from service.wiring import wire
from tests.world import FakeClock

DIED = 77


def main(wanted: int, now: str) -> None:
    """Drain once; die at the wanted point, or say how many there were."""
    wired = wire(settings.load(), clock=FakeClock(datetime.fromisoformat(now)))
    count = 0

    def point(*_: object) -> None:
        nonlocal count
        count += 1
        if count == wanted:
            os._exit(DIED)

    database, http = wired.context.database, wired.context.http
    database.before_commit = database.after_commit = point
    http.before_call = http.after_call = point
    # One thread, so that the points come in one order.
    Drain(wired.context, 1, threading.Event()).run()
    print(count)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
