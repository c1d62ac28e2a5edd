"""A shop that is away or refuses us: its check watches for its return, and what waited for it goes on.

While calls fail, or the connection is paused, its check comes again and again, beside the lane that
waits. When it succeeds the connection is resumed, and rows that were put off are due at once; the
lane's concurrency and pace hold for them as ever. One success of any other call does the same.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from integrations.sentence import Said
from service.db import audit
from service.db.models import Connection, Kind, Lane, OutboxRow, Task
from service.db.outbox import backlog, claims
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.errors import NotFound
from service.domain.shops.connection_states import ConnectionMove, ConnectionState
from service.domain.staff.authority import CLOCK, Actor, Permission
from service.domain.tasks.kinds import TaskKind
from service.domain.tasks.states import TaskState
from service.operations.context import Context
from service.operations.shops.states import move
from service.operations.staff.permits import permit

WATCH_EVERY = timedelta(seconds=30)
"""Between checks while a shop is away, and for a quarter of an hour after that, ever longer."""
PATIENT_AFTER = 30
LONGEST_WATCH = timedelta(minutes=5)
REFUSED_AGAIN = timedelta(minutes=1)
"""After a refusal, doubled each time: a wrong key tried too often gets an address blocked."""
LONGEST_REFUSED = timedelta(minutes=15)
REFUSED_SOON = timedelta(hours=1)


def pause(session: Transaction, lane_id: int, problem: Said, *, now: datetime) -> None:
    """Let nothing go out to the platform of a lane, show why, and watch whether that passes."""
    connection = session.get_one(Connection, session.get_one(Lane, lane_id).connection_id)
    if connection.state == ConnectionState.DISCONNECTED:
        return
    # Refused again soon after a check has let it go on: what is refused is not what a check tries.
    again = _mended_itself_since(session, connection.id, now - REFUSED_SOON)
    move(session, connection, ConnectionMove.PAUSE, at=now, problem=problem)
    watch(session, connection.id, now + (LONGEST_REFUSED if again else REFUSED_AGAIN))


def _mended_itself_since(session: Transaction, connection_id: int, since: datetime) -> bool:
    dropped = select(Task.id).where(
        Task.connection_id == connection_id,
        Task.kind == TaskKind.MEND_CONNECTION,
        Task.state == TaskState.DROPPED,
        Task.ended_at > since,
    )
    return session.scalar(dropped.limit(1)) is not None


def watch(session: Transaction, connection_id: int, until: datetime) -> None:
    """Let the check of a connection come by then."""
    row = backlog.row_for(session, Kind.CHECK, connection_id)
    if row is None or row.done_at is not None:
        if session.get_one(Connection, connection_id).roles:
            lane = shop_queries.lane(session, connection_id, outward=False)
            claims.put(session, Kind.CHECK, connection_id, lane_id=lane, due_at=until)
        return
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == row.id, OutboxRow.claim_token.is_(None), OutboxRow.due_at > until)
        .values(due_at=until)
    )


def next_watch(tries: int, *, paused: bool) -> timedelta:
    """How long until the next check of a shop that is away, or of a paused connection."""
    if paused:
        doubled: int = 2 ** min(tries, 10)
        return min(REFUSED_AGAIN * doubled, LONGEST_REFUSED)
    return min(WATCH_EVERY * max(1, tries - PATIENT_AFTER), LONGEST_WATCH)


def is_awaited(session: Session, connection: Connection) -> bool:
    """True while something waits for this platform, or the connection is paused."""
    if connection.state == ConnectionState.PAUSED:
        return True
    lane = shop_queries.lane(session, connection.id, outward=True)
    return session.scalar(_put_off([lane]).limit(1)) is not None


def resume(
    session: Transaction, connection: Connection, now: datetime, actor: Actor = CLOCK
) -> None:
    """Let all work of a connection go on now; what was put off is due at once."""
    if connection.state in (ConnectionState.PAUSED, ConnectionState.AWAY):
        move(session, connection, ConnectionMove.RECOVER, at=now, actor=actor)
    elif connection.state == ConnectionState.DISCONNECTED and connection.roles:
        move(session, connection, ConnectionMove.CONNECT, at=now, actor=actor)
    for lane in connection.lanes:
        lane.quiet_until = None
    waiting = _put_off([lane.id for lane in connection.lanes]).where(OutboxRow.due_at > now)
    rows = session.scalars(waiting.with_for_update(skip_locked=True, of=OutboxRow)).all()
    session.execute(update(OutboxRow).where(OutboxRow.id.in_(rows)).values(due_at=now))
    session.wakes = True


def answered(session: Transaction, lane_ids: Collection[int], now: datetime) -> None:
    """A platform has answered on these lanes: one that was away is back."""
    connections = {session.get_one(Lane, lane_id).connection_id for lane_id in lane_ids}
    for connection_id in connections - {None}:
        connection = session.get_one(Connection, connection_id)
        if connection.state == ConnectionState.AWAY:
            resume(session, connection, now)


def try_now(context: Context, connection_id: int, actor: Actor) -> None:
    """Let all that waits for a connection be tried now; raises `NotFound`, `NotPermitted`."""
    with context.database.transaction() as session:
        connection = session.get(Connection, connection_id)
        if connection is None:
            raise NotFound("there is no such connection")
        permit(session, actor, Permission.DECIDE, connection.shop_id)
        audit.note_connection(session, connection, "connection.resumed")
        resume(session, connection, context.clock.now(), actor)


def _put_off(lane_ids: Collection[int]) -> Select[int]:
    return select(OutboxRow.id).where(
        OutboxRow.lane_id.in_(lane_ids),
        OutboxRow.done_at.is_(None),
        OutboxRow.tries > 0,
        OutboxRow.claim_token.is_(None),
        OutboxRow.kind != Kind.CHECK,
    )
