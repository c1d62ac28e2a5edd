"""Where an error page leads back to."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import SplitResult, urlsplit

from flask import request, url_for

from service.web.auth import own_path

DOOR = "/sign-in"
"""Whoever came in by it has no way back."""


def way_back(status: int) -> str:
    """The page of ours that one came from, else the case it was about, else the first page. Of what the
    browser says only path and query are read, so it leads nowhere else."""
    came = _came_from()
    path = came.path.removeprefix(request.script_root)
    if path.startswith(DOOR) or (request.method == "GET" and path == request.path):
        path = ""
    return own_path(f"{path}?{came.query}" if came.query else path, _case(status))


def _came_from() -> SplitResult:
    with suppress(ValueError):
        return urlsplit(request.referrer or "")
    return urlsplit("")


def _case(status: int) -> str:
    """'' where it may be the case that could not be shown."""
    reference = (request.view_args or {}).get("reference")
    if not reference or status in (403, 404) or request.endpoint == "cases.case":
        return ""
    return url_for("cases.case", reference=reference)
