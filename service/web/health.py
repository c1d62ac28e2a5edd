"""Is it alive, is it ready, how is it doing: for machines, without sign-in and without secrets."""

from __future__ import annotations

import hmac
import logging
import time
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from functools import wraps
from weakref import WeakKeyDictionary

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service import VERSION
from service.db.cases import case_queries
from service.db.outbox import backlog, heartbeat
from service.db.session import Database
from service.settings import metrics_folder
from service.web.auth import guarded_by, open_to_all
from service.web.request_context import context, wired

log = logging.getLogger(__name__)
blueprint = Blueprint("health", __name__)

Gauges = Iterator[GaugeMetricFamily]
WRITE_EVERY = 10.0
_wrote_at: WeakKeyDictionary[Database, float] = WeakKeyDictionary()
View = Callable[[], Response]


@blueprint.get("/health/live")
@open_to_all
def live() -> Response:
    """The process answers."""
    return jsonify(status="ok", version=VERSION)


@blueprint.get("/health/ready")
@open_to_all
def ready() -> tuple[Response, int]:
    """Database, Redis where there is one, workers and clock; 503 when one is not at work."""
    report: dict[str, object] = {}
    try:
        with context().database.reading() as session:
            now = context().clock.now()
            waits = backlog.backlog(session, now)
            silent = heartbeat.silent(session, _expected(), now)
        report["oldest_due_seconds"] = _age(waits.oldest, now)
        report["database"] = "ok"
        late = _age(waits.stalled_since, now) >= backlog.LATE_AFTER.total_seconds()
        report["workers"] = "late: is a worker running?" if late else "ok"
        report |= {
            heartbeat.ROLES[role]: f"silent: is a {heartbeat.ROLES[role]} running?"
            for role in silent
        }
        report["database"] = _written()
    except SQLAlchemyError:
        report["database"] = "away"
    if wired().redis is not None:
        report["redis"] = "away" if wired().notifier.trouble() else "ok"
    bad = any(value != "ok" for key, value in report.items() if key != "oldest_due_seconds")
    return jsonify(status="unready" if bad else "ok", **report), 503 if bad else 200


def _written() -> str:
    """What comes of writing a row that stays as it is; tried every few seconds at most, because
    anybody may ask."""
    database, now = context().database, time.monotonic()
    if now - _wrote_at.get(database, -WRITE_EVERY) < WRITE_EVERY:
        return "ok"
    try:
        with database.transaction() as session:
            session.execute(text("UPDATE alembic_version SET version_num = version_num"))
    except (SQLAlchemyError, OSError) as error:
        log.warning("the database cannot be written (%s)", type(error).__name__)
        where = f": {database.path}" if database.sqlite else ""
        return f"cannot be written{where} ({_reason(error)})"
    _wrote_at[database] = now
    return "ok"


def _reason(error: Exception) -> str:
    """The system's own word, without statement and values."""
    if isinstance(error, OSError):
        return f"{error.strerror}: {error.filename}" if error.filename else str(error.strerror)
    first = str(getattr(error, "orig", error)).partition("\n")[0]
    return first[:200]


def by_metrics_token(view: View) -> View:
    """Whoever sends the token of the settings: this port is open to the world."""

    @wraps(view)
    def guarded() -> Response:
        token = wired().settings.metrics_token
        scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
        if (
            token
            and scheme.lower() == "bearer"
            and hmac.compare_digest(sent.encode(), token.encode())
        ):
            return view()
        advice = "Send the token: Authorization: Bearer ...\n"
        return Response(
            advice if token else "Set MAKEGOOD_METRICS_TOKEN, then send it as a bearer token.\n",
            401,
            {"WWW-Authenticate": "Bearer"},
            "text/plain",
        )

    return guarded_by("token", guarded)


def _expected() -> Collection[str]:
    """Who should be at work: with Redis other processes, else threads of this one."""
    return tuple(heartbeat.ROLES) if wired().redis is not None else wired().heart.roles


@blueprint.get("/metrics")
@by_metrics_token
def metrics() -> Response:
    """Prometheus text: counters of this process, or of all where they share a folder, and what
    the database says."""
    counted = REGISTRY
    if metrics_folder():
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    asked = CollectorRegistry()
    asked.register(_Asked())
    return Response(
        generate_latest(counted) + generate_latest(asked), content_type=CONTENT_TYPE_LATEST
    )


class _Asked(Collector):
    """Gauges read from the database at each look, so that every process says the same."""

    def collect(self) -> Gauges:
        up = GaugeMetricFamily("makegood_database_up", "1 when the database answered")
        gauges: list[GaugeMetricFamily] = []
        try:
            with context().database.reading() as session:
                gauges = list(_gauges(session, context().clock.now()))
            up.add_metric([], 1)
        except SQLAlchemyError:
            up.add_metric([], 0)
        yield up
        yield from gauges


def _gauges(session: Session, now: datetime) -> Gauges:
    waits = backlog.backlog(session, now)
    yield _gauge("makegood_due_rows", "Due rows of the outbox that may go now", waits.due)
    oldest = _age(waits.oldest, now)
    yield _gauge("makegood_oldest_due_seconds", "How long the oldest due row has waited", oldest)
    paused = backlog.paused_connections(session)
    yield _gauge("makegood_paused_connections", "Connections the seller must mend", paused)
    yield _by("makegood_cases", "Cases by state", "state", case_queries.counts_by_state(session))
    stuck = backlog.needing_attention(session)
    yield _by("makegood_needing_attention", "Rows that need a person", "what", stuck)


def _gauge(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, help_text, value=value)


def _by(name: str, help_text: str, label: str, values: dict[str, int]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, help_text, labels=[label])
    for key, value in values.items():
        gauge.add_metric([key], value)
    return gauge


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since is not None else 0.0
