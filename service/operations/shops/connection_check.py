"""Tries each connection once a day, so that what a platform switched off in silence is noticed."""

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

CHECK_EVERY = timedelta(days=1)
CHECK_AGAIN = timedelta(hours=1)
"""After something was found: it may be mended, or may have been a passing fault."""


def begin_check(context: Context, session: Session, held: Claim, now: datetime) -> Next:
    """Try what a connection needs and keep what does not work; the row waits for the next day."""
    adapter = context.adapter(session.get_one(Connection, held.ref_id))

    def checked(session: Session, outcome: Outcome) -> Next:
        if isinstance(outcome.error, AdapterError):
            found = [Finding(Text("Connection"), ok=False, advice=outcome.error.text)]
        elif outcome.error is not None:
            return outcome.error
        else:
            found = outcome.value
        note = keep(session, held.ref_id, found)
        until = outcome.now + (CHECK_AGAIN if note else CHECK_EVERY)
        claims.put_off(session, held, until, note=note, tries=0)
        return None

    return Call(held, context.http.now(), adapter.check, checked)


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
    """Put the row that checks a connection, a day from now; one that waits stays as it is."""
    row = queries.row_for(session, Kind.CHECK, connection_id)
    if row is None or row.done_at is not None:
        lane = queries.lane(session, connection_id, outward=True)
        due = now + CHECK_EVERY
        claims.put(session, Kind.CHECK, connection_id, lane_id=lane, due_at=due, now=now)
