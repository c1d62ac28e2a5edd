"""How long an accepted webhook takes while two workers are busy with a backlog."""

from __future__ import annotations

import statistics
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.load import CONNECTIONS, Request, slice_of
from bench.servers import SECRET, webhook
from bench.site import Site, site, start
from integrations.contract import Role
from service.db.models import Connection
from service.domain.staff.authority import OPERATOR
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection

BACKLOG, SECONDS, SLICES = 6000, 4, 5


def while_busy(name: str, database: str, redis: str, folder: Path) -> dict[str, Any]:
    """At half the rate that the idle installation takes at most, on the same two cores."""
    with ExitStack() as stack:
        found = site(folder, database, redis, stack)
        start(found.running["web"], found.sender.url)
        address, request = quiet_connection(found), webhook()
        found.rate(BACKLOG)
        found.send_all()
        most = _most(address, request, folder)
        pause = CONNECTIONS / (most / 2) * 1000
        script = request.script(folder / "half.lua", pause_ms=pause)
        for key in ("worker-1", "worker-2", "clock"):
            start(found.running[key])
        threading.Event().wait(3)
        slices = [slice_of(address, script, SECONDS) for _ in range(SLICES)]
        left = found.ledger.rows("SELECT count(*) AS n FROM made")[0]["n"]
    return {
        "what": f"webhook accepted at half the most while workers are busy, {name}",
        "p50_ms": _middle([each.p50 for each in slices]),
        "p99_ms": _middle([each.p99 for each in slices]),
        "p99_to_median": round(statistics.median(each.p99 / each.p50 for each in slices), 1),
        "asked_per_second": round(most / 2),
        "per_second": _middle([each.per_second for each in slices]),
        "make_goods_meanwhile": left,
        "backlog": BACKLOG,
    }


def quiet_connection(found: Site) -> str:
    """A second connection, whose deliveries are read but open no case."""
    context = found.wired.context
    shop_id = connections.add_shop(context, OPERATOR, "Quiet", zone="Asia/Jakarta")
    values = {
        "base_url": "http://127.0.0.1:9",
        "consumer_key": "ck_b",
        "consumer_secret": "cs_b",
        "webhook_secret": SECRET,
    }
    new = NewConnection("woocommerce", "W", [Role.REVIEWS], values)
    connection_id = connections.connect(context, shop_id, OPERATOR, new)
    with context.database.reading() as session:
        public = session.get_one(Connection, connection_id).public_id
    return f"{context.links.public_url}/webhooks/{public}"


def _most(address: str, request: Request, folder: Path) -> float:
    script = request.script(folder / "most.lua")
    slice_of(address, script, 2)
    return statistics.median(slice_of(address, script, 3).per_second for _ in range(3))


def _middle(values: list[float]) -> float:
    return round(statistics.median(values), 1)
