"""Claims and looks with few and with very many rows waiting."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text

from bench.load import spread
from integrations.contract import Role
from jobs.schedule import run_due
from jobs.sweep import is_due
from service import settings
from service.db.migrations import migrate
from service.db.models import Connection, OutboxRow
from service.db.outbox import backlog, claims
from service.db.session import Database
from service.db.shops import shop_queries
from service.domain.staff.authority import OPERATOR
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from service.wiring import Wiring, wire
from testbed.processes import env_of

FEW, MANY, DUE, TURNS = 10_000, 5_000_000, 1_000, 9
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


class _Stopped:
    def now(self) -> datetime:
        return NOW


def claiming(name: str, few_url: str, many_url: str) -> list[dict[str, Any]]:
    """Claims and looks with few and with many rows waiting, in turn."""
    few, many = _filled(few_url, FEW), _filled(many_url, MANY)
    found = [
        _compare(f"claim {DUE} due rows, {name}", few, many, claim_once),
        _compare(
            f"look whether anything is due while {DUE} rows are, {name}", few, many, look_once
        ),
    ]
    for wired in (few, many):
        with wired.context.database.transaction() as session:
            session.execute(text("DELETE FROM outbox WHERE kind = 'read_delivery'"))
        run_due(wired.context)
    found.append(_compare(f"a sweep with nothing due, {name}", few, many, sweep_once))
    few.close()
    many.close()
    return found


def _compare(
    what: str, few: Wiring, many: Wiring, once: Callable[[Wiring], float]
) -> dict[str, Any]:
    once(few), once(many)
    pairs = [(once(few), once(many)) for _ in range(TURNS)]
    return {
        "what": f"{what}: 5 million waiting against 10 thousand",
        **spread([large / small for small, large in pairs], 2),
        "few_ms": round(statistics.median(small for small, _ in pairs), 2),
        "many_ms": round(statistics.median(large for _, large in pairs), 2),
    }


def _filled(url: str, waiting: int) -> Wiring:
    """A database with `waiting` rows due later and `DUE` due now, in one lane."""
    wired = wire(settings.load(env_of(url, 1)), clock=_Stopped())
    database = wired.context.database
    migrate(database)
    shop_id = connections.add_shop(wired.context, OPERATOR, "Bench", zone="Asia/Jakarta")
    values = {"base_url": "http://127.0.0.1:9", "outgoing_secret": "whsec_" + "A" * 40}
    connections.connect(
        wired.context,
        shop_id,
        OPERATOR,
        NewConnection("standard", "S", [Role.REVIEWS], values),
    )
    later, due = NOW + timedelta(days=1), NOW - timedelta(minutes=1)
    with database.transaction() as session:
        connection = session.scalar(select(Connection.id)) or 0
        lane = shop_queries.lane(session, connection, outward=False)
        # Only what is put below counts.
        session.execute(text("DELETE FROM outbox"))
        _put(database, session, "send_message", lane, at=later, number=waiting)
        session.connection().execute(
            insert(OutboxRow.__table__),
            [
                {
                    "kind": "read_delivery",
                    "ref_id": number,
                    "step": "",
                    "lane_id": lane,
                    "due_at": due,
                    "tries": 0,
                    "given_up": False,
                    "note": "",
                }
                for number in range(DUE)
            ],
        )
    if not database.sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
            line.execute(text("VACUUM ANALYZE outbox"))
    return wired


def _put(
    database: Database, session: Any, kind: str, lane: int, *, at: datetime, number: int
) -> None:
    numbers = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many)"
        if database.sqlite
        else "WITH n(i) AS (SELECT generate_series(1, :many))"
    )
    # Spread over a year, as follow-ups are.
    moment = (
        "strftime('%Y-%m-%d %H:%M:%f000', :at, '+' || (i % 31536000) || ' seconds')"
        if database.sqlite
        else "CAST(:at AS timestamptz) + (i % 31536000) * interval '1 second'"
    )
    stamp = at.strftime("%Y-%m-%d %H:%M:%S") + ("" if database.sqlite else "+00")
    session.execute(
        text(
            f"{numbers} INSERT INTO outbox (kind, ref_id, step, lane_id, due_at, tries, given_up,"
            f" note) SELECT :kind, i, '', :lane, {moment}, 0, false, '' FROM n"
        ),
        {"many": number, "kind": kind, "at": stamp, "lane": lane},
    )


class _Undo(Exception):
    pass


def claim_once(wired: Wiring) -> float:
    """Milliseconds to claim all that is due; undone afterwards."""
    began = time.perf_counter()
    try:
        with wired.context.database.transaction() as session:
            got = claims.claim(session, NOW, most=DUE, per_lane=DUE, inward=DUE)
            passed = time.perf_counter() - began
            if len(got) != DUE:
                raise RuntimeError(f"{len(got)} rows were claimed")
            raise _Undo
    except _Undo:
        return passed * 1000


def look_once(wired: Wiring) -> float:
    """Milliseconds to see whether something is due: what the clock asks each second."""
    began = time.perf_counter()
    with wired.context.database.reading() as session:
        if not backlog.has_due(session, NOW):
            raise RuntimeError("nothing was due")
        return (time.perf_counter() - began) * 1000


def sweep_once(wired: Wiring) -> float:
    """Milliseconds of a pass of the clock when nothing is due: periodic jobs and the outbox are
    looked at."""
    began = time.perf_counter()
    ran = run_due(wired.context)
    if ran or is_due(wired):
        raise RuntimeError("something was due")
    return (time.perf_counter() - began) * 1000
