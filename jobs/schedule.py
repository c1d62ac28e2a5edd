"""The one list of periodic jobs. Each runs when its time has come, in whichever process looks first;
running twice does no harm."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from jobs import housekeeping
from service.operations.context import Context

Job = Callable[[Context], None]

PERIODIC: tuple[tuple[str, timedelta, Job], ...] = (
    ("purge", timedelta(hours=6), housekeeping.purge),
    ("stale policies", timedelta(hours=24), housekeeping.list_stale_policies),
)

_last: dict[str, datetime] = {}
_lock = threading.Lock()


def run_due(context: Context) -> None:
    """Run what is due; the first look of a process only starts the count."""
    now = context.clock.now()
    for name, every, job in PERIODIC:
        with _lock:
            due = name in _last and now - _last[name] >= every
            if due or name not in _last:
                _last[name] = now
        if due:
            job(context)
