"""Forks processes from one that has everything imported: `python -m tests.faults.zygote`.

It reads one errand a line and has neither threads nor connections, so a fork of it is as good as
a process started anew, a hundred times as fast.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import subprocess
import sys
import threading
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy.orm import configure_mappers

from tests.faults.child import DIED, Errand, Parts, Process

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a process ended and what it had said until then."""

    died: bool
    said: tuple[str, ...]

    @property
    def points(self) -> int:
        """How many points it counted; 0 when it died."""
        return next((int(each.split()[1]) for each in self.said if each.startswith("points")), 0)

    def told(self, word: str) -> list[str]:
        """What it said after this word."""
        return [each.partition(" ")[2] for each in self.said if each.startswith(f"{word} ")]


class Zygote:
    """The parent's end. One errand at a time; two zygotes run two processes at once."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote"],
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def run(self, errand: Errand) -> Ending:
        """Run one process to its end; raises `AssertionError` when it failed by itself."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(errand)) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert answer["code"] in (0, DIED), "\n".join(answer["said"])
        return Ending(answer["code"] == DIED, tuple(answer["said"]))

    def close(self) -> None:
        """End the zygote."""
        self._process.communicate(timeout=10)


def _live(errand: Errand, parts: Parts, told: int) -> int:
    """The forked process; gives its exit code."""
    quiet = os.open(os.devnull, os.O_RDWR)
    os.dup2(quiet, 0)
    os.dup2(quiet, 1)

    def say(line: str) -> None:
        os.write(told, f"{line}\n".encode())

    try:
        Process(errand, parts, say).run()
    except BaseException:
        say(traceback.format_exc())
        return 1
    return 0


def _warm(errand: Errand, parts: Parts) -> None:
    """Work once in the zygote itself, so that its forks find the statements compiled.

    It leaves no thread and no connection behind.
    """
    database = parts.wired.context.database
    wake, database.wake = database.wake, lambda: None
    Process(errand, parts, lambda line: None).run()
    database.before_commit = database.after_commit = lambda: None
    database.wake = wake
    database.close()
    gc.collect()
    gc.freeze()
    assert threading.active_count() == 1, "a fork would miss these threads"
    print(json.dumps({"code": 0, "said": []}), flush=True)


def main() -> None:
    """Fork a process for each line, and answer with its ending."""
    configure_mappers()
    logging.disable(logging.WARNING)
    parts: Parts | None = None
    for line in sys.stdin:
        errand = Errand(**json.loads(line))
        if parts is None or parts.env != errand.env:
            parts = Parts(errand.env)
        if errand.warm:
            _warm(errand, parts)
            continue
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(ours)
            os._exit(_live(errand, parts, theirs))
        os.close(theirs)
        with os.fdopen(ours) as pipe:
            said = pipe.read().splitlines()
        _, status = os.waitpid(child, 0)
        print(json.dumps({"code": os.waitstatus_to_exitcode(status), "said": said}), flush=True)


if __name__ == "__main__":
    main()
