"""Figures of this machine: `make bench`. A line for each as it comes, a table, JSON as the last line.

    python -m bench accept flow      only some of them: accept peers busy calls flow sizes pages lives memory

Ratios are taken within one run, both sides in turn, because the machine's speed swings; absolute
figures stand beside them.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg

from bench import accept, busy, calls, flow, lives, pages, sizes
from testbed.processes import Postgres, RedisServer

Figures = list[dict[str, Any]]


class Places:
    """Fresh databases and folders for each figure."""

    def __init__(self, folder: Path, postgres: Postgres, redis: RedisServer) -> None:
        self._folder, self._postgres, self.redis = folder, postgres, redis.url
        self._number = 0

    def folder(self) -> Path:
        """An empty folder."""
        self._number += 1
        made = self._folder / str(self._number)
        made.mkdir()
        return made

    def sqlite(self) -> str:
        """The address of a database that is not there yet."""
        return f"sqlite:///{self.folder() / 'makegood.db'}"

    def postgres(self) -> str:
        """The address of an empty database."""
        self._number += 1
        name = f"bench_{self._number}"
        with psycopg.connect(self._postgres.url, autocommit=True) as line:
            line.execute(f"CREATE DATABASE {name}")
        return self._postgres.url.rpartition("/")[0] + f"/{name}"


def _accept(at: Places) -> Iterator[Figures]:
    yield [accept.against_bare("SQLite", at.sqlite(), at.folder())]
    yield [accept.against_bare("PostgreSQL", at.postgres(), at.folder())]


def _peers(at: Places) -> Iterator[Figures]:
    yield accept.against_peers(at.postgres(), at.postgres(), at.folder())


def _busy(at: Places) -> Iterator[Figures]:
    yield [busy.while_busy("SQLite", at.sqlite(), at.redis, at.folder())]
    yield [busy.while_busy("PostgreSQL", at.postgres(), at.redis, at.folder())]


def _calls(at: Places) -> Iterator[Figures]:
    yield [calls.of_a_rating("SQLite", at.sqlite(), at.redis, at.folder())]
    yield [calls.of_a_rating("PostgreSQL", at.postgres(), at.redis, at.folder())]


def _flow(at: Places) -> Iterator[Figures]:
    yield [flow.alone("SQLite embedded", at.sqlite(), "", at.folder())]
    yield [flow.alone("PostgreSQL and RQ", at.postgres(), at.redis, at.folder())]
    yield [flow.together("SQLite", at.sqlite(), at.redis, at.folder())]
    yield [flow.together("PostgreSQL", at.postgres(), at.redis, at.folder())]


def _sizes(at: Places) -> Iterator[Figures]:
    yield sizes.claiming("SQLite", at.sqlite(), at.sqlite())
    yield sizes.claiming("PostgreSQL", at.postgres(), at.postgres())


def _pages(at: Places) -> Iterator[Figures]:
    for figure in pages.page_times("SQLite", at.sqlite(), at.sqlite()):
        yield [figure]
    for figure in pages.page_times("PostgreSQL", at.postgres(), at.postgres()):
        yield [figure]


def _lives(at: Places) -> Iterator[Figures]:
    yield [lives.abandoned("RQ", at.postgres(), at.redis, at.folder())]


def _memory(at: Places) -> Iterator[Figures]:
    yield lives.memory(at.sqlite(), at.folder())


STEPS: dict[str, Callable[[Places], Iterator[Figures]]] = {
    "accept": _accept,
    "peers": _peers,
    "busy": _busy,
    "calls": _calls,
    "flow": _flow,
    "sizes": _sizes,
    "pages": _pages,
    "lives": _lives,
    "memory": _memory,
}


def main(wanted: list[str]) -> int:
    """Measure, print a table and JSON."""
    if shutil.which("wrk") is None:
        print("wrk is missing: apt-get install wrk", file=sys.stderr)
        return 2
    found: Figures = []
    with tempfile.TemporaryDirectory(prefix="makegood-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        # The user `postgres` must be able to enter.
        folder.chmod(0o755)
        postgres, redis = Postgres(folder), RedisServer(folder)
        stack.callback(postgres.process.end)
        stack.callback(redis.process.end)
        at = Places(folder, postgres, redis)
        for figures in (figures for key in wanted or STEPS for figures in STEPS[key](at)):
            for figure in figures:
                found.append(figure)
                print("  ".join(f"{key}: {value}" for key, value in figure.items()), flush=True)
    _table(found)
    print(json.dumps(found))
    return 0


def _table(found: Figures) -> None:
    width = max((len(each["what"]) for each in found), default=0)
    print()
    for each in found:
        rest = ", ".join(f"{key} {value}" for key, value in each.items() if key != "what")
        print(f"{each['what']:<{width}}  {rest}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
