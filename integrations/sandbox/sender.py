"""Posts the shop's signed callbacks until they are accepted; those not sent survive a restart."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from integrations.errors import AdapterError
from integrations.http import Http
from integrations.network import Network
from integrations.sandbox.codec import sign
from integrations.sandbox.ledger import Ledger, Row, callbacks_due

LONGEST = timedelta(seconds=60)


class Sender:
    """A durable queue with growing pauses, as real platforms have."""

    def __init__(self, ledger: Ledger, url: str, secret: str, now: Callable[[], datetime]) -> None:
        self.url = url
        self._ledger, self._secret, self._now = ledger, secret, now
        parts = urlsplit(url)
        own_address = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        self._http = Http(total_seconds=10, network=Network(own=own_address))
        self._stop = threading.Event()

    def start(self, every: float = 0.2) -> threading.Thread:
        """Send in a thread of its own until `stop`."""

        def loop() -> None:
            while not self._stop.is_set():
                if self.send_due() == 0:
                    self._stop.wait(every)

        thread = threading.Thread(target=loop, name="sandbox-sender", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """End the thread after the callback at hand."""
        self._stop.set()

    def send_due(self) -> int:
        """Send what is due once; gives how many were accepted."""
        return sum(self._send(callback) for callback in callbacks_due(self._ledger, self._now()))

    def _send(self, callback: Row) -> int:
        now = self._now()
        stamp = str(int(now.timestamp()))
        signature = sign(self._secret, callback["delivery"], stamp, callback["body"])
        headers = {
            "Content-Type": "application/json",
            "X-Sandbox-Delivery": callback["delivery"],
            "X-Sandbox-Timestamp": stamp,
            "X-Sandbox-Signature": signature,
        }
        try:
            accepted = self._http.call("POST", self.url, headers=headers, body=callback["body"]).ok
        except AdapterError:
            accepted = False
        pause = min(timedelta(seconds=2 ** min(callback["tries"], 6)), LONGEST)
        with self._ledger.write() as connection:
            connection.execute(
                "UPDATE callback SET tries = tries + 1, sent_at = ?, due_at = ? WHERE id = ?",
                (now.isoformat() if accepted else None, (now + pause).isoformat(), callback["id"]),
            )
        return 1 if accepted else 0
