"""The RQ worker of the Procfile: JSON only, no fork, a stop that finishes the row at hand."""

from __future__ import annotations

import os
import sys

from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from service.settings import WrongSetting
from service.wakeup import QUEUE
from service.wiring import Wiring, keep_loaded, wiring

WORKER_TTL = 30
"""Seconds after which a silent worker counts as dead; RQ's own 420 hide a dead one for minutes."""
MAINTENANCE_EVERY = 15
"""Seconds between looks for what dead workers left; RQ's own is 600."""


NICE = 5


class DrainWorker(SimpleWorker):
    """Tells the drain it is running to stop after the rows at hand."""

    wired: Wiring

    def handle_warm_shutdown_request(self) -> None:
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        self.wired.stop.set()


def main() -> int:
    """Work until stopped; raises nothing, says what is wrong."""
    try:
        wired = wiring()
    except WrongSetting as error:
        print(error, file=sys.stderr)
        return 2
    if wired.redis is None:
        print("MAKEGOOD_REDIS_URL is missing: workers are woken through Redis", file=sys.stderr)
        return 2
    queue = Queue(QUEUE, connection=wired.redis, serializer=JSONSerializer)
    # One queue, because a worker of several loses a job when it dies while taking it.
    worker = DrainWorker(
        [queue],
        connection=wired.redis,
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL,
        maintenance_interval=MAINTENANCE_EVERY,
    )
    worker.wired = wired
    # What a drain puts it finds itself. Intake comes first where both run on one machine.
    wired.context.database.wake = lambda: None
    os.nice(NICE)
    worker.log_job_description = False
    keep_loaded()
    worker.work(logging_level="WARNING")
    wired.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
