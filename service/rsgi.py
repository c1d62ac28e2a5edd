"""The web behind granian: a request is whole before a thread takes it up.

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

from service.app import WsgiApp, create_wsgi
from service.wiring import wiring

log = logging.getLogger(__name__)

BODY_SECONDS = 15.0
"""From the end of the headers to the end of the body, whatever the pace at which it comes."""
THREADS = 8
"""More would wait for each other: a request is mostly Python and one commit."""
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

    def __aiter__(self) -> Any: ...

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...


class Served:
    """The WSGI application for granian."""

    def __init__(self, app: WsgiApp, *, most: int, seconds: float = BODY_SECONDS) -> None:
        self._app, self._most, self._seconds = app, most, seconds
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")

    async def __rsgi__(self, scope: Scope, exchange: Exchange) -> None:
        """Read the body, let a thread answer."""
        environ = _environ(scope)
        if "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ:
            try:
                async with asyncio.timeout(self._seconds):
                    body = await self._body(exchange)
            except TimeoutError:
                exchange.response_bytes(408, [PLAIN, ("connection", "close")], LATE)
                return
            environ["wsgi.input"] = io.BytesIO(body)
        loop = asyncio.get_running_loop()
        exchange.response_bytes(*await loop.run_in_executor(self._threads, self._answer, environ))

    async def _body(self, exchange: Exchange) -> bytes:
        """All of it, or as much as shows that it is too large."""
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


def _environ(scope: Scope) -> dict[str, Any]:
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
        "wsgi.input": io.BytesIO(),
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
    return Served(create_wsgi(), most=wiring().settings.max_body_bytes).__rsgi__
