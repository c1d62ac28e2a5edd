"""What a rating costs the thread that writes: calls of functions, statements and commits. Unlike
seconds they do not swing with whatever else the machine does."""

from __future__ import annotations

import pstats
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from cProfile import Profile
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from bench.site import Site, site, start
from jobs.drain import drain

WARM, WAITING, ALONE = 20, 100, 30


def of_a_rating(name: str, database: str, redis: str, folder: Path) -> dict[str, Any]:
    """Ratings that wait, drained at once; then some that come one by one. The first ones, which
    compile statements and read the models, are not counted."""
    with ExitStack() as stack:
        bench = site(folder, database, redis, stack)
        start(bench.running["web"], bench.sender.url)
        _arrive(bench, WARM)
        drain(bench.wired)
        _arrive(bench, 1)
        drain(bench.wired)
        _arrive(bench, WAITING)
        waiting = _cost(bench, WAITING, folder / "waiting.pstats")
        alone = _cost(bench, ALONE, folder / "alone.pstats", lambda: _arrive(bench, 1))
        done = bench.ledger.rows("SELECT count(*) AS number FROM made")[0]["number"]
    if done != WARM + 1 + WAITING + ALONE:
        raise RuntimeError(f"{done} make-goods were carried out")
    return {
        "what": f"calls and statements of one rating, {name}",
        **{f"{key}_of_{WAITING}": value for key, value in waiting.items()},
        **{f"{key}_alone": value for key, value in alone.items()},
    }


def _arrive(bench: Site, number: int) -> None:
    bench.rate(number)
    bench.send_all()


def _cost(
    bench: Site, ratings: int, profile_path: Path, before: Callable[[], None] | None = None
) -> dict[str, float]:
    """Of one rating, where all are drained at once, or where each comes by itself `before` its drain."""
    profile = Profile()
    with _counting(bench.wired.context.database.engine) as numbers:
        for _ in range(ratings if before else 1):
            if before:
                before()
            numbers["counts"] = 1
            profile.runcall(drain, bench.wired)
            numbers["counts"] = 0
    profile.dump_stats(profile_path)
    calls: int = pstats.Stats(profile).total_calls  # type: ignore[attr-defined]
    return {
        "calls": round(calls / ratings),
        "statements": round(numbers["statements"] / ratings, 1),
        "commits": round(numbers["commits"] / ratings, 2),
    }


@contextmanager
def _counting(engine: Engine) -> Iterator[Counter[str]]:
    """Counts statements and commits of this thread."""
    numbers: Counter[str] = Counter()
    here = threading.get_ident()

    def count(key: str) -> None:
        if numbers["counts"] and threading.get_ident() == here:
            numbers[key] += 1

    def statement(*_: Any) -> None:
        count("statements")

    def commit(_: Any) -> None:
        count("commits")

    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "commit", commit)
    try:
        yield numbers
    finally:
        event.remove(engine, "before_cursor_execute", statement)
        event.remove(engine, "commit", commit)
