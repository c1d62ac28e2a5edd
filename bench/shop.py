"""The sandbox shop as a process of its own, so that its work is not counted as ours: it tells how
long it has been busy at /seconds. Settings: BENCH_SHOP_PATH (ledger), BENCH_SHOP_URL."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from integrations.sandbox.shop import Shop, create_shop
from testbed.processes import BIN, Process, free_port, listens, until

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

KEY = "bench"


def now() -> datetime:
    """Aware UTC."""
    return datetime.now(UTC)


def make(path: Path, url: str, webhook_url: str = "", webhook_secret: str = "") -> Shop:
    """The shop over its ledger."""
    return create_shop(
        path,
        base_url=url,
        api_key=KEY,
        webhook_url=webhook_url,
        webhook_secret=webhook_secret,
        now=now,
    )


def create_wsgi() -> WSGIApplication:
    """The application that the process serves."""
    shop = make(Path(os.environ["BENCH_SHOP_PATH"]), os.environ["BENCH_SHOP_URL"]).app.wsgi_app
    lock, busy = threading.Lock(), [0.0]

    def timed(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/seconds":
            start("200 OK", [("Content-Type", "text/plain")])
            return [f"{busy[0]:.6f}".encode()]
        began = time.perf_counter()
        answer = list(shop(environ, start))
        with lock:
            busy[0] += time.perf_counter() - began
        return answer

    return timed


def serve(path: Path, folder: Path) -> tuple[str, Process]:
    """Start the shop's process; gives its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        str(BIN / "granian"),
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        "1",
        "--blocking-threads",
        "16",
        "--factory",
        "bench.shop:create_wsgi",
    ]
    env = {"BENCH_SHOP_PATH": str(path), "BENCH_SHOP_URL": url}
    process = Process(command, env, folder / "shop.log")
    process.start()
    until("the shop", lambda: listens(port))
    return url, process
