"""Waitress with time limits: clients that never send, never finish or never read are disconnected.

Waitress itself closes only what was silent for long; a body or an answer that drips is never silent.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import waitress
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer

THREADS = 16
CONNECTIONS = 1000
"""Who only holds a connection open costs a descriptor, not a thread."""
IDLE_SECONDS = 30
REQUEST_SECONDS = 20.0
"""From the first byte of a request to its last."""
ANSWER_SECONDS = 60.0
"""From the first byte of an answer that waits to be read to its last."""
EVERY_SECONDS = 2


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that knows since when a request is coming in and an answer is going out."""

    asking_since: float | None = None
    answering_since: float | None = None

    def received(self, data: bytes) -> bool:
        if data and self.asking_since is None:
            self.asking_since = time.monotonic()
        more = bool(super().received(data))
        if self.request is None:
            self.asking_since = None
        return more

    def late(self, now: float) -> bool:
        """Whether this request or answer has had its time."""
        if not self.total_outbufs_len:
            self.answering_since = None
        elif self.answering_since is None:
            self.answering_since = now
        return _over(self.asking_since, now, REQUEST_SECONDS) or _over(
            self.answering_since, now, ANSWER_SECONDS
        )


def _over(since: float | None, now: float, seconds: float) -> bool:
    return since is not None and now - since > seconds


def create_server(app: Any, *, most: int, **options: Any) -> BaseWSGIServer:
    """A server that takes bodies of up to `most` bytes."""
    servers: dict[int, Any] = {}
    server = waitress.create_server(
        app,
        map=servers,
        # More descriptors than select() knows.
        asyncore_use_poll=True,
        threads=THREADS,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=EVERY_SECONDS,
        max_request_body_size=most,
        **options,
    )
    for listener in [entry for entry in servers.values() if isinstance(entry, BaseWSGIServer)]:
        listener.channel_class = Channel
        listener.maintenance = _maintenance(listener, listener.maintenance)
    return server


def _maintenance(server: Any, usual: Callable[[float], None]) -> Callable[[float], None]:
    def look(now: float) -> None:
        usual(now)
        for channel in list(server.active_channels.values()):
            if channel.late(time.monotonic()):
                # Waitress ends a line when it can write to it; to who never reads it never can.
                channel.handle_close()

    return look
