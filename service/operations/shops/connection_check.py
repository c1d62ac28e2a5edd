"""Tries each connection once a day, so that what a platform switched off in silence is noticed, and
more often while something waits for it (recovery)."""

from __future__ import annotations

from datetime import datetime, timedelta

from integrations.contract import Adapter, CheckResult
from integrations.errors import AdapterError
from integrations.sentence import Said, Text
from service.db import audit
from service.db.models import Connection, Kind
from service.db.outbox import backlog, claims
from service.db.shops import first_steps, shop_queries
from service.db.transaction import Transaction
from service.domain.shops.connection_states import ConnectionMove, ConnectionState
from service.domain.staff.authority import CLOCK, Actor
from service.operations.outbox.failures import Stopping
from service.operations.outbox.handler import Call, Handler, HeldRow, Steps, Work
from service.operations.shops import permission, recovery
from service.operations.shops.states import move

CHECK_EVERY = timedelta(days=1)
CHECK_AGAIN = timedelta(hours=1)
"""After something was found: it may be mended, or may have been a passing fault."""


def _carry_out(work: Work) -> Steps[None]:
    """Try what a connection needs and keep what does not work; the row waits for the next time."""
    adapter = work.write(_adapter)
    if adapter is None:
        return
    try:
        findings = yield Call(adapter.check)
    except Stopping:
        raise
    except AdapterError as error:
        findings = [_blocked(error)]
    work.write(_settle, findings)


def _adapter(row: HeldRow) -> Adapter | None:
    """None: what was entered makes no adapter, which is what the check has found."""
    try:
        return row.context.adapter(row.session.get_one(Connection, row.ref_id))
    except AdapterError as error:
        _settle(row, [_blocked(error)])
        return None


def _blocked(error: AdapterError) -> CheckResult:
    return CheckResult(Text("Connection"), ok=False, advice=error.text, blocking=True)


def _settle(row: HeldRow, findings: list[CheckResult]) -> None:
    """Keep what was found, let go on what waited for this, and say when to check again."""
    session, now, tries = row.session, row.now, row.claim.tries
    findings = [*findings, *permission.ending(session, row.ref_id, now)]
    connection = session.get_one(Connection, row.ref_id)
    problem = problem_in(findings)
    if connection.state == ConnectionState.DISCONNECTED:
        row.finish(problem)
        return
    until, next_tries = now + (CHECK_AGAIN if problem else CHECK_EVERY), 0
    paused = connection.state == ConnectionState.PAUSED
    blocked = any(finding.blocking and not finding.ok for finding in findings)
    if blocked and recovery.is_awaited(session, connection):
        if not paused:
            move(session, connection, ConnectionMove.LOSE, at=now, problem=problem)
        until, next_tries = now + recovery.next_watch(tries, paused=paused), tries + 1
    else:
        if connection.state in (ConnectionState.PAUSED, ConnectionState.AWAY):
            recovery.resume(session, connection, now)
        keep(session, connection, problem, now)
    row.postpone(until, note=problem, tries=next_tries)


def problem_in(findings: list[CheckResult]) -> Said | None:
    """What does not work, a line each; None if all does."""
    problem: Said | None = None
    for finding in findings:
        if not finding.ok:
            line = Text("%(name)s: %(advice)s", name=finding.name, advice=finding.advice or "")
            problem = (
                line if problem is None else Text("%(before)s\n%(next)s", before=problem, next=line)
            )
    return problem


def keep(
    session: Transaction,
    connection: Connection,
    problem: Said | None,
    now: datetime,
    actor: Actor = CLOCK,
) -> None:
    """Keep what a check has found; what is paused or away keeps the reason for that."""
    if problem is not None and connection.state in (
        ConnectionState.WORKING,
        ConnectionState.FAULTY,
    ):
        move(session, connection, ConnectionMove.FIND_FAULT, at=now, actor=actor, problem=problem)
    elif problem is None and connection.state == ConnectionState.FAULTY:
        move(session, connection, ConnectionMove.RECOVER, at=now, actor=actor)
    if problem is None:
        note_passed(session, connection)


def note_passed(session: Transaction, connection: Connection) -> None:
    """Note in the audit that a connection works, the first time that shows."""
    if not first_steps.are_checked(session, [connection.id]):
        audit.note_connection(session, connection, first_steps.CHECKED)


def start_checking(session: Transaction, connection_id: int, now: datetime) -> None:
    """Put the row that checks a connection, a day from now; one that waits stays as it is.

    It stands in the inward lane: in the outward one it would wait with what it is to let go on.
    """
    row = backlog.row_for(session, Kind.CHECK, connection_id)
    if row is None or row.done_at is not None:
        lane = shop_queries.lane(session, connection_id, outward=False)
        due = now + CHECK_EVERY
        claims.put(session, Kind.CHECK, connection_id, lane_id=lane, due_at=due, now=now)


CHECK = Handler(
    kind=Kind.CHECK,
    label=Text("the check of the connection"),
    about=Connection,
    carry_out=_carry_out,
    shows_platform_back=False,
)
