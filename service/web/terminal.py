"""What `make run` says in its terminal: a line for each thing that comes in, is decided or is done."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask, g
from flask_babel import force_locale
from werkzeug.test import create_environ

from service.db.cases import case_queries
from service.db.models import Case, History
from service.db.staff import seller_queries
from service.web import formatting
from service.web.history_words import actor_name, happened
from service.wiring import Wiring

LATE = 200
"""How many lines back it looks again: on PostgreSQL a smaller id may be committed later."""


class Terminal:
    """Prints what is added to history. No words of a buyer, nor who they are."""

    def __init__(self, wired: Wiring, app: Flask, write: Callable[[str], Any] = print) -> None:
        self._wired, self._app, self._write = wired, app, write
        with wired.context.database.reading() as session:
            self._last = case_queries.last_line(session)
        self._written = deque(range(max(1, self._last - LATE), self._last + 1), maxlen=2 * LATE)

    def write_new(self) -> None:
        """Write what was added since the last time."""
        with self._wired.context.database.reading() as session:
            lines = case_queries.lines_after(session, self._last - LATE, without=self._written)
            if lines:
                self._write_all(lines, seller_queries.actor_names(session))

    def _write_all(self, lines: Sequence[tuple[History, Case]], names: dict[str, str]) -> None:
        settings = self._wired.settings
        with self._app.request_context(create_environ()), force_locale(settings.language):
            formatting.use_zone(settings.zone)
            for line, case in lines:
                about = f"{case.review.product_name or '-'} ({case.review.rating} ★)"
                says = f"{happened(line, case, names)} · {actor_name(line, names)}"
                at = line.at.astimezone(g.zone)
                self._write(f"{at:%H:%M:%S}  {case.reference}  {about}  {says}")
                self._written.append(line.id)
                self._last = max(self._last, line.id)
