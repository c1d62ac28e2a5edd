"""`make` takes whichever Python is new enough, and says what is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.jobs.processes import ROOT

SHOW = "show: ; @echo [$(PYTHON)]"


def _shown(folder: Path, *names: str, old: str = "") -> str:
    """What PYTHON is where only these are in the path; `old` is one before 3.11."""
    for tool in ("sh", "make"):
        (folder / tool).symlink_to(f"/usr/bin/{tool}")
    for name in names:
        (folder / name).symlink_to(sys.executable)
    if old:
        (folder / old).write_text("#!/bin/sh\nexit 0\n")
        (folder / old).chmod(0o755)
    done = subprocess.run(
        ["/usr/bin/make", "-s", f"--eval={SHOW}", "show"],
        cwd=ROOT,
        env={"PATH": str(folder), "HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("names", "old", "taken"),
    [
        (("python3.11", "python3.13"), "", "[python3.11]"),
        (("python3.13", "python3"), "", "[python3.13]"),
        (("python3",), "", "[python3]"),
        (("python",), "python3", "[python]"),
        ((), "python3", "[]"),
        ((), "", "[]"),
    ],
)
def test_python_is_whichever_is_new_enough(
    tmp_path: Path, names: tuple[str, ...], old: str, taken: str
) -> None:
    assert _shown(tmp_path, *names, old=old) == taken
