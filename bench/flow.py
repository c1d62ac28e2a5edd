"""Ratings carried all the way: how long one takes alone, and how many go through in a second."""

from __future__ import annotations

import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench.load import spread
from bench.site import Site, site, start, wait_until
from service.db.models import Case, Delivery, MakeGood, Message

ALONE, TOGETHER = 40, 2000
MADE = "SELECT 1 FROM made WHERE order_id = ?"


def alone(name: str, database: str, redis: str, folder: Path) -> dict[str, Any]:
    """From the moment a rating's callback is sent until the make-good stands in the shop's ledger,
    without the time that the shop itself was busy."""
    with ExitStack() as stack:
        found = site(folder, database, redis, stack)
        for key, process in found.running.items():
            start(process, found.sender.url if key in ("web", "embedded") else "")
        _warm_up(found)
        passed, shop = [], []
        for _ in range(ALONE):
            whole, busy = _one(found)
            passed.append((whole - busy) * 1000)
            shop.append(busy * 1000)
    return {
        "what": f"one rating to its make-good in ms, {name}",
        **spread(passed, 1),
        "shop_ms": round(sorted(shop)[len(shop) // 2], 1),
    }


def _warm_up(found: Site) -> None:
    time.sleep(4)
    for _ in range(3):
        _one(found)


def _one(found: Site) -> tuple[float, float]:
    [order] = found.rate(1)
    before, began = _busy(found), time.perf_counter()
    found.sender.send_due()
    wait_until(lambda: found.ledger.row(MADE, order))
    whole = time.perf_counter() - began
    time.sleep(0.3)
    return whole, _busy(found) - before


def _busy(found: Site) -> float:
    with urllib.request.urlopen(f"{found.shop_url}/seconds", timeout=5) as answer:
        return float(answer.read())


def together(name: str, database: str, redis: str, folder: Path) -> dict[str, Any]:
    """Accepted ratings, then two workers: from the first case opened to the last make-good done
    and its follow-ups planned. The shop's work on the same two cores is part of it."""
    with ExitStack() as stack:
        found = site(folder, database, redis, stack)
        start(found.running["web"], found.sender.url)
        found.rate(TOGETHER)
        found.send_all()
        found.running["web"].end()
        for key in ("worker-1", "worker-2", "clock"):
            start(found.running[key])
        wait_until(lambda: _planned(found) >= TOGETHER, pause=0.5)
        with found.wired.context.database.reading() as session:
            first = session.scalar(select(func.min(Case.opened_at)))
            last = session.scalar(select(func.max(MakeGood.done_at)))
            deliveries = session.scalar(select(func.count()).select_from(Delivery))
    assert first is not None
    assert last is not None
    return {
        "what": f"ratings carried all the way a second, {name}, two workers",
        "per_second": round(TOGETHER / (last - first).total_seconds(), 1),
        "ratings": deliveries,
    }


def _planned(found: Site) -> int:
    ready = (
        select(func.count(func.distinct(Message.make_good_id)))
        .select_from(Message)
        .join(MakeGood, MakeGood.id == Message.make_good_id)
        .where(MakeGood.state == "done", Message.step == "resolution_check")
    )
    with found.wired.context.database.reading() as session:
        return session.scalar(ready) or 0
