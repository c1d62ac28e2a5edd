"""The yardstick: a Flask route that answers 202 and does nothing else."""

from __future__ import annotations

from flask import Flask, Response

app = Flask(__name__)


@app.post("/webhooks/bare")
def bare() -> Response:
    """Accept and forget."""
    return Response("accepted\n", 202)
