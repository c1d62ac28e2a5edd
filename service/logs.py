"""One JSON object per line, with the ids of the request, job and case at hand. Never a secret,
never a word of a buyer: callers log ids."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_ids: ContextVar[dict[str, str | int]] = ContextVar("ids", default={})  # noqa: B039 - never mutated


@contextmanager
def ids(**values: str | int) -> Iterator[None]:
    """Put these ids on every line logged within."""
    token = _ids.set({**_ids.get(), **values})
    try:
        yield
    finally:
        _ids.reset(token)


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
    root.setLevel(level)
    logging.captureWarnings(True)
    for noisy in ("waitress.queue", "werkzeug", "rq.worker", "urllib3", "alembic"):
        logging.getLogger(noisy).setLevel("ERROR")
