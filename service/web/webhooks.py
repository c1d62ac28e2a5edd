"""POST /webhooks/<connection id>: verify raw bytes, store, commit, answer. Nothing calls out.

An application of its own, without the pages' hooks, because a flood of webhooks must stay cheap.
"""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask, Response, request
from prometheus_client import Counter
from sqlalchemy import select
from werkzeug.exceptions import RequestEntityTooLarge

from integrations import registry
from integrations.contract import BaseAdapter, Inbound
from integrations.errors import BadSignature
from service.db import queries
from service.db.intake import Intake, NewDelivery, open_intake
from service.db.models import Connection
from service.operations.context import Context
from service.wiring import Wiring

log = logging.getLogger(__name__)

KNOWN_FOR = timedelta(seconds=10)
"""How long a connection's secrets are kept in memory; a new secret is found at once."""
KEEP_HEADERS = ("content-type", "user-agent")
"""What is stored beside the body; adapters add theirs by prefix."""
KEEP_PREFIXES = ("x-wc-webhook-", "webhook-", "x-sandbox-")
NEVER_KEEP = ("signature",)

DELIVERIES = Counter("makegood_deliveries_total", "Webhook deliveries", ["outcome"])


@dataclass(frozen=True, slots=True)
class Known:
    """What the request needs of a connection, kept for a short time."""

    connection_id: int
    lane_id: int
    adapter: type[BaseAdapter]
    secrets: tuple[str, ...]
    read_at: datetime


class Doors:
    """Knows the connections by their public ids."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[str, Known] = {}
        self._lock = threading.Lock()

    def find(self, public_id: str, now: datetime, *, fresh: bool = False) -> Known | None:
        """The connection of an address; `fresh` reads it again. None: there is no such address."""
        known = self._known.get(public_id)
        if known is not None and not fresh and abs(now - known.read_at) < KNOWN_FOR:
            return known
        with self._lock:
            known = self._read(public_id, now)
            if known is None:
                self._known.pop(public_id, None)
            else:
                self._known[public_id] = known
            return known

    def _read(self, public_id: str, now: datetime) -> Known | None:
        with self._context.database.reading() as session:
            found = session.scalar(select(Connection).where(Connection.public_id == public_id))
            if found is None:
                return None
            lane = queries.lane(session, found.id, outward=False)
        adapter = registry.get(found.adapter)
        return Known(found.id, lane, adapter, self._context.config(found).webhook_secrets, now)


def make_webhooks(wired: Wiring) -> Flask:
    """The application that takes webhooks."""
    app = Flask("makegood.webhooks", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = wired.settings.max_body_bytes
    doors = Doors(wired.context)
    intake = open_intake(wired.context.database)
    app.extensions["intake"] = intake

    @app.post("/webhooks/<public_id>")
    def receive(public_id: str) -> Response:
        return _receive(wired.context, doors, intake, public_id)

    @app.get("/webhooks/<public_id>")
    def explain(public_id: str) -> Response:
        return _say(405, "This address takes webhooks by POST. Paste it at your platform.")

    return app


def _receive(context: Context, doors: Doors, intake: Intake, public_id: str) -> Response:
    now = context.clock.now()
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        return _say(413, "This delivery is larger than this installation accepts.")
    known = doors.find(public_id, now)
    if known is None:
        return _say(404, "There is no such connection. Copy the address from Makegood again.")
    headers = {name.lower(): value for name, value in request.headers.items()}
    inbound = Inbound(headers, body, now)
    try:
        key = _verify(doors, known, inbound, public_id, now)
    except BadSignature as error:
        return _say(401, f"Not accepted: {error.message}. Check the secret at your platform.")
    if key is None:
        return _say(200, "pong")
    try:
        fresh = intake.accept(
            NewDelivery(known.connection_id, known.lane_id, key, _kept(headers), body, now)
        )
    except Exception:
        log.exception("a delivery could not be stored")
        return _say(503, "Not stored. Send it again.")
    return _say(202, "accepted" if fresh else "known")


def _verify(
    doors: Doors, known: Known, inbound: Inbound, public_id: str, now: datetime
) -> str | None:
    """The key of a genuine delivery; a secret changed a moment ago is read before refusing."""
    try:
        return known.adapter.verify(inbound, known.secrets, now)
    except BadSignature:
        again = doors.find(public_id, now, fresh=True)
        if again is None or again.secrets == known.secrets:
            raise
        return again.adapter.verify(inbound, again.secrets, now)


def _kept(headers: dict[str, str]) -> str:
    kept = {
        name: value
        for name, value in headers.items()
        if (name in KEEP_HEADERS or name.startswith(KEEP_PREFIXES))
        and not any(word in name for word in NEVER_KEEP)
    }
    return json.dumps(kept)


_OUTCOMES = {200: "ping", 202: "accepted", 401: "refused", 404: "unknown", 413: "too_large"}


def _say(status: int, text: str) -> Response:
    DELIVERIES.labels(_OUTCOMES.get(status, "failed")).inc()
    headers = {"Retry-After": "5"} if status == 503 else None
    return Response(text + "\n", status, headers, mimetype="text/plain")
