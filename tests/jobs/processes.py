"""Real processes of Makegood for tests: workers, commands, the embedded start."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.world import KEY, SECRET, World

ROOT = Path(__file__).resolve().parents[2]


def environment(world: World, **values: str) -> dict[str, str]:
    """The settings under which another process works on the same Makegood."""
    kept = {name: value for name, value in os.environ.items() if "MAKEGOOD" not in name}
    wanted = world.wired.settings
    return {
        **kept,
        "MAKEGOOD_DATABASE_URL": wanted.database_url,
        "MAKEGOOD_SECRET_KEY": SECRET,
        "MAKEGOOD_ENCRYPTION_KEYS": KEY,
        "MAKEGOOD_PUBLIC_URL": wanted.public_url,
        "MAKEGOOD_REDIS_URL": wanted.redis_url,
        "MAKEGOOD_METRICS_TOKEN": wanted.metrics_token,
        "PYTHONPATH": str(ROOT),
        **values,
    }


@contextmanager
def running(argv: list[str], env: Mapping[str, str], cwd: Path = ROOT) -> Iterator[Popen]:
    """A Python process, killed at the end where it still runs."""
    process = subprocess.Popen(
        [sys.executable, *argv],
        cwd=cwd,
        env=dict(env),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


Popen = subprocess.Popen[str]


def flask(world: World, *argv: str, **values: str) -> subprocess.CompletedProcess[str]:
    """Run one of our commands to its end."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "service.cli:make", *argv],
        cwd=ROOT,
        env=environment(world, **values),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
