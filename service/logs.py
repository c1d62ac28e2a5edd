"""One JSON object per line, with the ids of the request, job and case at hand. Never a secret,
never a word of a buyer: callers log ids."""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb
from types import TracebackType

OURS = ("service", "jobs", "integrations", "py.warnings")
"""Only these are heard below WARNING: others' details hold addresses, queries and bodies."""
QUIET = ("waitress.queue", "werkzeug", "rq.worker", "urllib3", "alembic")
"""Heard from ERROR on: their warnings are noise here."""
ROOT = str(Path(__file__).resolve().parents[1])
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


def named(name: str) -> str:
    """The id of this name on the lines that are logged now; '' where there is none."""
    return str(_ids.get().get(name, ""))


def request_id(sent: str) -> str:
    """The id a proxy gave the request, else a new one."""
    return sent if GIVEN_ID.fullmatch(sent) else secrets.token_hex(8)


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"timestamp": at, "level": record.levelname, "logger": record.name, **_ids.get()}
        line["message"] = _message(record)
        if record.exc_info and record.exc_info[0] is not None:
            # The trace names the place; the message of a foreign error may hold buyer text.
            line["error"] = record.exc_info[0].__name__
            line["stack"] = _where(record.exc_info[2])
            if isinstance(record.exc_info[1], OSError) and record.exc_info[1].filename:
                # A file of the machine's and the system's word on it: for whoever runs it.
                line["file"] = f"{record.exc_info[1].filename}: {record.exc_info[1].strerror}"
        return json.dumps(line, ensure_ascii=False)


def _message(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] in OURS:
        return record.getMessage()
    # Others write errors and whole traces into their messages, and in them the data at hand.
    if isinstance(record.args, tuple):
        record.args = tuple(
            type(value).__name__ if isinstance(value, BaseException) else value
            for value in record.args
        )
    first, _, more = record.getMessage().partition("\n")
    return f"{first} ..." if more else first


def _where(trace: TracebackType | None) -> str:
    """The innermost places of our own code, and where it ended."""
    frames = extract_tb(trace)
    shown = [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
        for frame in frames
        if frame is frames[-1]
        or (frame.filename.startswith(ROOT) and "site-packages" not in frame.filename)
    ]
    return " < ".join(reversed(shown[-8:]))


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
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _uncaught(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    """What ends a process or a thread: in the same format, without the words of the error."""
    if issubclass(kind, KeyboardInterrupt):
        return
    details = (kind, error or kind(), trace)
    logging.getLogger("service").critical("ended by an error", exc_info=details)
