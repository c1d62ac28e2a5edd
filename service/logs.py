"""One JSON object per line, with the ids of the request, job and case at hand. Never a secret,
never a word of a buyer: callers log ids."""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

OURS = ("service", "jobs", "integrations", "py.warnings")
"""Only these are heard below WARNING: others' details hold addresses, queries and bodies."""
QUIET = ("waitress.queue", "werkzeug", "rq.worker", "urllib3", "alembic")
"""Heard from ERROR on: their warnings are noise here."""
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_ids: ContextVar[dict[str, str | int]] = ContextVar("ids", default={})  # noqa: B039 - never mutated


@contextmanager
def ids(**values: str | int) -> Iterator[None]:
    """Put these ids on every line logged within."""
    token = _ids.set({**_ids.get(), **values})
    try:
        yield
    finally:
        _ids.reset(token)


def add(**values: str | int) -> None:
    """Put ids learnt on the way on the lines that follow, until the surrounding `ids` ends."""
    _ids.set({**_ids.get(), **values})


def request_id(given: str) -> str:
    """The id a proxy gave the request, else a new one."""
    return given if GIVEN_ID.fullmatch(given) else secrets.token_hex(8)


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname, "from": record.name, **_ids.get()}
        line["message"] = record.getMessage()
        if record.exc_info and record.exc_info[0] is not None:
            # The trace names the place; the message of a foreign error may hold buyer text.
            line["error"] = record.exc_info[0].__name__
            line["where"] = _where(record)
        return json.dumps(line, ensure_ascii=False)


def _where(record: logging.LogRecord) -> str:
    trace = record.exc_info[2] if record.exc_info else None
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return " < ".join(reversed(places[-6:]))


def set_up(level: str) -> None:
    """Log to standard error from now on."""
    stream = logging.StreamHandler(sys.stderr)
    stream.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [stream]
    root.setLevel(max(logging.WARNING, getattr(logging, level)))
    logging.captureWarnings(True)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel("ERROR")
