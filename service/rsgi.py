"""The web behind granian: a request is read completely before a thread takes it.

Bodies come in an event loop, where waiting costs next to nothing, within a time and a size; so
senders that announce a body and never send it hold no thread. Reference:
https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md
"""

from __future__ import annotations

import asyncio
import io
import logging
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes

from service import logs
from service.app import WsgiApp, create_wsgi
from service.db.reviews.intake import WAIT_SECONDS
from service.web.webhooks import NOT_STORED, Webhooks, answer
from service.wiring import wiring

log = logging.getLogger(__name__)

BODY_SECONDS = 15.0
"""From the end of the headers to the end of the body, whatever the pace at which it comes."""
THREADS = 8
"""More would wait for each other: a request is mostly Python and one commit."""
SMALL = 64 * 1024
"""Bytes of a body that are verified in the loop: while it does, it takes nothing else."""
LATE = b"The body of this request did not come in time. Send it again.\n"
BROKEN = b"Something went wrong here. Try again in a minute.\n"
PLAIN = ("content-type", "text/plain; charset=utf-8")

Answered = tuple[int, list[tuple[str, str]], bytes]


class Scope(Protocol):
    """What granian says of a request."""

    http_version: str
    client: str
    server: str
    scheme: str
    method: str
    path: str
    query_string: str
    headers: Any


class Exchange(Protocol):
    """How the body is read and the answer given."""

    async def __call__(self) -> bytes: ...

    def __aiter__(self) -> Any: ...

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...


class Served:
    """The WSGI application for granian. `webhooks`: what is stored without a thread of a request;
    `prefixes` are the beginnings of their addresses."""

    def __init__(
        self,
        app: WsgiApp,
        *,
        most: int,
        seconds: float = BODY_SECONDS,
        webhooks: Webhooks | None = None,
        prefixes: tuple[str, ...] = (),
    ) -> None:
        self._app, self._most, self._seconds = app, most, seconds
        self._webhooks, self._prefixes = webhooks, prefixes
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()

    async def __rsgi__(self, scope: Scope, exchange: Exchange) -> None:
        """Read the body, let a thread answer."""
        length, body = scope.headers.get("content-length"), b""
        if length is not None or "transfer-encoding" in scope.headers:
            try:
                async with asyncio.timeout(self._seconds):
                    body = await self._body(exchange, length or "")
            except TimeoutError:
                exchange.response_bytes(408, [PLAIN, ("connection", "close")], LATE)
                return
        if self._webhooks is not None and scope.path.startswith(self._prefixes):
            answered = await _store(self._webhooks, scope, body)
            if answered is not None:
                exchange.response_bytes(*answered)
                return
        environ = _environ(scope, body)
        loop = asyncio.get_running_loop()
        exchange.response_bytes(*await loop.run_in_executor(self._threads, self._answer, environ))

    async def _body(self, exchange: Exchange, length: str) -> bytes:
        """All of it, or as much as shows that it is too large."""
        if length.isdecimal() and int(length) <= self._most:
            return await exchange()
        kept = bytearray()
        async for piece in exchange:
            kept += piece
            if len(kept) > self._most:
                break
        return bytes(kept)

    def _answer(self, environ: dict[str, Any]) -> Answered:
        started: list[tuple[int, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            started.append((int(status.split(" ", 1)[0]), headers))

        try:
            pieces: Iterable[bytes] = self._app(environ, start)
            try:
                body = b"".join(pieces)
            finally:
                getattr(pieces, "close", lambda: None)()
            status, headers = started[-1]
        except Exception:
            log.exception("a request failed")
            return 500, [PLAIN], BROKEN
        # HTTP/2 knows lower case only.
        return status, [(name.lower(), value) for name, value in headers], body


async def _store(webhooks: Webhooks, scope: Scope, body: bytes) -> Answered | None:
    """Take a delivery whose connection is known, with no thread of its own: they are flooded."""
    if scope.method != "POST" or len(body) > SMALL:
        return None
    headers = {name: value for name, value in scope.headers.items() if "_" not in name}
    headers.setdefault("content-type", "")
    stored = webhooks.store_known(scope.path.rpartition("/")[2], headers, body)
    if stored is None:
        return None
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            status, text = 202, "accepted" if await asyncio.wrap_future(stored) else "known"
    except Exception:
        log.exception("a delivery could not be stored")
        status, text = 503, NOT_STORED
    more, content = answer(status, text)
    named = ("x-request-id", logs.request_id(headers.get("x-request-id", "")))
    return status, [*((name.lower(), value) for name, value in more), named], content


def _environ(scope: Scope, body: bytes) -> dict[str, Any]:
    """The request as PEP 3333 has it."""
    path, host = unquote_to_bytes(scope.path).decode("latin-1"), scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "SERVER_SOFTWARE": "Granian",
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_NAME": host[0],
        "SERVER_PORT": host[2],
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": scope.query_string,
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.version": (1, 0),
    }
    for name, value in _headers(scope):
        joint = "; " if name == "HTTP_COOKIE" else ","
        environ[name] = f"{environ[name]}{joint}{value}" if name in environ else value
    return environ


def _headers(scope: Scope) -> Iterator[tuple[str, str]]:
    for name, value in scope.headers.items():
        # An underscore would let a header pass for another one.
        if "_" not in name:
            upper = name.upper().replace("-", "_")
            plain = upper in ("CONTENT_TYPE", "CONTENT_LENGTH")
            yield (upper if plain else f"HTTP_{upper}"), value


def create_rsgi() -> Callable[[Scope, Exchange], Awaitable[None]]:
    """This process's own application, from the environment."""
    wired = wiring()
    webhooks = Webhooks(wired)
    site = create_wsgi(webhooks=webhooks)
    served = Served(
        site,
        most=wired.settings.max_body_bytes,
        webhooks=webhooks,
        # Some proxies take the path of the installation away, some do not.
        prefixes=("/webhooks/", f"{wired.settings.path}/webhooks/"),
    )
    return served.__rsgi__
