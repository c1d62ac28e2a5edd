"""What processes leave behind when they die, and how much memory one needs."""

from __future__ import annotations

import re
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench.busy import quiet_connection
from bench.load import slice_of
from bench.servers import webhook
from bench.site import Site, site, start, wait_until
from integrations.sandbox import trouble
from service.db.models import Attempt, Delivery, Kind, OutboxRow

DELIVERIES = 100_000


def abandoned(name: str, database: str, redis: str, folder: Path) -> dict[str, Any]:
    """A worker is killed in the middle of a call: how long until another has the row."""
    with ExitStack() as stack:
        found = site(folder, database, redis, stack)
        start(found.running["web"], found.sender.url)
        for key in ("worker-1", "worker-2", "clock"):
            start(found.running[key])
        time.sleep(4)
        [order] = found.rate(1)
        trouble.choose(found.ledger, order, "slow")
        found.sender.send_due()
        wait_until(lambda: _attempts(found) == 1, pause=0.01)
        # Both may hold it; the one that does not is started again to be the other.
        began = time.perf_counter()
        for key in ("worker-1", "worker-2"):
            found.running[key].end()
        start(found.running["worker-2"])
        wait_until(lambda: _settled(found), pause=0.05)
        passed = time.perf_counter() - began
        made = len(found.ledger.rows("SELECT 1 FROM made WHERE order_id = ?", order))
    return {
        "what": f"work of a killed worker done by another, {name}",
        "seconds": round(passed, 1),
        "done_times": made,
    }


def _attempts(found: Site) -> int:
    with found.wired.context.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Attempt)) or 0


def _settled(found: Site) -> bool:
    done = select(OutboxRow.id).where(
        OutboxRow.kind == Kind.MAKE_GOOD, OutboxRow.done_at.is_not(None)
    )
    with found.wired.context.database.reading() as session:
        return session.scalar(done.limit(1)) is not None


def memory(database: str, folder: Path) -> list[dict[str, Any]]:
    """The embedded process idle, and after very many deliveries that it has read."""
    with ExitStack() as stack:
        found = site(folder, database, "", stack)
        address = quiet_connection(found)
        embedded = found.running["embedded"]
        start(embedded, found.sender.url)
        time.sleep(10)
        script = webhook().script(folder / "webhook.lua")
        idle = _resident(embedded.pid)
        slice_of(address, script, 5)
        wait_until(lambda: _waiting(found) == 0, pause=1, seconds=900)
        warm = _resident(embedded.pid)
        while _deliveries(found) < DELIVERIES:
            slice_of(address, script, 20)
        wait_until(lambda: _waiting(found) == 0, pause=1, seconds=1800)
        time.sleep(5)
        after, deliveries = _resident(embedded.pid), _deliveries(found)
    return [
        {"what": "memory of the embedded process, idle", "mb": round(idle, 1)},
        {
            "what": "memory of the embedded process after many deliveries",
            "mb": round(after, 1),
            "deliveries": deliveries,
            "after_the_first_mb": round(warm, 1),
            "growth": round(after / warm - 1, 3),
        },
    ]


def _deliveries(found: Site) -> int:
    with found.wired.context.database.reading() as session:
        return session.scalar(select(func.max(Delivery.id))) or 0


def _waiting(found: Site) -> int:
    with found.wired.context.database.reading() as session:
        rows = select(OutboxRow.id).where(
            OutboxRow.kind == Kind.READ_DELIVERY, OutboxRow.done_at.is_(None)
        )
        return len(session.scalars(rows.limit(1)).all())


def _resident(pid: int) -> float:
    """Resident memory of a process in MB."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    found = re.search(r"VmRSS:\s+(\d+)", status)
    assert found is not None
    return int(found[1]) / 1024
