"""Web servers under load: the bare yardstick, and ours as the Procfile or gunicorn starts it."""

from __future__ import annotations

import base64
import hmac
import json
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import text

from bench.load import Request
from integrations.contract import Role
from service import settings
from service.db.migrations import migrate
from service.domain.staff.authority import OPERATOR
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from service.wiring import Wiring, wire
from testbed.processes import BIN, Process, env_of, free_port, listens, procfile, until

SECRET = "b" * 40
BODY = json.dumps(
    {
        "id": 31,
        "product_id": 10,
        "status": "approved",
        "date_created_gmt": "2026-11-24T08:10:00",
        "reviewer": "Sari",
        "reviewer_email": "sari@example.test",
        "review": "Datang pecah. " * 40,
        "rating": 5,
        "verified": True,
        "customer_id": 2,
        "order_ids": [13],
        "revision": 1,
    }
)
GUNICORN = ["-k", "gthread", "-w", "2", "--threads", "8", "--log-level", "error"]


def webhook() -> Request:
    """A signed WooCommerce delivery, each with a delivery id of its own."""
    digest = hmac.digest(SECRET.encode(), BODY.encode(), "sha256")
    headers = {
        "Content-Type": "application/json",
        "X-WC-Webhook-Topic": "review.updated",
        "X-WC-Webhook-ID": "1",
        "X-WC-Webhook-Signature": base64.b64encode(digest).decode(),
    }
    return Request(BODY, headers, ("X-WC-Webhook-Delivery-ID",))


def serve(command: list[str], env: dict[str, str], port: int, log: Path, stack: ExitStack) -> None:
    """Start a server, wait until it listens, end it with the stack."""
    process = Process(command, env, log)
    process.start()
    stack.callback(process.end)
    until(command[0], lambda: listens(port))


def bare(folder: Path, stack: ExitStack) -> str:
    """The yardstick under gunicorn gthread on both cores; gives its address."""
    port = free_port()
    command = [str(BIN / "gunicorn"), *GUNICORN, "-b", f"127.0.0.1:{port}", "bench.bare:app"]
    serve(command, {}, port, folder / "bare.log", stack)
    return f"http://127.0.0.1:{port}/webhooks/bare"


def ours(
    database: str, folder: Path, stack: ExitStack, *, gunicorn: bool = False, redis: str = ""
) -> tuple[str, Wiring]:
    """Our web server with a WooCommerce connection; gives the webhook address and a wiring."""
    port = free_port()
    env = env_of(database, port, **({"MAKEGOOD_REDIS_URL": redis} if redis else {}))
    wired = wire(settings.load({**env, "MAKEGOOD_REDIS_URL": ""}))
    migrate(wired.context.database)
    shop = connections.add_shop(wired.context, OPERATOR, "Bench", zone="Asia/Jakarta")
    values = {
        "base_url": "http://127.0.0.1:9",
        "consumer_key": "ck_b",
        "consumer_secret": "cs_b",
        "webhook_secret": SECRET,
    }
    connections.connect(
        wired.context,
        shop,
        OPERATOR,
        NewConnection("woocommerce", "W", [Role.REVIEWS], values),
    )
    with wired.context.database.reading() as session:
        public = session.execute(text("SELECT public_id FROM connection")).scalar_one()
    command = (
        [str(BIN / "gunicorn"), *GUNICORN, "-b", f"127.0.0.1:{port}", "service.app:create_wsgi()"]
        if gunicorn
        else procfile("web", port)
    )
    serve(command, env, port, folder / f"web-{port}.log", stack)
    return f"http://127.0.0.1:{port}/webhooks/{public}", wired
