"""urllib3's connections, opened where `integrations.network` permits and read within the call's time."""

from __future__ import annotations

import http.client
import io
import socket
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

from integrations.network import CONNECT_SECONDS, Network, TimedReader


@dataclass(slots=True)
class Call:
    """The call a thread is making: until when, and whether its line could not even be opened."""

    network: Network
    ends: float
    now: Callable[[], float]
    unopened: bool = False


current: ContextVar[Call] = ContextVar("current")


class _Lines(io.BufferedReader):
    """Remembers the last line read."""

    last = b"\n"

    def readline(self, size: int | None = -1, /) -> bytes:
        self.last = super().readline(size)
        return self.last


class _TimedResponse(http.client.HTTPResponse):
    """An answer whose every byte is read within the call's time."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        call, raw = current.get(), self.fp.detach()
        self.fp = self._lines = _Lines(TimedReader(sock, raw, lambda: call.ends, call.now))

    def begin(self) -> None:
        super().begin()
        # The library takes the end of the line for the end of the headers.
        if self._lines.last == b"":
            raise http.client.IncompleteRead(b"")


class Connection(HTTPConnection):
    """A connection to where calls may go. Whatever fails in `connect` happened before anything of
    the request was sent."""

    response_class = _TimedResponse

    def connect(self) -> None:
        try:
            super().connect()
        except BaseException:
            current.get().unopened = True
            raise

    def _new_conn(self) -> socket.socket:
        call = current.get()
        seconds = min(CONNECT_SECONDS, max(call.ends - call.now(), 0.01))
        try:
            return call.network.connect(
                self._dns_host, self.port, seconds, own=self.proxy is not None
            )
        except OSError as error:
            raise NewConnectionError(self, str(error)) from error


class EncryptedConnection(Connection, HTTPSConnection):
    """The same with TLS."""


class Pool(HTTPConnectionPool):
    ConnectionCls = Connection


class EncryptedPool(HTTPSConnectionPool):
    ConnectionCls = EncryptedConnection
