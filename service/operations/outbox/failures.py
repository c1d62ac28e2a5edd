"""What becomes of a row whose work failed: tried again with growing pauses, put to wait for its
platform, or given to a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import InterfaceError, OperationalError

from integrations.errors import AdapterError, Misconfigured, Temporary
from integrations.sentence import Said, Text
from service.db.models import Connection, Lane
from service.db.outbox.claims import Claim
from service.db.outbox.waiting import STUCK_TRIES
from service.db.transaction import Transaction
from service.domain.errors import DomainError
from service.operations.outbox.handler import Handler, HeldRow
from service.operations.shops import recovery
from service.operations.tasks.connections import connection_changed

PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 900, 1800, 3600, 7200, 14400, 28800)
)
"""Between tries; together most of a day, so that a shop may be down overnight."""
LONGEST_RECURRING = timedelta(minutes=15)
FAULT_TRIES = 3
"""Tries of what fails by a fault of ours: it will not pass by waiting, so a person is told soon."""


class Stopping(Temporary):
    """The worker was told to stop before this call was made."""


def deal_with(handler: Handler, row: HeldRow, error: Exception) -> None:
    """Put the row off or give it up, as the error asks."""
    if isinstance(error, Stopping):
        row.postpone(row.now, note=error.text)
    elif isinstance(error, Temporary):
        _try_again(handler, row, error.text, retry_after=error.retry_after)
    elif isinstance(error, Misconfigured):
        # Its rows wait untouched until the seller mends the connection, or it mends itself.
        row.postpone(row.now, note=error.text)
        recovery.pause(row.session, row.claim.lane_id, error.text, now=row.now)
    elif isinstance(error, AdapterError | DomainError):
        if handler.recurs:
            # A refusal may pass too, for instance while the shop is being updated.
            _try_again(handler, row, error.text)
        else:
            _give_up(handler, row, error.text)
    elif isinstance(error, OperationalError | InterfaceError):
        reason = Text("the database failed (%(name)s)", name=type(error).__name__)
        _try_again(handler, row, reason)
    else:
        _try_again(handler, row, unexpected(error), most=FAULT_TRIES)


def follow_stuck(session: Transaction, rows: Iterable[Claim], now: datetime) -> None:
    """What fails again and again is a task of its connection, until it has gone through."""
    lanes = {claim.lane_id for claim in rows if claim.tries + 1 >= STUCK_TRIES}
    for lane in session.scalars(select(Lane).where(Lane.id.in_(lanes))) if lanes else ():
        if lane.connection_id is not None:
            connection_changed(session, session.get_one(Connection, lane.connection_id), now)


def holds_lane(error: Exception) -> bool:
    """The platform asked us to slow down, or the seller must fix the connection."""
    slow_down = isinstance(error, Temporary) and bool(error.retry_after)
    return slow_down or isinstance(error, Misconfigured)


def unexpected(error: Exception) -> Text:
    """A fault of ours, named by its class: its words may hold a buyer's."""
    return Text("unexpected failure (%(name)s)", name=type(error).__name__)


def _try_again(
    handler: Handler,
    row: HeldRow,
    reason: Said,
    *,
    retry_after: float | None = None,
    most: int = len(PAUSES),
) -> None:
    """Put off by a growing pause, or as long as the platform says; after the last to a person."""
    tries = row.claim.tries
    if tries >= most and not handler.recurs:
        advice = Text(
            "Tried %(tries)s times, last: %(why)s Try again later.", tries=tries + 1, why=reason
        )
        _give_up(handler, row, advice)
        return
    pause = PAUSES[min(tries, len(PAUSES) - 1)]
    pause = min(pause, LONGEST_RECURRING) if handler.recurs else pause
    until = row.now + max(pause, timedelta(seconds=min(retry_after or 0.0, 86400.0)))
    row.postpone(until, note=reason, tries=tries + 1)
    lane = row.session.get_one(Lane, row.claim.lane_id)
    if retry_after:
        # The platform asked us to slow down: nothing of this connection goes out before then, nor of
        # others whose calls it counts together with these.
        quiet_until = row.now + timedelta(seconds=min(retry_after, 3600.0))
        together = Lane.id == lane.id if lane.rate_id is None else Lane.rate_id == lane.rate_id
        in_order = select(Lane.id).where(together).order_by(Lane.id).with_for_update(key_share=True)
        lanes = row.session.scalars(in_order).all()
        row.session.execute(update(Lane).where(Lane.id.in_(lanes)).values(quiet_until=quiet_until))
    elif lane.outward and lane.connection_id is not None:
        recovery.watch(row.session, lane.connection_id, row.now + recovery.WATCH_EVERY)


def _give_up(handler: Handler, row: HeldRow, advice: Said) -> None:
    assert handler.give_up is not None
    row.give_up(advice)
    handler.give_up(row, advice)
