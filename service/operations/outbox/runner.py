"""What happens to claimed rows: begun, settled, put off with growing pauses, or given to a person."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from integrations import time_limits
from integrations.errors import AdapterError, Misconfigured, Temporary
from integrations.sentence import Said, Text
from service.db import queries
from service.db.models import Kind, Lane
from service.db.outbox import claims
from service.db.outbox.claims import Claim
from service.db.outbox.take_over import take_over
from service.domain.errors import DomainError, LostClaim
from service.operations.cases import expire, find_order
from service.operations.context import Context
from service.operations.messages import sending
from service.operations.outbox.calls import Call, Next, Outcome, Stopping
from service.operations.remedies import attempts
from service.operations.reviews import ingest, refetch
from service.operations.shops import connection_check, recovery

log = logging.getLogger(__name__)

PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 900, 1800, 3600, 7200, 14400, 28800)
)
"""Between tries; together most of a day, so that a shop may be down overnight."""

RECURRING = frozenset({Kind.POLL, Kind.LOOK, Kind.CHECK, Kind.END_CASE})
"""Never given up: put off with bounded pauses, and shown as long as they fail
(service.db.outbox.waiting). All others have an entry in GIVE_UPS."""
LONGEST_RECURRING = timedelta(minutes=15)
FAULT_TRIES = 3
"""Tries of what fails by a fault of ours: it will not pass by waiting, so a person is told soon."""

Begin = Callable[[Context, Session, Claim, datetime], Next]
GiveUp = Callable[..., None]

BEGIN: dict[Kind, Begin] = {
    Kind.FIND_ORDER: find_order.begin_find_order,
    Kind.MAKE_GOOD: attempts.begin_make_good,
    Kind.FOLLOW_UP: sending.begin_follow_up,
    Kind.END_CASE: expire.end_case,
    Kind.LOOK: refetch.begin_look,
    Kind.POLL: refetch.begin_poll,
    Kind.CHECK: connection_check.begin_check,
}
GIVE_UPS: dict[Kind, GiveUp] = {
    Kind.READ_DELIVERY: ingest.give_up_delivery,
    Kind.FIND_ORDER: find_order.give_up_order,
    Kind.MAKE_GOOD: attempts.give_up_make_good,
    Kind.FOLLOW_UP: sending.give_up_follow_up,
}


@dataclass(frozen=True, slots=True)
class Done:
    """A call that has ended."""

    call: Call
    value: object = None
    error: Exception | None = None


def carry_out(context: Context, call: Call) -> Done:
    """Make the call, within the time that the lease leaves; never raises."""
    try:
        with context.http.within(time_limits.TRY - (context.http.now() - call.began)):
            return Done(call, call.run())
    except Exception as error:
        if not isinstance(error, AdapterError):
            log.exception("row %s failed", call.held.id)
        return Done(call, error=error)


def advance(context: Context, done: list[Done], held: list[Claim]) -> Iterator[Call]:
    """Settle ended calls and begin claimed rows in one commit; gives the calls to make now.

    A row that fails does not take the others with it: then each goes by itself. What is dealt with
    is taken out of the lists; what raises is the database's, and the rest can be tried later.
    """
    try:
        with context.database.transaction() as session:
            calls = _advance(context, session, done, held)
    except Exception as error:
        if len(done) + len(held) > 1:
            log.warning("a batch failed (%s): one by one", type(error).__name__)
            while done:
                yield from advance(context, done[:1], [])
                del done[0]
            while held:
                yield from advance(context, [], held[:1])
                del held[0]
            return
        _failed(context, [*held, *(ended.call.held for ended in done)][0], error)
        calls = []
    done.clear()
    held.clear()
    yield from calls


def _advance(
    context: Context, session: Session, done: Sequence[Done], held: Sequence[Claim]
) -> list[Call]:
    now = context.clock.now()
    rows = [*(one.call.held for one in done), *held]
    # Cases are locked before outbox rows, here as everywhere.
    queries.lock_cases(session, _cases(session, rows), {one.kind for one in rows})
    # What decides about money is added up under the shop's lock, taken before that of its rows.
    deciding = [one.call.held for one in done if one.call.held.kind is Kind.FIND_ORDER]
    deciding += [one for one in held if one.kind is Kind.MAKE_GOOD]
    queries.lock_shops_of(session, _cases(session, deciding))
    ours = claims.hold(session, rows, now)
    calls, stopped = _settle(session, done, ours, now)
    # Claimed before their lane was told to wait: not begun after all.
    claims.give_back(session, [one for one in held if one.lane_id in stopped], now)
    begun = [one for one in held if one.id in ours and one.lane_id not in stopped]
    # What a limit has just allowed is begun in the commit that allows it.
    found = [one.call.held for one in done if one.call.held.kind is Kind.FIND_ORDER]
    ended = [one for one in found if one.id in ours and one.lane_id not in stopped]
    for claim in [*begun, *take_over(session, ended, Kind.MAKE_GOOD, now)]:
        told = BEGIN[claim.kind](context, session, claim, now)
        calls += _onward(session, claim, told, True, now)
    return calls


def _settle(
    session: Session, done: Sequence[Done], ours: Collection[int], now: datetime
) -> tuple[list[Call], set[int]]:
    """Settle ended calls; gives what is called next, and the lanes that have to wait."""
    calls: list[Call] = []
    stopped: set[int] = set()
    answered: set[int] = set()
    for one in done:
        held, mine = one.call.held, one.call.held.id in ours
        if not (mine or one.call.is_fact):
            log.warning("row %s was taken over", held.id)
            continue
        if one.error is None and held.kind is not Kind.CHECK:
            answered.add(held.lane_id)
        told = one.call.settle(session, Outcome(now, mine, one.value, one.error))
        calls += _onward(session, held, told, mine, now)
        if _holds_lane(told):
            stopped.add(held.lane_id)
    if answered:
        recovery.answered(session, answered, now)
    return calls, stopped


def _holds_lane(told: Next) -> bool:
    """The platform asked for calm, or the seller must mend the connection."""
    calm = isinstance(told, Temporary) and bool(told.retry_after)
    return calm or isinstance(told, Misconfigured)


def _cases(session: Session, rows: Sequence[Claim]) -> list[int]:
    found: list[int] = []
    for kind in BEGIN:
        about = [one.ref_id for one in rows if one.kind is kind]
        found += queries.cases_about(session, kind, about)
    return found


def _onward(session: Session, held: Claim, told: Next, mine: bool, now: datetime) -> list[Call]:
    if isinstance(told, Call):
        return [told]
    if told is not None and mine:
        _deal_with(session, held, told, now)
    return []


def read_deliveries(context: Context, held: Sequence[Claim]) -> None:
    """Read a batch of deliveries; when the batch fails, one by one, so that one cannot block."""
    try:
        ingest.read_deliveries(context, held)
    except Exception as error:
        if len(held) > 1:
            log.warning("a batch of deliveries failed (%s): one by one", type(error).__name__)
            for one in held:
                read_deliveries(context, [one])
            return
        _failed(context, held[0], error)


def _failed(context: Context, held: Claim, error: Exception) -> None:
    """A fault of ours or of the database while beginning or settling one row."""
    if isinstance(error, LostClaim):
        log.warning("row %s was taken over", held.id)
        return
    log.error("row %s failed", held.id, exc_info=error)
    try:
        _dealt_with(context, held, error)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        # Not even that could be shown: it must not come again and again before all others.
        log.exception("row %s cannot be given to a person", held.id)
        with context.database.transaction() as session:
            now = context.clock.now()
            if claims.hold(session, [held], now):
                claims.put_off(session, held, now + PAUSES[-1], note=unexpected(error))


def _dealt_with(context: Context, held: Claim, error: Exception) -> None:
    with context.database.transaction() as session:
        now = context.clock.now()
        if claims.hold(session, [held], now):
            _deal_with(session, held, error, now)


def _deal_with(session: Session, held: Claim, error: Exception, now: datetime) -> None:
    if isinstance(error, Stopping):
        claims.put_off(session, held, now, note=error.text, tries=held.tries)
    elif isinstance(error, Temporary):
        _again(session, held, error.text, now, retry_after=error.retry_after)
    elif isinstance(error, Misconfigured):
        # Its rows wait untouched until the seller mends the connection, or it mends itself.
        claims.put_off(session, held, now, note=error.text, tries=held.tries)
        recovery.pause(session, held.lane_id, error.text, now=now)
    elif isinstance(error, AdapterError | DomainError):
        if held.kind in RECURRING:
            # A refusal may pass too, for instance while the shop is being updated.
            _again(session, held, error.text, now)
        else:
            _to_person(session, held, error.text, now)
    elif isinstance(error, OperationalError | InterfaceError):
        why = Text("the database failed (%(name)s)", name=type(error).__name__)
        _again(session, held, why, now)
    else:
        _again(session, held, unexpected(error), now, most=FAULT_TRIES)


def _again(
    session: Session,
    held: Claim,
    why: Said,
    now: datetime,
    *,
    retry_after: float | None = None,
    most: int = len(PAUSES),
) -> None:
    """Put off by a growing pause, or as long as the platform says; after the last to a person."""
    recurring = held.kind in RECURRING
    if held.tries >= most and not recurring:
        told = Text(
            "Tried %(tries)s times, last: %(why)s Try again later.", tries=held.tries + 1, why=why
        )
        _to_person(session, held, told, now)
        return
    pause = PAUSES[min(held.tries, len(PAUSES) - 1)]
    pause = min(pause, LONGEST_RECURRING) if recurring else pause
    until = now + max(pause, timedelta(seconds=min(retry_after or 0.0, 86400.0)))
    claims.put_off(session, held, until, note=why)
    lane = session.get_one(Lane, held.lane_id)
    if retry_after:
        # The platform asked for calm: nothing of this connection goes out before then.
        calm = now + timedelta(seconds=min(retry_after, 3600.0))
        session.execute(update(Lane).where(Lane.id == held.lane_id).values(paused_until=calm))
    elif lane.outward:
        recovery.watch(session, lane.connection_id, now + recovery.WATCH_EVERY)


def unexpected(error: Exception) -> Text:
    """A fault of ours, named by its class: its words may hold a buyer's."""
    return Text("unexpected failure (%(name)s)", name=type(error).__name__)


def _to_person(session: Session, held: Claim, advice: Said, now: datetime) -> None:
    claims.give_up(session, held, now, advice)
    GIVE_UPS[held.kind](session, held, advice, now=now)
