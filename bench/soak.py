"""Real processes under a saboteur: low ratings flow, make-goods are carried out by themselves, and
something is killed every few seconds. At the end the books of shop and Makegood are compared.

    make soak                        five minutes; SOAK_SECONDS changes that
    python -m bench.soak embedded    some of the ways of running alone: scale, embedded,
                                     supervised (nothing but a plain supervisor starts what was
                                     killed again), redis (Redis alone is killed, often)

The last line is JSON; the exit status is 0 when nothing was done twice, no order was overpaid and nothing was lost.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from bench.shop import now
from bench.site import Site, site, start
from integrations.sandbox.ledger import Ledger, add_line, leave_review
from integrations.sandbox.seed import SCARF, sell
from service.db.models import Case, Delivery, Kind, MakeGood, OutboxRow, Shop
from testbed.processes import Postgres, RedisServer, listens, until

PER_SECOND = 9.0
SHARED = 0.1
"""Share of orders of which two products are rated low."""
SETTLE_SECONDS = 600.0
AT_ONCE = {
    "resolution_check_hours": 0,
    "update_invitation_hours": 0,
    "opens": "00:00",
    "closes": "23:59",
    "days": [0, 1, 2, 3, 4, 5, 6],
}


@dataclass(slots=True)
class Run:
    """One way of running: its books, and what the saboteur may do."""

    site: Site
    acts: dict[str, Callable[[], None]]
    every: float
    rated: int = 0
    kills: Counter[str] = field(default_factory=Counter)


def scale(folder: Path, stack: ExitStack) -> Run:
    """PostgreSQL, Redis, web, two workers, clock; a shop that knows no idempotency key."""
    found, postgres, redis = _scaled(folder, stack)
    acts: dict[str, Callable[[], None]] = {name: each.again for name, each in found.running.items()}
    acts |= {
        "redis": lambda: _redis_again(redis),
        "flush": redis.flush,
        "postgres": postgres.restart,
    }
    return Run(found, acts, 2.0)


def supervised(folder: Path, stack: ExitStack) -> Run:
    """The same; the saboteur only kills, and what has ended is started again by a supervisor."""
    found, postgres, redis = _scaled(folder, stack)
    processes = [*found.running.values(), redis.process]
    ended = threading.Event()

    def supervise() -> None:
        while not ended.wait(1.0):
            for process in processes:
                if process.ended:
                    process.start()

    supervisor = threading.Thread(target=supervise)
    supervisor.start()
    stack.callback(supervisor.join)
    stack.callback(ended.set)
    acts: dict[str, Callable[[], None]] = {
        name: process.kill for name, process in found.running.items()
    }
    return Run(found, acts | {"redis": redis.process.kill, "postgres": postgres.restart}, 2.0)


def redis_alone(folder: Path, stack: ExitStack) -> Run:
    """The same; only Redis is killed, more than once a second."""
    found, _, redis = _scaled(folder, stack)
    return Run(found, {"redis": lambda: _redis_again(redis)}, 0.7)


def _scaled(folder: Path, stack: ExitStack) -> tuple[Site, Postgres, RedisServer]:
    postgres, redis = Postgres(folder), RedisServer(folder)
    stack.callback(postgres.process.end)
    stack.callback(redis.process.end)
    found = site(folder, postgres.url, redis.url, stack)
    for name, process in found.running.items():
        start(process, found.sender.url if name == "web" else "")
    return found, postgres, redis


def _redis_again(redis: RedisServer) -> None:
    redis.process.again()
    until("Redis", lambda: listens(redis.port))


def embedded(folder: Path, stack: ExitStack) -> Run:
    """One process as `make run` starts it, on SQLite."""
    found = site(folder, f"sqlite:///{folder / 'makegood.db'}", "", stack)
    process = found.running["embedded"]

    def again() -> None:
        process.end()
        start(process, found.sender.url)

    again()
    return Run(found, {"embedded": again}, 3.5)


def let_flow(run: Run) -> None:
    """Small and large make-goods go through by themselves; the shop is as bad as it can be."""
    with run.site.wired.context.database.transaction() as session:
        session.execute(update(Shop).values(follow_ups=AT_ONCE))
    knobs = {
        "random_share": "0.2",
        "duplicates": "on",
        "shuffled": "on",
        # It looks at what is left of an order and books it later.
        "careless_seconds": "0.02",
    }
    for name, value in knobs.items():
        run.site.ledger.change_setting(name, value)
    for _ in range(2):
        # Two senders, so that callbacks also overtake each other.
        run.site.sender.start()


def rate(run: Run, seconds: float) -> None:
    """Low ratings at a steady rate; now and then one is made still lower, or another product of the
    same order is rated low at the same moment."""
    dice, began = random.Random(7), time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        if run.rated < passed * PER_SECOND:
            [order_id] = sell(run.site.ledger, 1, now())
            leave_review(run.site.ledger, order_id, dice.choice((1, 2, 3)), "Barang rusak", now())
            if dice.random() < 0.05:
                leave_review(run.site.ledger, order_id, 1, "Masih rusak", now())
            run.rated += 1
            if dice.random() < SHARED:
                line_id = add_line(run.site.ledger, order_id, SCARF)
                leave_review(run.site.ledger, order_id, 1, "Jelek", now(), line_id=line_id)
                run.rated += 1
        else:
            time.sleep(0.02)


def sabotage(run: Run, stop: threading.Event) -> None:
    """Do one bad thing every few seconds; PostgreSQL is restarted less often, it takes longer."""
    dice = random.Random(11)
    while not stop.wait(run.every):
        names = [act for act in run.acts if act != "postgres" or dice.random() < 0.5]
        name = dice.choice(names)
        run.acts[name]()
        run.kills[name] += 1


def settle(run: Run) -> bool:
    """Wait until every callback is accepted and no make-good is under way; False: gave up."""
    ends = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < ends:
        unsent = run.site.ledger.rows("SELECT 1 FROM callback WHERE sent_at IS NULL LIMIT 1")
        if not unsent and not _under_way(run):
            return True
        time.sleep(1)
    return False


def _under_way(run: Run) -> int:
    kinds = (Kind.READ_DELIVERY, Kind.FIND_ORDER, Kind.MAKE_GOOD, Kind.LOOK)
    open_rows = (
        select(func.count())
        .select_from(OutboxRow)
        .where(OutboxRow.kind.in_(kinds), OutboxRow.done_at.is_(None))
    )
    soon = (
        select(func.count())
        .select_from(OutboxRow)
        .where(
            OutboxRow.kind == Kind.SEND_MESSAGE,
            OutboxRow.done_at.is_(None),
            OutboxRow.due_at <= now(),
        )
    )
    try:
        with run.site.wired.context.database.reading() as session:
            return (session.scalar(open_rows) or 0) + (session.scalar(soon) or 0)
    except Exception as error:
        # The pool still holds connections that the restart of PostgreSQL has cut.
        print(f"  asking again: {type(error).__name__}", flush=True)
        return 1


def compare(run: Run, settled: bool) -> dict[str, Any]:
    """Both books, row by row."""
    made = Counter(row["reference"] for row in run.site.ledger.rows("SELECT reference FROM made"))
    said = Counter(row["key"] for row in run.site.ledger.rows("SELECT key FROM message"))
    sent = run.site.ledger.rows("SELECT DISTINCT delivery FROM callback WHERE sent_at IS NOT NULL")
    with run.site.wired.context.database.reading() as session:
        goods = list(session.scalars(select(MakeGood)))
        kept = {each.key: each.state for each in session.scalars(select(Delivery))}
        cases = session.scalar(select(func.count()).select_from(Case)) or 0
    done = {make_good.reference for make_good in goods if make_good.state == "done"}
    stuck = {
        make_good.reference
        for make_good in goods
        if make_good.state in ("unknown", "refused", "by_hand")
    }
    known = {make_good.reference for make_good in goods}
    lost = [
        # Acknowledged but not kept, or kept and never understood; without a case; said to be done but
        # not done; done but not known; forgotten.
        *({each["delivery"] for each in sent} - set(kept)),
        *(key for key, state in kept.items() if state in ("waiting", "needs_attention")),
        *(f"case {number}" for number in range(cases, run.rated)),
        *(done - set(made)),
        *(set(made) - known),
        *(make_good.reference for make_good in goods if make_good.state == "approved"),
    ]
    return {
        "ratings": run.rated,
        "acknowledged": len(sent),
        "cases": cases,
        "approved": len(goods),
        "performed_once": sum(1 for each in done if made[each] == 1),
        "performed_twice": sum(1 for times in made.values() if times > 1),
        "orders_overpaid": overpaid(run.site.ledger),
        "messages": len(said),
        "messages_twice": sum(1 for times in said.values() if times > 1),
        "lost": len(lost),
        "lost_names": lost[:5],
        "needs_attention": len(stuck),
        "kills": dict(run.kills),
        "settled": settled,
    }


def overpaid(ledger: Ledger) -> int:
    """Orders for which more money was given than the buyer had paid."""
    return len(
        ledger.rows(
            "SELECT o.id FROM orders o JOIN made m ON m.order_id = o.id"
            " WHERE m.action <> 'resend' GROUP BY o.id HAVING sum(m.amount_minor) > o.paid_minor"
            " + (SELECT coalesce(sum(l.paid_minor), 0) FROM line l WHERE l.order_id = o.id)"
        )
    )


def soak(name: str, make: Callable[[Path, ExitStack], Run], seconds: float) -> dict[str, Any]:
    """One way of running from start to comparison."""
    with tempfile.TemporaryDirectory(prefix="makegood-soak-") as path, ExitStack() as stack:
        folder = Path(path)
        # The user `postgres` must be able to enter.
        folder.chmod(0o755)
        run = make(folder, stack)
        stack.callback(run.site.sender.stop)
        let_flow(run)
        stop = threading.Event()
        saboteur = threading.Thread(target=sabotage, args=(run, stop))
        saboteur.start()
        print(f"{name}: {seconds:.0f} s of ratings and kills", flush=True)
        rate(run, seconds)
        stop.set()
        saboteur.join()
        print(f"{name}: {run.rated} ratings, {dict(run.kills)}; settling", flush=True)
        began = time.monotonic()
        told = compare(run, settle(run))
        print(f"{name}: settled after {time.monotonic() - began:.0f} s: {told}", flush=True)
    return told


WAYS: dict[str, Callable[[Path, ExitStack], Run]] = {
    "scale": scale,
    "embedded": embedded,
    "supervised": supervised,
    "redis": redis_alone,
}
SHARES = {"scale": 0.4, "embedded": 0.2, "supervised": 0.2, "redis": 0.2}
COUNTS = (
    "ratings",
    "acknowledged",
    "cases",
    "approved",
    "performed_once",
    "performed_twice",
    "orders_overpaid",
    "messages_twice",
    "lost",
    "needs_attention",
)


def main(wanted: list[str]) -> int:
    """Run the ways named, all when none is; each has its share of the time."""
    seconds = float(os.environ.get("SOAK_SECONDS", "300"))
    told = {
        name: soak(name, WAYS[name], seconds * (1 if wanted else SHARES[name]))
        for name in wanted or WAYS
    }
    total: dict[str, Any] = {key: sum(each[key] for each in told.values()) for key in COUNTS}
    total["kills"] = dict(sum((Counter(each["kills"]) for each in told.values()), Counter()))
    total["ways"] = told
    wrong = ("performed_twice", "orders_overpaid", "messages_twice", "lost")
    good = not any(total[name] for name in wrong) and all(each["settled"] for each in told.values())
    print(json.dumps({"ok": good, **total}))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
