"""What wakes the workers. The outbox is the queue; this is the alarm."""

from __future__ import annotations

import threading


class Notifier:
    """Wakes the worker thread of this process, where an installation has no Redis."""

    redis = None

    def __init__(self) -> None:
        self.rung = threading.Event()

    def notify(self) -> None:
        """Say that work due at once was committed."""
        self.rung.set()

    def wake_workers(self) -> bool:
        """True when other processes were woken: here, there are none."""
        return False

    def begin(self) -> None:
        """A drain begins: what is due from here on needs another wake-up."""

    def trouble(self) -> str:
        """Why nobody can be woken; '' while all is well."""
        return ""

    def close(self) -> None:
        """Let the worker look once more, to learn that it is to stop."""
        self.rung.set()
