"""Threads that run as long as their process."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from sqlalchemy.exc import DBAPIError

from service.wiring import Wiring

log = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds after a pass that failed, and between looks for threads that have ended."""


class Kept:
    """A thread that does `target` until the process is to stop, and is started anew when it ends
    before."""

    def __init__(self, name: str, target: Callable[[], None]) -> None:
        self._name, self._target = name, target
        self._thread: threading.Thread | None = None

    def keep(self) -> None:
        """Start the thread unless it runs."""
        if self._thread is not None and not self._thread.is_alive():
            log.error("the thread %s has ended: started anew", self._name)
            self._thread = None
        if self._thread is None:
            self._thread = threading.Thread(target=self._target, name=self._name, daemon=True)
            self._thread.start()

    def join(self, seconds: float | None = None) -> None:
        """Wait until it has ended."""
        if self._thread is not None:
            self._thread.join(seconds)


def supervise(wired: Wiring, kept: Sequence[Kept]) -> None:
    """Keep threads running until the process is to stop."""
    while not wired.stop.is_set():
        for thread in kept:
            thread.keep()
        wired.stop.wait(PAUSE)


def pass_failed(wired: Wiring, who: str, error: Exception) -> None:
    """Log why a pass of a loop failed, and wait a little."""
    if isinstance(error, DBAPIError):
        # A database that is away says so each second: one line is enough.
        log.warning("a pass of the %s failed: %s", who, type(error).__name__)
    else:
        log.error("a pass of the %s failed", who, exc_info=error)
    wired.stop.wait(PAUSE)
