"""A whole Makegood beside a sandbox shop, both in processes of their own, for bench and soak."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import shop
from integrations.contract import Role
from integrations.sandbox.ledger import Ledger, leave_review
from integrations.sandbox.seed import sell
from integrations.sandbox.sender import Sender
from service import settings
from service.db.migrations import migrate
from service.db.models import Connection, Shop
from service.domain.staff.authority import OPERATOR
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from service.operations.staff import accounts
from service.operations.staff.permits import seller_actor
from service.wiring import Wiring, wire
from testbed.processes import Process, env_of, free_port, listens, procfile, until, workers

AUTOMATIC = {c: {"each": 10**12, "shop_day": 10**15, "buyer_day": 10**15} for c in ("IDR", "SGD")}
LATER = {"opens": "03:00", "closes": "03:01", "days": [0]}
"""Messages are planned, but none is sent while the bench runs."""
ALL_ANSWERED = {"most_an_hour": 10_000}
"""As a rating of an ordinary hour: after many cases within one, first answers wait for a person."""


@dataclass(slots=True)
class Site:
    """What a run needs of its installation."""

    wired: Wiring
    ledger: Ledger
    sender: Sender
    running: dict[str, Process]
    shop_url: str

    def rate(self, number: int) -> list[int]:
        """Low ratings of new orders; their callbacks wait to be sent. Gives the orders."""
        orders = sell(self.ledger, number, shop.now())
        for order_id in orders:
            leave_review(self.ledger, order_id, 1, "Barang rusak", shop.now())
        return orders

    def send_all(self) -> None:
        """Send every waiting callback."""
        while self.ledger.rows("SELECT 1 FROM callback WHERE sent_at IS NULL LIMIT 1"):
            if not self.sender.send_due():
                time.sleep(0.05)


def site(
    folder: Path, database: str, redis: str, stack: ExitStack, *, adapter: str = "sandbox-nokey"
) -> Site:
    """An installation whose processes are not started yet, beside a running shop.

    With Redis: web, two workers, clock; without: the one embedded process, which has a sandbox of
    its own besides, so that this shop must not be taken for it by its adapter.
    """
    port, path = free_port(), folder / "shop.db"
    env = env_of(database, port, MAKEGOOD_SANDBOX_PATH=str(folder / "own-sandbox.db"))
    wired = wire(settings.load(env))
    stack.callback(wired.close)
    migrate(wired.context.database)
    owner_id = accounts.add_seller(wired.context, OPERATOR, "owner@example.test", {})
    shop_url, process = shop.serve(path, folder)
    stack.callback(process.end)
    connection = _connect(wired, owner_id, shop_url, adapter)
    made = shop.make(
        path,
        shop_url,
        f"http://127.0.0.1:{port}/webhooks/{connection.public_id}",
        connections.webhook_secret(wired.context, connection),
    )
    if redis:
        env |= {"MAKEGOOD_REDIS_URL": redis}
        running = {
            "web": Process(procfile("web", port), env, folder / "web.log"),
            **workers(env, folder),
        }
    else:
        command = [sys.executable, "-m", "service.embedded"]
        running = {"embedded": Process(command, env, folder / "embedded.log")}
    for each in running.values():
        stack.callback(each.end)
    return Site(wired, made.ledger, made.sender, running, shop_url)


def _connect(wired: Wiring, owner_id: int, shop_url: str, adapter: str) -> Connection:
    with wired.context.database.reading() as session:
        owner = seller_actor(session, owner_id)
    shop_id = connections.add_shop(wired.context, owner, "Bench", zone="Asia/Jakarta", country="ID")
    values = {"base_url": shop_url, "api_key": shop.KEY}
    new = NewConnection(adapter, "Sandbox", list(Role), values)
    connection_id = connections.connect(wired.context, shop_id, OPERATOR, new)
    with wired.context.database.transaction() as session:
        found = session.get_one(Shop, shop_id)
        found.automatic, found.follow_ups = AUTOMATIC, LATER
        found.answering = ALL_ANSWERED
        return session.get_one(Connection, connection_id)


def start(running: Process, url: str = "") -> None:
    """Start a process; with an address, wait until something listens there."""
    running.start()
    if url:
        port = int(url.rpartition(":")[2].partition("/")[0])
        until("web", lambda: listens(port))


def wait_until(wanted: Callable[[], Any], *, pause: float = 0.0005, seconds: float = 300) -> None:
    """Wait; raises `TimeoutError`."""
    ends = time.monotonic() + seconds
    while not wanted():
        if time.monotonic() > ends:
            raise TimeoutError("it did not happen in time")
        time.sleep(pause)
