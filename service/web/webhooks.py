"""POST /webhooks/<connection id>: verify raw bytes, store, commit, answer. Nothing calls out.

An application of its own, without the pages' hooks, because a flood of webhooks must stay cheap.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from prometheus_client import Counter
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wsgi import get_input_stream

from integrations import registry
from integrations.contract import Adapter, Config, Inbound, WebhookSource
from integrations.errors import BadSignature
from service.db.reviews.new_delivery import NewDelivery
from service.db.shops import shop_queries
from service.operations.context import Context
from service.wiring import Wiring

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)

KNOWN_FOR = timedelta(seconds=10)
"""How long a connection's secrets are kept in memory; a new secret is found at once."""
NOT_STORED = "Not stored. Send it again."
KEEP_HEADERS = ("content-type", "user-agent")
"""What is stored beside the body and what the adapter names."""
NEVER_KEEP = ("signature",)
MOST_QUERY = 2000

DELIVERIES = Counter("makegood_deliveries_total", "Webhook deliveries", ["outcome"])


@dataclass(frozen=True, slots=True)
class KnownConnection:
    """What the request needs of a connection, kept for a short time."""

    connection_id: int
    lane_id: int
    adapter: type[Adapter]
    webhooks: type[WebhookSource]
    config: Config
    read_at: datetime


class ConnectionCache:
    """Knows the connections by their public ids."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[str, KnownConnection] = {}
        self._lock = threading.Lock()

    def known(self, public_id: str, now: datetime) -> KnownConnection | None:
        """The connection of an address if it was read a moment ago."""
        cached = self._known.get(public_id)
        return cached if cached is not None and abs(now - cached.read_at) < KNOWN_FOR else None

    def find(self, public_id: str, now: datetime, *, fresh: bool = False) -> KnownConnection | None:
        """The connection of an address; `fresh` reads it again. None: there is no such address."""
        cached = None if fresh else self.known(public_id, now)
        if cached is not None:
            return cached
        with self._lock:
            cached = self._read(public_id, now)
            if cached is None:
                self._known.pop(public_id, None)
            else:
                self._known[public_id] = cached
            return cached

    def _read(self, public_id: str, now: datetime) -> KnownConnection | None:
        with self._context.database.reading() as session:
            row = shop_queries.connection_of_address(session, public_id)
            if row is None or not row.roles:
                return None
            lane = shop_queries.lane(session, row.id, outward=False)
        adapter = registry.get(row.adapter)
        config = self._context.config(row)
        return KnownConnection(row.id, lane, adapter, registry.webhooks(row.adapter), config, now)


class Webhooks:
    """The application that takes webhooks: plain WSGI, because this one path is flooded."""

    def __init__(self, wired: Wiring) -> None:
        self._context, self._intake = wired.context, wired.intake
        self._cache = ConnectionCache(wired.context)
        self._refusals = wired.refusals
        self._most = wired.settings.max_body_bytes

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        public_id = environ.get("PATH_INFO", "").removeprefix("/webhooks/")
        if environ["REQUEST_METHOD"] == "GET" and environ.get("QUERY_STRING"):
            answer = self._challenge(public_id, environ["QUERY_STRING"])
            if answer is not None:
                return _answer_challenge(start, answer)
        if environ["REQUEST_METHOD"] != "POST":
            text = "This address takes webhooks by POST. Paste it at your platform."
            return _say(start, 405, text)
        try:
            body = get_input_stream(environ, max_content_length=self._most).read()
        except RequestEntityTooLarge:
            return _say(start, 413, "This delivery is larger than this installation accepts.")
        except ClientDisconnected:
            return _say(start, 400, "The delivery broke off. Send it again.")
        return _say(start, *self._receive(public_id, _headers(environ), body))

    def store_known(
        self, public_id: str, headers: Mapping[str, str], body: bytes
    ) -> Future[bool] | None:
        """Begin to store what is genuine at a first look; never waits, for an event loop.

        None: `__call__` has to look, at the database too, and to answer.
        """
        now = self._context.clock.now()
        connection = self._cache.known(public_id, now)
        if connection is None:
            return None
        inbound = Inbound(headers, body, now, self._context.links.webhook(public_id))
        try:
            key = connection.webhooks.verify(inbound, connection.config.webhook_secrets, now)
        except BadSignature:
            return None
        if key is None:
            return None
        return self._intake.store(_new_delivery(connection, key, inbound))

    def _challenge(self, public_id: str, query: str) -> str | None:
        """The answer for a platform that tries the address; None where it is not that."""
        now = self._context.clock.now()
        connection = self._cache.find(public_id, now, fresh=True) if _plain(public_id) else None
        if connection is None or len(query) > MOST_QUERY:
            return None
        asked = dict(parse_qsl(query, keep_blank_values=True))
        return connection.webhooks.challenge(asked, connection.config)

    def _receive(self, public_id: str, headers: dict[str, str], body: bytes) -> tuple[int, str]:
        """The answer to one delivery. Whatever fails here, its sender is to send it again."""
        try:
            return self._accept(public_id, headers, body)
        except BadSignature as error:
            return 401, f"Not accepted: {error.message}. Check the secret at your platform."
        except Exception:
            log.exception("a delivery could not be stored")
            return 503, NOT_STORED

    def _accept(self, public_id: str, headers: dict[str, str], body: bytes) -> tuple[int, str]:
        """Store a genuine delivery; raises `BadSignature`."""
        now = self._context.clock.now()
        connection = self._cache.find(public_id, now) if _plain(public_id) else None
        if connection is None:
            return 404, "There is no such connection. Copy the address from Makegood again."
        inbound = Inbound(headers, body, now, self._context.links.webhook(public_id))
        try:
            key = _verify(self._cache, connection, inbound, public_id, now)
        except BadSignature as error:
            self._refusals.note(connection.connection_id, error.message, now)
            raise
        if key is None:
            return 200, "pong"
        delivery = _new_delivery(connection, key, inbound)
        return 202, "accepted" if self._intake.accept(delivery) else "known"


def _answer_challenge(start: StartResponse, answer: str) -> list[bytes]:
    body = answer.encode()
    # Never a page: what the asker sent stands in it.
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    start("200 OK", [*headers, ("X-Content-Type-Options", "nosniff")])
    return [body]


def _plain(public_id: str) -> bool:
    """Whether it can be an id of ours at all; others are not looked up."""
    return public_id.isascii() and public_id.isprintable()


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    return {**headers, "content-type": environ.get("CONTENT_TYPE", "")}


def _verify(
    cache: ConnectionCache,
    connection: KnownConnection,
    inbound: Inbound,
    public_id: str,
    now: datetime,
) -> str | None:
    """The key of a genuine delivery; a secret changed a moment ago is read before refusing."""
    try:
        return connection.webhooks.verify(inbound, connection.config.webhook_secrets, now)
    except BadSignature:
        again = cache.find(public_id, now, fresh=True)
        secrets = connection.config.webhook_secrets
        if again is None or again.config.webhook_secrets == secrets:
            raise
        return again.webhooks.verify(inbound, again.config.webhook_secrets, now)


def _new_delivery(connection: KnownConnection, key: str, inbound: Inbound) -> NewDelivery:
    kept = _kept(inbound.headers, connection.adapter)
    return NewDelivery(
        connection.connection_id,
        connection.lane_id,
        key,
        kept,
        inbound.body,
        inbound.received_at,
    )


def _kept(headers: Mapping[str, str], adapter: type[Adapter]) -> str:
    kept = {
        name: value
        for name, value in headers.items()
        if (name in KEEP_HEADERS or name.startswith(adapter.keep_headers))
        and not any(word in name for word in NEVER_KEEP)
    }
    return json.dumps(kept)


_OUTCOMES = {200: "ping", 202: "accepted", 401: "refused", 404: "unknown", 413: "too_large"}


def answer(status: int, text: str) -> tuple[list[tuple[str, str]], bytes]:
    """Headers and body of an answer, counted."""
    DELIVERIES.labels(_OUTCOMES.get(status, "failed")).inc()
    # Some platforms take a success for one only where nothing is said (Shopee, TikTok Shop).
    body = b"" if status < 300 else f"{text}\n".encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    if status == 405:
        headers.append(("Allow", "POST"))
    if status == 503:
        headers.append(("Retry-After", "5"))
    return headers, body


def _say(start: StartResponse, status: int, text: str) -> list[bytes]:
    headers, body = answer(status, text)
    start(f"{status} {HTTP_STATUS_CODES[status]}", headers)
    return [body]
