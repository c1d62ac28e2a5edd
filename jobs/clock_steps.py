"""What a clock that was ahead and has stepped back left undone."""

from __future__ import annotations

import logging

from service.db.outbox import ahead
from service.operations.context import Context

log = logging.getLogger(__name__)


def mend(context: Context) -> bool:
    """Do at once what would wait for a time that a wrong clock wrote down."""
    now = context.clock.now()
    with context.database.reading() as session:
        if not ahead.is_any_far(session, now):
            return False
    with context.database.transaction() as session:
        rows = ahead.bring_near(session, now)
    if rows:
        log.warning("the clock has stepped back: %s rows lay too far ahead and are due now", rows)
    return False
