"""Webhooks accepted durably: against a bare route, and against peers, slice by slice in turn."""

from __future__ import annotations

import statistics
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench import peers, servers
from bench.load import Slice, slice_of, spread
from service.db.models import Delivery
from service.wiring import Wiring

SLICES, SECONDS = 9, 3


def against_bare(name: str, database: str, folder: Path) -> dict[str, Any]:
    """Our server as the Procfile starts it, against the yardstick."""
    with ExitStack() as stack:
        script = servers.webhook().script(folder / "webhook.lua")
        plain = servers.bare(folder, stack)
        address, wired = servers.ours(database, folder, stack)
        slice_of(plain, script, SECONDS)
        sent = slice_of(address, script, SECONDS).per_second
        pairs = [
            (slice_of(address, script, SECONDS), slice_of(plain, script, SECONDS))
            for _ in range(SLICES)
        ]
        kept = _kept(wired)
    mine = [each for each, _ in pairs]
    return {
        "what": f"webhook accepted, {name}, against bare Flask",
        **spread([each.per_second / other.per_second for each, other in pairs]),
        **_absolute(mine),
        "bare_per_second": _rate([other for _, other in pairs]),
        "rows_kept": kept,
        "answered": round(sum(each.per_second * SECONDS for each in mine) + sent),
    }


def against_peers(ours: str, theirs: str, folder: Path) -> list[dict[str, Any]]:
    """Ours and both peers on PostgreSQL, all under gunicorn gthread."""
    with ExitStack() as stack:
        script = servers.webhook().script(folder / "webhook.lua")
        address, wired = servers.ours(ours, folder, stack, gunicorn=True)
        found = peers.start(theirs, folder, stack)
        slices: dict[str, list[Slice]] = {"ours": [], **{each.name: [] for each in found}}
        for turn in range(SLICES + 1):
            told = {"ours": slice_of(address, script, SECONDS)}
            told |= {each.name: slice_of(each.url, each.script, SECONDS) for each in found}
            if turn:
                for name, each in told.items():
                    slices[name].append(each)
        wired.close()
    return [
        {
            "what": f"webhook accepted, PostgreSQL, gunicorn gthread, against {each.name}",
            **spread(
                [
                    mine.per_second / other.per_second
                    for mine, other in zip(slices["ours"], slices[each.name], strict=True)
                ]
            ),
            **_absolute(slices["ours"]),
            "peer_per_second": _rate(slices[each.name]),
        }
        for each in found
    ]


def _kept(wired: Wiring) -> int:
    with wired.context.database.reading() as session:
        kept = session.scalar(select(func.count()).select_from(Delivery)) or 0
    wired.close()
    return kept


def _rate(slices: list[Slice]) -> int:
    return round(statistics.median(each.per_second for each in slices))


def _absolute(slices: list[Slice]) -> dict[str, float]:
    return {
        "per_second": _rate(slices),
        "p50_ms": round(statistics.median(each.p50 for each in slices), 1),
        "p99_ms": round(statistics.median(each.p99 for each in slices), 1),
    }
