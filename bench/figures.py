"""Figures of this machine: `make bench`. A table, and JSON as the last line.

Ratios are taken slice by slice, both sides in turn, because the machine's speed swings; absolute
figures stand beside them.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import func, select, text

from bench.processes import BIN, Postgres, Process, free_port, listens, wait_for
from bench.soak import env_of
from integrations.contract import Role
from service import settings
from service.db import claims, queries
from service.db.migrations import migrate
from service.db.models import Delivery, Lane
from service.db.session import Database
from service.operations import shops
from service.operations.shops import NewConnection
from service.start import set_up
from service.wiring import Wiring, wire

SLICES, SLICE_SECONDS, CONNECTIONS = 9, 3, 16
FEW, MANY, DUE = 10_000, 5_000_000, 1_000
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
SECRET = "b" * 40
BODY = json.dumps({
    "id": 31, "product_id": 10, "status": "approved", "date_created_gmt": "2026-11-24T08:10:00",
    "reviewer": "Sari", "reviewer_email": "sari@example.test", "review": "Datang pecah. " * 40,
    "rating": 5, "verified": True, "customer_id": 2, "order_ids": [13], "revision": 1,
})  # fmt: skip
LUA = """
math.randomseed(os.time() + tonumber(tostring({{}}):sub(8)) % 1000000)
wrk.method = "POST"
wrk.body = [==[{body}]==]
request = function()
  return wrk.format(nil, nil, {{["Content-Type"] = "application/json",
    ["X-WC-Webhook-Topic"] = "review.updated", ["X-WC-Webhook-ID"] = "1",
    ["X-WC-Webhook-Signature"] = "{signature}",
    ["X-WC-Webhook-Delivery-ID"] = math.random(2^52) .. "-" .. math.random(2^52)}})
end
done = function(summary, latency)
  io.write(string.format("FIGURES %d %d %d %.3f %.3f\\n", summary.requests, summary.duration,
    summary.errors.status + summary.errors.read + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
"""


def wrk(url: str, script: Path) -> tuple[float, float, float]:
    """Requests a second, median and p99 in ms of one slice; raises when a request failed."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SLICE_SECONDS}s", "-s", str(script), url]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"FIGURES (\d+) (\d+) (\d+) (\S+) (\S+)", told)
    if found is None or found[3] != "0":
        raise RuntimeError(f"requests failed: {told}")
    return int(found[1]) / (int(found[2]) / 1e6), float(found[4]), float(found[5])


def script_of(folder: Path) -> Path:
    """A wrk script: one signed body, a fresh delivery id each time."""
    digest = hmac.digest(SECRET.encode(), BODY.encode(), "sha256")
    path = folder / "wrk.lua"
    path.write_text(LUA.format(body=BODY, signature=base64.b64encode(digest).decode()), "utf-8")
    return path


def bare(folder: Path, stack: ExitStack) -> str:
    """The yardstick under gunicorn gthread on both cores; gives its address."""
    port = free_port()
    command = [str(BIN / "gunicorn"), "-k", "gthread", "-w", "2", "--threads", "8", "-b",
               f"127.0.0.1:{port}", "--log-level", "error", "bench.bare:app"]  # fmt: skip
    process = Process(command, {}, folder / "bare.log")
    process.start()
    stack.callback(process.end)
    wait_for("gunicorn", lambda: listens(port))
    return f"http://127.0.0.1:{port}/webhooks/bare"


def ours(database: str, folder: Path, stack: ExitStack) -> tuple[str, Wiring]:
    """Our web server as the Procfile starts it, with a WooCommerce connection."""
    port = free_port()
    env = env_of(database, port)
    wired = wire(settings.load(env))
    migrate(wired.context.database)
    shop = shops.add_shop(wired.context, "Bench", zone="Asia/Jakarta")
    values = {
        "base_url": "http://127.0.0.1:9", "consumer_key": "ck_b", "consumer_secret": "cs_b",
        "webhook_secret": SECRET,
    }  # fmt: skip
    shops.connect(wired.context, shop, NewConnection("woocommerce", "W", [Role.REVIEWS], values))
    with wired.context.database.reading() as session:
        public = session.execute(text("SELECT public_id FROM connection")).scalar_one()
    command = [str(BIN / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port",
               str(port), "--workers", "2", "--blocking-threads", "8", "--factory",
               "service.app:create_wsgi"]  # fmt: skip
    process = Process(command, env, folder / "granian.log")
    process.start()
    stack.callback(process.end)
    wait_for("granian", lambda: listens(port))
    return f"http://127.0.0.1:{port}/webhooks/{public}", wired


def accepting(name: str, database: str, folder: Path) -> dict[str, Any]:
    """Webhooks accepted durably against the yardstick, in alternating slices."""
    with ExitStack() as stack:
        script, plain = script_of(folder), bare(folder, stack)
        address, wired = ours(database, folder, stack)
        wrk(plain, script), wrk(address, script)
        pairs = [(wrk(address, script), wrk(plain, script)) for _ in range(SLICES)]
        with wired.context.database.reading() as session:
            kept = session.scalar(select(func.count()).select_from(Delivery)) or 0
        wired.close()
    ratios = [mine[0] / other[0] for mine, other in pairs]
    return {
        "what": f"webhook accepted, {name}, against bare Flask", **spread(ratios),
        "per_second": round(statistics.median(mine[0] for mine, _ in pairs)),
        "bare_per_second": round(statistics.median(other[0] for _, other in pairs)),
        "p50_ms": round(statistics.median(mine[1] for mine, _ in pairs), 1),
        "p99_ms": round(statistics.median(mine[2] for mine, _ in pairs), 1), "rows_kept": kept,
    }  # fmt: skip


def spread(values: list[float]) -> dict[str, float]:
    """Median and quartiles."""
    low, middle, high = statistics.quantiles(values, n=4)
    return {"median": round(middle, 3), "low": round(low, 3), "high": round(high, 3)}


def filled(url: str, waiting: int) -> Database:
    """A database with `waiting` rows due later and `DUE` due now, in one lane."""
    database = Database(url)
    migrate(database)
    later, due = NOW + timedelta(days=1), NOW - timedelta(minutes=1)
    numbers = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many)"
        if database.sqlite
        else "WITH n(i) AS (SELECT generate_series(1, :many))"
    )
    moment = ":at" if database.sqlite else "CAST(:at AS timestamptz)"
    rows = text(
        f"{numbers} INSERT INTO outbox (kind, ref_id, step, lane_id, due_at, tries, given_up, note)"
        f" SELECT :kind, i, '', 1, {moment}, 0, false, '' FROM n"
    )
    with database.transaction() as session:
        session.execute(text(
            "INSERT INTO shop (id, name, zone, country, language, created_at, playbook,"
            " agent_limits, automatic, follow_ups, texts, asking) VALUES (1, 'B', 'UTC', '', 'en',"
            " CURRENT_TIMESTAMP, '{}', '{}', '{}', '{}', '{}', '{}')"
        ))  # fmt: skip
        session.execute(text(
            "INSERT INTO connection (id, public_id, shop_id, adapter, name, roles, \"values\","
            " secrets, threshold, cases_from, poll_cursor, paused_reason, created_at) VALUES (1,"
            " 'x', 1, 'standard', 'B', '[]', '{}', '', 3, CURRENT_TIMESTAMP, '', '',"
            " CURRENT_TIMESTAMP)"
        ))  # fmt: skip
        session.add(Lane(id=1, connection_id=1, outward=False, concurrency=10**6, allowance=0.0,
                         allowance_at=NOW))  # fmt: skip
        session.flush()
        for kind, many, at in (("follow_up", waiting, later), ("read_delivery", DUE, due)):
            stamp = at.strftime("%Y-%m-%d %H:%M:%S.%f") + ("" if database.sqlite else "+00")
            session.execute(rows, {"many": many, "kind": kind, "at": stamp})
    if not database.sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
            line.execute(text("VACUUM ANALYZE outbox"))
    return database


class _Undo(Exception):
    pass


def claim_once(database: Database) -> float:
    """Milliseconds to claim all that is due; undone afterwards."""
    began = time.perf_counter()
    try:
        with database.transaction() as session:
            got = claims.claim(session, NOW, most=DUE, per_lane=DUE, inward=DUE)
            passed = time.perf_counter() - began
            if len(got) != DUE:
                raise RuntimeError(f"{len(got)} rows were claimed")
            raise _Undo
    except _Undo:
        return passed * 1000


def look_once(database: Database) -> float:
    """Milliseconds to see whether anything is due: what the clock asks each second."""
    began = time.perf_counter()
    with database.reading() as session:
        queries.oldest_due(session)
        return (time.perf_counter() - began) * 1000


def claiming(name: str, few_url: str, many_url: str) -> list[dict[str, Any]]:
    """Claims and looks with few and with many rows waiting, in turn."""
    few, many = filled(few_url, FEW), filled(many_url, MANY)
    found = []
    for what, once in (
        ("claim 1,000 due", claim_once),
        ("look whether anything is due", look_once),
    ):
        once(few), once(many)
        pairs = [(once(few), once(many)) for _ in range(SLICES)]
        found.append({
            "what": f"{what}, {name}, 5 million waiting against 10 thousand",
            **spread([large / small for small, large in pairs]),
            "few_ms": round(statistics.median(small for small, _ in pairs), 2),
            "many_ms": round(statistics.median(large for _, large in pairs), 2),
        })  # fmt: skip
    few.close()
    many.close()
    return found


def resident(pid: int) -> float:
    """Resident memory of a process in MB."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def idle_memory(folder: Path) -> dict[str, Any]:
    """The embedded process, a few seconds after its start."""
    port = free_port()
    env = env_of(f"sqlite:///{folder / 'idle.db'}", port,
                 MAKEGOOD_SANDBOX_PATH=str(folder / "idle-sandbox.db"))  # fmt: skip
    wired = wire(settings.load(env))
    set_up(wired)
    process = Process([sys.executable, "-m", "service.start"], env, folder / "idle.log")
    process.start()
    wait_for("the embedded process", lambda: listens(port))
    time.sleep(10)
    used = resident(process.pid)
    process.end()
    return {"what": "memory of the embedded process, idle", "mb": round(used)}


def main() -> int:
    """Measure, print a table and JSON."""
    if shutil.which("wrk") is None:
        print("wrk is missing: apt-get install wrk", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="makegood-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        postgres = Postgres(folder)
        stack.callback(postgres.process.end)
        urls = {}
        with psycopg.connect(postgres.url, autocommit=True) as line:
            for one in ("accept", "few", "many"):
                line.execute(f"CREATE DATABASE {one}")
                urls[one] = postgres.url.rpartition("/")[0] + f"/{one}"
        lite = {one: f"sqlite:///{folder / one}.db" for one in urls}
        pg = {
            one: url.replace("postgresql://", "postgresql+psycopg://") for one, url in urls.items()
        }
        steps: list[Callable[[], list[dict[str, Any]]]] = [
            lambda: [accepting("SQLite", lite["accept"], folder)],
            lambda: [accepting("PostgreSQL", urls["accept"], folder)],
            lambda: [idle_memory(folder)],
            lambda: claiming("SQLite", lite["few"], lite["many"]),
            lambda: claiming("PostgreSQL", pg["few"], pg["many"]),
        ]
        found: list[dict[str, Any]] = []
        for step in steps:
            for figure in step():
                found.append(figure)
                print("  ".join(f"{key}: {value}" for key, value in figure.items()), flush=True)
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
