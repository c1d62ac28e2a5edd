"""Finds due work: wakes workers where there are any, and does itself what nobody claims."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from jobs.drain import drain
from jobs.schedule import run_due
from jobs.threads import Kept, pass_failed
from service.db.outbox import backlog, heartbeat
from service.wakeup import Notifier
from service.wiring import Wiring

log = logging.getLogger(__name__)

BEGIN_WITHIN = timedelta(seconds=5)
"""Work that nobody has begun by then is done by the clock."""


def sweep(wired: Wiring) -> int:
    """One pass, for cron: periodic jobs, then all that is due, in this process."""
    wired.heart.roles = (heartbeat.CLOCK,)
    wired.heart.beat()
    run_due(wired.context)
    with wired.draining:
        return drain(wired)


def is_due(wired: Wiring) -> bool:
    """True when a row waits that should go now."""
    with wired.context.database.reading() as session:
        return backlog.has_due(session, wired.context.clock.now())


def look(wired: Wiring) -> None:
    """Do what is due, unless this process is at it; never raises."""
    try:
        wired.heart.beat()
        if is_due(wired) and wired.draining.acquire(blocking=False):
            try:
                drain(wired)
            finally:
                wired.draining.release()
    except Exception as error:
        pass_failed(wired, "worker", error)


def clock(wired: Wiring, *, every: float = 1.0) -> None:
    """Loop until stopped: each second wake the workers for what is due, and work here, beside the
    loop, when Redis is away or nobody begins, whoever says that he is there."""
    wired.heart.roles = (heartbeat.CLOCK,)
    while not wired.stop.is_set():
        try:
            wired.heart.beat()
            run_due(wired.context)
            if is_due(wired) and not (wired.notifier.wake_workers() and _is_begun(wired)):
                threading.Thread(target=look, args=(wired,), name="drain", daemon=True).start()
        except Exception as error:
            pass_failed(wired, "clock", error)
        wired.stop.wait(every)
    with wired.draining:
        """What the clock itself had in hand is finished."""


def _is_begun(wired: Wiring) -> bool:
    """True while somebody works on all that has been due for a while."""
    with wired.context.database.reading() as session:
        now = wired.context.clock.now()
        return not backlog.is_left_lying(session, now, now - BEGIN_WITHIN)


def embedded_threads(wired: Wiring) -> list[Kept]:
    """Worker and clock as threads of one process, for the embedded way of running."""
    wired.heart.roles = (heartbeat.WORKER, heartbeat.CLOCK)
    return [Kept("worker", lambda: _work(wired)), Kept("periodic", lambda: _run_periodic(wired))]


def _work(wired: Wiring) -> None:
    rung = wired.notifier.rung if isinstance(wired.notifier, Notifier) else threading.Event()
    while not wired.stop.is_set():
        rung.wait(1.0)
        rung.clear()
        look(wired)


def _run_periodic(wired: Wiring) -> None:
    while not wired.stop.is_set():
        try:
            run_due(wired.context)
        except Exception as error:
            pass_failed(wired, "clock", error)
        wired.stop.wait(1.0)
