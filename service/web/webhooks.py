"""POST /webhooks/<connection id>: verify raw bytes, store, commit, answer. Nothing calls out.

An application of its own, without the pages' hooks, because a flood of webhooks must stay cheap.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from prometheus_client import Counter
from sqlalchemy import select
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wsgi import get_input_stream

from integrations import registry
from integrations.contract import Adapter, Inbound, WebhookSource
from integrations.errors import BadSignature
from service.db.models import Connection
from service.db.reviews.deliveries import Intake, NewDelivery
from service.db.shops import shop_queries
from service.operations.context import Context
from service.wiring import Wiring

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from _typeshed.wsgi import WSGIApplication as WsgiApp

log = logging.getLogger(__name__)

KNOWN_FOR = timedelta(seconds=10)
"""How long a connection's secrets are kept in memory; a new secret is found at once."""
NOT_STORED = "Not stored. Send it again."
KEEP_HEADERS = ("content-type", "user-agent")
"""What is stored beside the body and what the adapter names."""
NEVER_KEEP = ("signature",)

DELIVERIES = Counter("makegood_deliveries_total", "Webhook deliveries", ["outcome"])


@dataclass(frozen=True, slots=True)
class KnownConnection:
    """What the request needs of a connection, kept for a short time."""

    connection_id: int
    lane_id: int
    adapter: type[Adapter]
    webhooks: type[WebhookSource]
    secrets: tuple[str, ...]
    read_at: datetime


class ConnectionCache:
    """Knows the connections by their public ids."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[str, KnownConnection] = {}
        self._lock = threading.Lock()

    def find(self, public_id: str, now: datetime, *, fresh: bool = False) -> KnownConnection | None:
        """The connection of an address; `fresh` reads it again. None: there is no such address."""
        cached = self._known.get(public_id)
        if cached is not None and not fresh and abs(now - cached.read_at) < KNOWN_FOR:
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
            row = session.scalar(select(Connection).where(Connection.public_id == public_id))
            if row is None or not row.roles:
                return None
            lane = shop_queries.lane(session, row.id, outward=False)
        adapter = registry.get(row.adapter)
        secrets = self._context.config(row).webhook_secrets
        webhooks = registry.webhooks(row.adapter)
        return KnownConnection(row.id, lane, adapter, webhooks, secrets, now)


def make_webhooks(wired: Wiring) -> WsgiApp:
    """The application that takes webhooks: plain WSGI, because this one path is flooded."""
    cache, intake = ConnectionCache(wired.context), wired.intake
    most = wired.settings.max_body_bytes

    def receive(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "POST":
            text = "This address takes webhooks by POST. Paste it at your platform."
            return _say(start, 405, text)
        public_id = environ.get("PATH_INFO", "").removeprefix("/webhooks/")
        try:
            body = get_input_stream(environ, max_content_length=most).read()
        except RequestEntityTooLarge:
            return _say(start, 413, "This delivery is larger than this installation accepts.")
        except ClientDisconnected:
            return _say(start, 400, "The delivery broke off. Send it again.")
        status, text = _receive(wired.context, cache, intake, public_id, _headers(environ), body)
        return _say(start, status, text)

    return receive


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


def _receive(
    context: Context,
    cache: ConnectionCache,
    intake: Intake,
    public_id: str,
    headers: dict[str, str],
    body: bytes,
) -> tuple[int, str]:
    """The answer to one delivery. Whatever fails here, its sender is to send it again."""
    try:
        return _accept(context, cache, intake, public_id, headers, body)
    except BadSignature as error:
        return 401, f"Not accepted: {error.message}. Check the secret at your platform."
    except Exception:
        log.exception("a delivery could not be stored")
        return 503, NOT_STORED


def _accept(
    context: Context,
    cache: ConnectionCache,
    intake: Intake,
    public_id: str,
    headers: dict[str, str],
    body: bytes,
) -> tuple[int, str]:
    """Store a genuine delivery; raises `BadSignature`."""
    now = context.clock.now()
    connection = cache.find(public_id, now) if _plain(public_id) else None
    if connection is None:
        return 404, "There is no such connection. Copy the address from Makegood again."
    inbound = Inbound(headers, body, now, context.links.webhook(public_id))
    key = _verify(cache, connection, inbound, public_id, now)
    if key is None:
        return 200, "pong"
    kept = _kept(headers, connection.adapter)
    delivery = NewDelivery(connection.connection_id, connection.lane_id, key, kept, body, now)
    return 202, "accepted" if intake.accept(delivery) else "known"


def _verify(
    cache: ConnectionCache,
    connection: KnownConnection,
    inbound: Inbound,
    public_id: str,
    now: datetime,
) -> str | None:
    """The key of a genuine delivery; a secret changed a moment ago is read before refusing."""
    try:
        return connection.webhooks.verify(inbound, connection.secrets, now)
    except BadSignature:
        again = cache.find(public_id, now, fresh=True)
        if again is None or again.secrets == connection.secrets:
            raise
        return again.webhooks.verify(inbound, again.secrets, now)


def _kept(headers: dict[str, str], adapter: type[Adapter]) -> str:
    kept = {
        name: value
        for name, value in headers.items()
        if (name in KEEP_HEADERS or name.startswith(adapter.keep_headers))
        and not any(word in name for word in NEVER_KEEP)
    }
    return json.dumps(kept)


_OUTCOMES = {200: "ping", 202: "accepted", 401: "refused", 404: "unknown", 413: "too_large"}


def _say(start: StartResponse, status: int, text: str) -> list[bytes]:
    DELIVERIES.labels(_OUTCOMES.get(status, "failed")).inc()
    # Some platforms take a success for one only where nothing is said (Shopee, TikTok Shop).
    body = b"" if status < 300 else f"{text}\n".encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    if status == 405:
        headers.append(("Allow", "POST"))
    if status == 503:
        headers.append(("Retry-After", "5"))
    start(f"{status} {HTTP_STATUS_CODES[status]}", headers)
    return [body]
