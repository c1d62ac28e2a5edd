"""Tries each connection once a day, so that what a platform switched off in silence is noticed, and
more often while something waits for it (recovery)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from integrations.contract import Finding
from integrations.errors import AdapterError
from integrations.sentence import Said, Text
from service.db import queries
from service.db.models import Connection, Kind
from service.db.outbox import claims
from service.db.outbox.claims import Claim
from service.operations.context import Context
from service.operations.outbox.calls import Call, Next, Outcome
from service.operations.shops import recovery

CHECK_EVERY = timedelta(days=1)
CHECK_AGAIN = timedelta(hours=1)
"""After something was found: it may be mended, or may have been a passing fault."""


def begin_check(context: Context, session: Session, held: Claim, now: datetime) -> Next:
    """Try what a connection needs and keep what does not work; the row waits for the next time."""
    try:
        adapter = context.adapter(session.get_one(Connection, held.ref_id))
    except AdapterError as error:
        _settle(session, held, [_blocked(error)], now)
        return None

    def checked(session: Session, outcome: Outcome) -> Next:
        if isinstance(outcome.error, AdapterError):
            _settle(session, held, [_blocked(outcome.error)], outcome.now)
        elif outcome.error is not None:
            return outcome.error
        else:
            _settle(session, held, outcome.value, outcome.now)
        return None

    return Call(held, context.http.now(), adapter.check, checked)


def _blocked(error: AdapterError) -> Finding:
    return Finding(Text("Connection"), ok=False, advice=error.text, blocking=True)


def _settle(session: Session, held: Claim, findings: list[Finding], now: datetime) -> None:
    """Keep what was found, let go on what waited for this, and say when to check again."""
    note = keep(session, held.ref_id, findings)
    connection = session.get_one(Connection, held.ref_id)
    paused, awaited = bool(connection.paused_reason), recovery.is_awaited(session, connection)
    until, tries = now + (CHECK_AGAIN if note else CHECK_EVERY), 0
    if any(finding.blocking and not finding.ok for finding in findings):
        if awaited:
            recovery.went_away(session, connection.id)
            until, tries = now + recovery.next_watch(held.tries, paused=paused), held.tries + 1
    elif paused:
        connection.resumed_at, connection.resumed_after = now, connection.paused_reason
        recovery.resume(session, connection, now)
    elif recovery.is_away(session, connection.id):
        recovery.wake(session, connection.id, now)
    claims.put_off(session, held, until, note=note, tries=tries)


def keep(session: Session, connection_id: int, findings: list[Finding]) -> Said | None:
    """Keep on the connection what does not work, for the pages to show; gives it, None if all does."""
    note: Said | None = None
    for finding in findings:
        if not finding.ok:
            line = Text("%(name)s: %(advice)s", name=finding.name, advice=finding.advice or "")
            note = line if note is None else Text("%(before)s\n%(next)s", before=note, next=line)
    session.execute(
        update(Connection).where(Connection.id == connection_id).values(check_note=note)
    )
    return note


def start_checking(session: Session, connection_id: int, now: datetime) -> None:
    """Put the row that checks a connection, a day from now; one that waits stays as it is.

    It stands in the inward lane: in the outward one it would wait with what it is to let go on.
    """
    row = queries.row_for(session, Kind.CHECK, connection_id)
    if row is None or row.done_at is not None:
        lane = queries.lane(session, connection_id, outward=False)
        due = now + CHECK_EVERY
        claims.put(session, Kind.CHECK, connection_id, lane_id=lane, due_at=due, now=now)
