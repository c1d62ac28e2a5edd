"""Watches the shop's side of the line: what was sent to it may still be under way when the sender
has died."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

from werkzeug.serving import BaseWSGIServer


class Line:
    """Counts the connections a server has open, from its accepting them to their very end."""

    def __init__(self, server: BaseWSGIServer) -> None:
        self._address = ("127.0.0.1", server.port)
        self._open, self._lock = 0, threading.Lock()
        self._accept, self._end = server.process_request, server.shutdown_request
        server.process_request = self._accepted  # type: ignore
        server.shutdown_request = self._ended  # type: ignore

    def _accepted(self, request: Any, address: Any) -> None:
        with self._lock:
            self._open += 1
        self._accept(request, address)

    def _ended(self, request: Any) -> None:
        self._end(request)
        with self._lock:
            self._open -= 1

    def wait_until_idle(self) -> None:
        """Return when all that was sent before has been worked off."""
        # Connections are accepted in turn: when ours is over, all before it are counted.
        with socket.create_connection(self._address) as ours:
            ours.shutdown(socket.SHUT_WR)
            while ours.recv(64):
                pass
        while self._open:
            time.sleep(0.002)
