"""Keeps what fails for one row, shop, person or connection from stopping a job that is about many."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)


@contextmanager
def apart(what: str, key: int | str) -> Iterator[None]:
    """What fails within is logged with its traceback, and over: whoever loops goes on with the next.

    Within a transaction that others share nothing may be written before all that can fail is over.
    """
    try:
        yield
    except Exception:
        log.exception("%s %s failed and is left out: the others go on", what, key)
