"""The worker of the Procfile. It drains the outbox when Redis wakes it, and looks each second by
itself, so that it needs Redis for nothing but to be quick."""

from __future__ import annotations

import logging
import os
import signal
import sys

from redis import Redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from rq.timeouts import TimerDeathPenalty

from jobs.sweep import look
from jobs.threads import Kept, supervise
from service.db.outbox import heartbeat
from service.redis_wakeup import QUEUE
from service.settings import WrongSetting
from service.wiring import Wiring, keep_loaded, wiring

log = logging.getLogger("jobs.worker")

WORKER_TTL = 30
"""Seconds after which a silent worker counts as dead; RQ's own 420 hide a dead one for minutes."""
MAINTENANCE_EVERY = 15
"""Seconds between looks for what dead workers left; RQ's own is 600."""
LOOK_EVERY = 1.0
LISTEN_AGAIN = 1.0
"""Seconds before Redis is tried again."""
NICE = 5
"""Intake comes first where both run on one machine."""


class Listener(SimpleWorker):
    """Takes wake-ups in a thread: signals belong to the process, commands are not listened to."""

    death_penalty_class = TimerDeathPenalty
    max_connection_wait_time = 5.0

    def __init__(self, connection: Redis) -> None:
        # One queue, because a worker of several loses a job when it dies while taking it.
        queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer)
        super().__init__(
            [queue],
            connection=connection,
            serializer=JSONSerializer,
            worker_ttl=WORKER_TTL,
            maintenance_interval=MAINTENANCE_EVERY,
            log_job_description=False,
        )

    def _install_signal_handlers(self) -> None:
        pass

    def subscribe(self) -> None:
        pass


def listen(wired: Wiring) -> None:
    """Take wake-ups until stopped; begins anew whatever becomes of Redis."""
    while not wired.stop.is_set():
        # A client of its own, because RQ changes its timeouts; made anew, because the address may
        # lead to another server by now.
        redis = Redis.from_url(wired.settings.redis_url, socket_connect_timeout=2)
        try:
            Listener(redis).work(logging_level="WARNING")
        except Exception as error:
            log.warning("Redis wakes nobody: %s", type(error).__name__)
        finally:
            redis.close()
        wired.stop.wait(LISTEN_AGAIN)


def look_each_second(wired: Wiring) -> None:
    """Do what is due and what no wake-up came for, until stopped."""
    while not wired.stop.is_set():
        look(wired)
        wired.stop.wait(LOOK_EVERY)


def work(wired: Wiring) -> None:
    """Work until stopped, then finish what is in hand."""
    looking = Kept("looking", lambda: look_each_second(wired))
    supervise(wired, [Kept("listener", lambda: listen(wired)), looking])
    log.info("stopping after the rows in hand")
    with wired.draining:
        """The drain under way has ended."""


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
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: wired.stop.set())
    # What a drain puts it finds itself.
    wired.context.database.wake = lambda: None
    wired.heart.roles = (heartbeat.WORKER,)
    os.nice(NICE)
    keep_loaded()
    work(wired)
    wired.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
