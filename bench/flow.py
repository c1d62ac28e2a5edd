"""Ratings carried all the way: how long one takes alone, and how many go through in a second.

The sandbox shop runs on the same machine; its own work is part of every figure here.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from bench.figures import resident, spread
from bench.soak import AUTOMATIC, Run, embedded, now, scale
from integrations.sandbox.ledger import leave_review
from integrations.sandbox.seed import sell
from service.db.models import FollowUp, MakeGood, Shop

ALONE, TOGETHER, MOST_SECONDS = 40, 1500, 240


def planned(run: Run) -> int:
    """Make-goods that are done and whose messages are planned."""
    ready = (
        select(func.count(func.distinct(FollowUp.make_good_id)))
        .select_from(FollowUp)
        .join(MakeGood, MakeGood.id == FollowUp.make_good_id)
        .where(MakeGood.state == "done")
    )
    with run.wired.context.database.reading() as session:
        return session.scalar(ready) or 0


def wait_until(wanted: Callable[[], bool], pause: float) -> None:
    """Wait; raises `TimeoutError`."""
    ends = time.monotonic() + MOST_SECONDS
    while not wanted():
        if time.monotonic() > ends:
            raise TimeoutError("the ratings did not go through")
        time.sleep(pause)


def alone(run: Run) -> list[float]:
    """Milliseconds from a rating's callback being due to its make-good in the shop's ledger."""
    passed = []
    for _ in range(ALONE):
        [order_id] = sell(run.ledger, 1, now())
        began = time.perf_counter()
        leave_review(run.ledger, order_id, 1, "Barang rusak", now())
        made = "SELECT 1 FROM made WHERE order_id = ?"
        callback = "SELECT tries FROM callback ORDER BY id DESC LIMIT 1"

        def sent(query: str = callback) -> bool:
            found = run.ledger.row(query)
            return found is not None and found["tries"] > 0

        def carried_out(query: str = made, order: int = order_id) -> bool:
            return run.ledger.row(query, order) is not None

        # The sender looks five times a second: its waiting is not ours.
        wait_until(sent, 0.0005)
        waited = time.perf_counter() - began
        wait_until(carried_out, 0.0005)
        passed.append((time.perf_counter() - began - min(waited, 0.2)) * 1000)
        time.sleep(0.3)
    return passed


def together(run: Run) -> float:
    """Ratings a second, from the first callback until the last follow-up is planned."""
    before = planned(run)
    orders = sell(run.ledger, TOGETHER, now())
    began = time.perf_counter()
    for order_id in orders:
        leave_review(run.ledger, order_id, 1, "Barang rusak", now())
    wait_until(lambda: planned(run) - before >= TOGETHER, 0.1)
    return TOGETHER / (time.perf_counter() - began)


def measure(name: str, make: Callable[[Path], Run]) -> list[dict[str, Any]]:
    """One way of running."""
    with tempfile.TemporaryDirectory(prefix="makegood-flow-") as folder, ExitStack() as stack:
        Path(folder).chmod(0o755)
        run = make(Path(folder))
        stack.callback(run.close)
        time.sleep(3)
        with run.wired.context.database.transaction() as session:
            session.execute(update(Shop).values(automatic=AUTOMATIC))
        passed = alone(run)
        told: list[dict[str, Any]] = [
            {"what": f"one rating to its make-good in ms, {name}", **spread(passed),
             "p90": round(statistics.quantiles(passed, n=10)[-1], 1)},
            {"what": f"ratings carried all the way a second, {name}",
             "per_second": round(together(run), 1)},
        ]  # fmt: skip
        if run.pid():
            told.append({
                "what": f"memory after {ALONE + TOGETHER} ratings, {name}",
                "mb": round(resident(run.pid())),
            })  # fmt: skip
    return told


def main() -> int:
    """Measure both ways, print a table and JSON."""
    found: list[dict[str, Any]] = []
    for name, make in (("SQLite embedded", embedded), ("PostgreSQL and two workers", scale)):
        for figure in measure(name, make):
            found.append(figure)
            print("  ".join(f"{key}: {value}" for key, value in figure.items()), flush=True)
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
