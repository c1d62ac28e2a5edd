"""What happens to a claimed row: carried out, put off with growing pauses, or given to a person."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from integrations.errors import AdapterError, Misconfigured, Temporary
from service.db import claims
from service.db.claims import Claim
from service.db.models import Connection, Kind, Lane
from service.domain.errors import DomainError, LostClaim
from service.operations import ending, intake, looking, make_goods, sending, triage
from service.operations.context import Context

log = logging.getLogger(__name__)

PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 900, 1800, 3600, 7200, 14400, 28800)
)
"""Between tries; together most of a day, so that a shop may be down overnight."""
AT_ONCE = 50
"""Deliveries read in one commit."""

Operation = Callable[[Context, Claim], None]
GiveUp = Callable[..., None]

OPERATIONS: dict[Kind, Operation] = {
    Kind.FIND_ORDER: triage.find_order,
    Kind.MAKE_GOOD: make_goods.perform_make_good,
    Kind.FOLLOW_UP: sending.send_follow_up,
    Kind.END_CASE: ending.end_case,
    Kind.LOOK: looking.look,
    Kind.POLL: looking.poll,
}
GIVE_UPS: dict[Kind, GiveUp] = {
    Kind.FIND_ORDER: triage.give_up_order,
    Kind.MAKE_GOOD: make_goods.give_up_make_good,
    Kind.FOLLOW_UP: sending.give_up_follow_up,
}


def carry_out(context: Context, held: Claim) -> None:
    """Do what one outward row asks for. Never raises for the row's own failure."""
    try:
        OPERATIONS[held.kind](context, held)
    except LostClaim:
        log.warning("row %s was taken over", held.id, extra={"row": held.id})
    except Temporary as error:
        _again(context, held, error.message, error.retry_after)
    except Misconfigured as error:
        _pause(context, held, error.message)
    except (AdapterError, DomainError) as error:
        _to_person(context, held, error.message)
    except Exception as error:
        log.exception("row %s failed", held.id)
        _again(context, held, f"unexpected failure ({type(error).__name__})", None)


def read_deliveries(context: Context, held: list[Claim]) -> None:
    """Read a batch of deliveries; when the batch fails, one by one, so that one cannot block."""
    try:
        intake.read_deliveries(context, held)
    except Exception as error:
        log.exception("a batch of %s deliveries failed", len(held))
        if len(held) > 1:
            for one in held:
                read_deliveries(context, [one])
            return
        if not isinstance(error, LostClaim):
            _again(context, held[0], f"unexpected failure ({type(error).__name__})", None)


def _again(context: Context, held: Claim, why: str, retry_after: float | None) -> None:
    """Put off by a growing pause, or as long as the platform says; after the last to a person."""
    if held.tries >= len(PAUSES) and held.kind is not Kind.POLL:
        _to_person(context, held, f"Tried {held.tries + 1} times, last: {why}. Try again later.")
        return
    now = context.clock.now()
    pause = PAUSES[min(held.tries, len(PAUSES) - 1)]
    until = now + max(pause, timedelta(seconds=min(retry_after or 0.0, 86400.0)))

    def put_off(session: Session) -> None:
        claims.put_off(session, held, until, note=why)
        if retry_after:
            # The platform asked for calm: nothing of this connection goes out before then.
            calm = now + timedelta(seconds=min(retry_after, 3600.0))
            session.execute(update(Lane).where(Lane.id == held.lane_id).values(paused_until=calm))

    _fenced(context, held, put_off)


def _pause(context: Context, held: Claim, why: str) -> None:
    """The seller must mend the connection; its rows wait untouched until then."""
    now = context.clock.now()

    def pause(session: Session) -> None:
        claims.put_off(session, held, now, note=why, counts=False)
        pause_connection(session, held.lane_id, why, now=now)

    _fenced(context, held, pause)


def pause_connection(session: Session, lane_id: int, why: str, *, now: datetime) -> None:
    """Let nothing go out on a lane, and show why."""
    lane = session.get_one(Lane, lane_id)
    lane.paused = True
    connection = session.get_one(Connection, lane.connection_id)
    connection.paused_reason, connection.paused_at = why, now


def _to_person(context: Context, held: Claim, advice: str) -> None:
    now = context.clock.now()

    def give_up(session: Session) -> None:
        claims.give_up(session, held, now, advice)
        show = GIVE_UPS.get(held.kind)
        if show is not None:
            show(session, held, advice, now=now)

    _fenced(context, held, give_up)


def _fenced(context: Context, held: Claim, write: Callable[[Session], None]) -> None:
    try:
        with context.database.transaction() as session:
            write(session)
    except LostClaim:
        log.warning("row %s was taken over", held.id, extra={"row": held.id})
