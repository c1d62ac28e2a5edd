"""Finds due work: wakes workers where there are any, else does it itself."""

from __future__ import annotations

import logging
import threading

from redis.exceptions import RedisError

from jobs.drain import drain
from jobs.schedule import run_due
from service import wakeup
from service.db.outbox.backlog import has_due
from service.wiring import Wiring

log = logging.getLogger(__name__)


def sweep(wired: Wiring) -> int:
    """One pass, for cron: periodic jobs, then all that is due, in this process."""
    run_due(wired.context)
    return drain(wired)


def is_due(wired: Wiring) -> bool:
    """True when a row waits that should go now."""
    with wired.context.database.reading() as session:
        return has_due(session, wired.context.clock.now())


def clock(wired: Wiring, *, every: float = 1.0) -> None:
    """Loop until stopped: look each second, wake the workers, work here while Redis is away."""
    while not wired.stop.is_set():
        try:
            run_due(wired.context)
            if is_due(wired):
                _wake(wired)
        except Exception:
            log.exception("a pass of the clock failed")
        wired.stop.wait(every)


def _wake(wired: Wiring) -> None:
    redis = wired.redis
    try:
        if redis is not None:
            wakeup.ask_for_drain(redis)
            return
    except (RedisError, OSError):
        log.warning("Redis is away: working in the clock")
    drain(wired)


def start_threads(wired: Wiring) -> list[threading.Thread]:
    """Worker and clock as threads of this process, for the embedded way of running."""

    def work() -> None:
        rung = wired.bell.rung if isinstance(wired.bell, wakeup.Bell) else threading.Event()
        while not wired.stop.is_set():
            rung.wait(1.0)
            rung.clear()
            try:
                drain(wired)
                run_due(wired.context)
            except Exception:
                log.exception("a pass of the worker failed")
                wired.stop.wait(1.0)

    thread = threading.Thread(target=work, name="worker", daemon=True)
    thread.start()
    return [thread]
