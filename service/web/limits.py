"""How often a request may be made, by the address it comes from or by what it is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import request
from werkzeug.exceptions import TooManyRequests

from service.db.staff import attempts
from service.web.request_context import context

View = TypeVar("View", bound=Callable[..., Any])
MINUTE, QUARTER, HOUR = timedelta(minutes=1), timedelta(minutes=15), attempts.COUNTED_FOR


def limited(
    most: int, within: timedelta, by: Callable[[], str] | None = None
) -> Callable[[View], View]:
    """At most so many requests of one key (the address asked from, unless `by` names another)
    within a time; the next are answered with 429."""

    def decorated(view: View) -> View:
        @wraps(view)
        def counted(*args: Any, **kwargs: Any) -> Any:
            who = _address() if by is None else by()
            count(f"{request.endpoint} {within} {who}", most, within)
            return view(*args, **kwargs)

        return cast(View, counted)

    return decorated


def count(key: str, most: int, within: timedelta) -> None:
    """Count one try; raises `TooManyRequests` where it is one too many."""
    now = context().clock.now()
    if not attempts.attempt(context().database, key, most=most, within=within, now=now):
        raise TooManyRequests(retry_after=int(within.total_seconds()))


def _address() -> str:
    return request.remote_addr or "unknown"
