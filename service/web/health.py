"""Is it alive, is it ready, how is it doing: for machines, without sign-in and without secrets."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from service.db import queries
from service.web.auth import open_to_all
from service.web.here import wired

blueprint = Blueprint("health", __name__)

OLDEST_DUE = Gauge("makegood_oldest_due_seconds", "How long the oldest due row has waited")
CASES = Gauge("makegood_cases", "Cases by state", ["state"])
LATE_SECONDS = 300
"""Work waiting this long means that no worker is running."""


@blueprint.get("/health/live")
@open_to_all
def live() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/health/ready")
@open_to_all
def ready() -> tuple[Response, int]:
    """Database, Redis where there is one, and whether work is being done."""
    found: dict[str, object] = {}
    try:
        found["oldest_due_seconds"] = late = _late()
        found["database"] = "ok"
        found["workers"] = "ok" if late < LATE_SECONDS else "late: is a worker running?"
    except SQLAlchemyError:
        found["database"] = "away"
    redis = wired().redis
    if redis is not None:
        try:
            redis.ping()
            found["redis"] = "ok"
        except (RedisError, OSError):
            found["redis"] = "away"
    bad = any(value != "ok" for key, value in found.items() if key != "oldest_due_seconds")
    return jsonify(status="unready" if bad else "ok", **found), 503 if bad else 200


@blueprint.get("/metrics")
@open_to_all
def metrics() -> Response:
    """Prometheus text."""
    OLDEST_DUE.set(_late())
    with wired().context.database.reading() as session:
        for state, number in queries.counts_by_state(session).items():
            CASES.labels(state).set(number)
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _late() -> float:
    context = wired().context
    with context.database.reading() as session:
        oldest = queries.oldest_due(session)
    now = context.clock.now()
    return max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0
