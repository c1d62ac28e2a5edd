"""`make run`: a real process that says where it is, works, and stops cleanly."""

from __future__ import annotations

import re
import signal
import sqlite3
import threading
from pathlib import Path
from queue import SimpleQueue

import requests

from testbed.processes import free_port, until
from tests.jobs.processes import ROOT, Popen, running


def _lines(process: Popen) -> SimpleQueue[str]:
    """What the process prints, read beside it."""
    found: SimpleQueue[str] = SimpleQueue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            found.put(line)

    threading.Thread(target=read, daemon=True).start()
    return found


def _rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(folder / "instance" / "makegood.db") as connection:
        return connection.execute(query).fetchall()


def _started(process: Popen, url: str) -> str:
    lines = _lines(process)
    told = [lines.get(timeout=60) for _ in range(3)]
    link = re.fullmatch(rf"Sign in:  ({url}/sign-in/\S+)\n", told[2])
    assert link is not None, told
    assert told[:2] == [f"Makegood: {url}\n", f"Sandbox:  {url}/sandbox/\n"]
    return link[1]


def _ready(url: str) -> bool:
    return requests.get(f"{url}/health/ready", timeout=10).status_code == 200


def test_embedded_start_works_and_stops_cleanly(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    env = {"PYTHONPATH": str(ROOT), "MAKEGOOD_PUBLIC_URL": url, "PATH": "/usr/bin:/bin"}
    waiting = "SELECT count(*) FROM cases WHERE state = 'awaiting_approval'"
    with running(["-m", "service.embedded"], env, tmp_path) as process:
        link = _started(process, url)
        until("readiness", lambda: _ready(url))
        until("the sandbox's cases", lambda: _rows(tmp_path, waiting) == [(5,)])
        page = requests.get(link, timeout=10)

        process.send_signal(signal.SIGTERM)

        assert process.wait(30) == 0
    assert page.status_code == 200
    held = "SELECT count(*) FROM outbox WHERE done_at IS NULL AND claim_token IS NOT NULL"
    assert _rows(tmp_path, held) == [(0,)]
    keys = [tmp_path / "instance" / name for name in ("secret_key", "encryption_keys")]
    assert [key.stat().st_mode & 0o777 for key in keys] == [0o600, 0o600]


def test_wrong_setting_stops_the_start_and_is_named(tmp_path: Path) -> None:
    env = {"PYTHONPATH": str(ROOT), "MAKEGOOD_ZONE": "Mars/Base", "PATH": "/usr/bin:/bin"}

    with running(["-m", "service.embedded"], env, tmp_path) as process:
        _, said = process.communicate(timeout=60)

    assert process.returncode == 2
    assert said.startswith("MAKEGOOD_ZONE: ")
