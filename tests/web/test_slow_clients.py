"""Clients that announce and never send, send for ever, or never read: on both servers, for real."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from waitress.server import BaseWSGIServer

from service import embedded_web
from service.db.migrations import migrate
from service.db.session import Database
from service.rsgi import Served
from testbed.processes import Process, env_of, free_port, listens, procfile, until

ANNOUNCED = b"POST /webhooks/x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"
HALF_HEADERS = b"POST /webhooks/x HTTP/1.1\r\nHost: a\r\n"
UNREAD = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: a\r\n\r\n" * 100
"""Asks for more than any buffer of the line holds, and reads none of it."""
MANY = 150


@contextmanager
def hanging(port: int, number: int, sent: bytes) -> Iterator[list[socket.socket]]:
    """Connections that say this much and no more."""
    with ExitStack() as stack:
        lines = []
        for _ in range(number):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            line.sendall(sent)
            lines.append(line)
        yield lines


@pytest.fixture(name="scaled", scope="module")
def _scaled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """Port and process id of the web as the Procfile starts it."""
    folder = tmp_path_factory.mktemp("web")
    url, port = f"sqlite:///{folder / 'makegood.db'}", free_port()
    database = Database(url)
    migrate(database)
    database.close()
    env = env_of(url, port, PORT=str(port), WEB_WORKERS="1")
    process = Process(procfile("web", port), env, folder / "log")
    process.start()
    try:
        until("web", lambda: listens(port))
        until("health", lambda: alive(port))
        yield port, process.pid
    finally:
        process.end()


def alive(port: int, seconds: float = 5) -> bool:
    with suppress(requests.RequestException):
        url = f"http://127.0.0.1:{port}/health/live"
        return requests.get(url, timeout=seconds).status_code == 200
    return False


@pytest.mark.parametrize(
    "sent",
    [ANNOUNCED, HALF_HEADERS, b"", UNREAD],
    ids=["body", "headers", "nothing", "unread answers"],
)
def test_web_answers_while_many_never_send_or_read(scaled: tuple[int, int], sent: bytes) -> None:
    port, _ = scaled

    with hanging(port, MANY, sent):
        began = time.monotonic()
        answer = requests.post(f"http://127.0.0.1:{port}/webhooks/x", data=b"{}", timeout=10)

    assert answer.status_code == 404
    assert time.monotonic() - began < 8


def test_web_lives_on_when_one_of_its_children_is_killed(scaled: tuple[int, int]) -> None:
    port, parent = scaled
    before = children(parent)

    os.kill(before[-1], signal.SIGKILL)

    until("a new child", lambda: bool(set(children(parent)) - set(before)) and alive(port))


def children(parent: int) -> list[int]:
    """Process ids of what this one started (proc(5))."""
    return [
        int(each) for each in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    ]


class Trickle:
    """A body that comes in pieces, never or too much of it."""

    def __init__(self, pieces: int, pause: float) -> None:
        self.answer: tuple[int, list[tuple[str, str]], bytes] | None = None
        self._pieces, self._pause = pieces, pause

    async def __call__(self) -> bytes:
        return b"".join([piece async for piece in self])

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self._pieces):
            await asyncio.sleep(self._pause)
            yield b"x"

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.answer = (status, headers, body)


class Request:
    http_version = "1.1"
    client = "127.0.0.1:4711"
    server = "127.0.0.1:8000"
    scheme = "http"
    method = "POST"
    path = "/webhooks/a%20b"
    query_string = "c=d"

    def __init__(self, *headers: tuple[str, str]) -> None:
        self.headers = dict(headers)


def served(
    exchange: Trickle, most: int = 100, announced: tuple[str, str] = ("content-length", "3")
) -> tuple[int, bytes]:
    asked: list[dict[str, Any]] = []

    def app(environ: Any, start: Any) -> list[bytes]:
        asked.append(environ)
        start("202 Accepted", [("X-Said", "yes")])
        return [environ["wsgi.input"].read(), environ["PATH_INFO"].encode("latin-1")]

    async def run() -> None:
        request = Request(announced, ("x_forged", "1"), ("x-real", "2"))
        await Served(app, most=most, seconds=0.2).__rsgi__(request, exchange)

    asyncio.run(run())
    assert exchange.answer is not None
    assert all("HTTP_X_FORGED" not in each and each["HTTP_X_REAL"] == "2" for each in asked)
    return exchange.answer[0], exchange.answer[2]


def test_whole_body_reaches_the_application() -> None:
    assert served(Trickle(3, 0)) == (202, b"xxx/webhooks/a b")


@pytest.mark.parametrize("pause", [60, 0.05], ids=["never", "dripping"])
def test_body_that_does_not_come_in_time_is_refused(pause: float) -> None:
    assert served(Trickle(1000, pause))[0] == 408


def test_no_more_of_a_body_is_kept_than_shows_that_it_is_too_large() -> None:
    endless = ("transfer-encoding", "chunked")
    assert served(Trickle(1000, 0), most=10, announced=endless) == (
        202,
        b"x" * 11 + b"/webhooks/a b",
    )


@contextmanager
def embedded(monkeypatch: pytest.MonkeyPatch, seconds: float) -> Iterator[BaseWSGIServer]:
    """The server of `make run` with short limits; answers with a large body."""
    for name in ("REQUEST_SECONDS", "ANSWER_SECONDS"):
        monkeypatch.setattr(embedded_web, name, seconds)
    monkeypatch.setattr(embedded_web, "EVERY_SECONDS", 0)

    def app(environ: Any, start: Any) -> list[bytes]:
        start("200 OK", [("Content-Length", "8000000")] if environ["PATH_INFO"] == "/much" else [])
        return [b"x" * 8_000_000] if environ["PATH_INFO"] == "/much" else [b"fine"]

    opened = socket.create_server(("127.0.0.1", 0))
    server = embedded_web.create_server(app, most=1000, sockets=[opened])
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server
    server.task_dispatcher.shutdown()
    server.close()
    thread.join(5)


def ended(line: socket.socket, drip: bytes) -> bool:
    """Whether the server lets go of a line on which something is said again and again."""
    line.settimeout(0.1)
    for _ in range(100):
        with suppress(TimeoutError):
            try:
                line.send(drip)
                if not line.recv(100):
                    return True
            except ConnectionError:
                return True
    return False


@pytest.mark.parametrize("sent", [ANNOUNCED, HALF_HEADERS], ids=["body", "headers"])
def test_embedded_web_lets_go_of_what_drips(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    with embedded(monkeypatch, 0.3) as web, hanging(web.effective_port, 1, sent) as (line,):
        assert ended(line, b"x")


def test_embedded_web_lets_go_of_who_never_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    with embedded(monkeypatch, 0.3) as web, socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", int(web.effective_port)))
        line.sendall(b"GET /much HTTP/1.1\r\nHost: a\r\n\r\n")
        assert line.recv(1)
        until("its end", lambda: not web.active_channels)


@pytest.mark.parametrize(
    ("number", "sent"),
    [(MANY, ANNOUNCED), (30, b"GET /much HTTP/1.1\r\nHost: a\r\n\r\n")],
    ids=["body", "unread answers"],
)
def test_embedded_web_answers_while_many_never_send_or_read(
    monkeypatch: pytest.MonkeyPatch, number: int, sent: bytes
) -> None:
    with embedded(monkeypatch, 20) as web, hanging(web.effective_port, number, sent):
        assert requests.get(f"http://127.0.0.1:{web.effective_port}/", timeout=5).text == "fine"
