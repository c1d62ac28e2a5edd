"""Decisions are numbered without gaps, listed, and each says why, what, and what follows."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "decisions"
FILES = sorted(FOLDER.glob("[0-9]*.md"))


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    listed = re.findall(
        r"^(\d+)\. \[([^\]]+)\]\(([^)]+)\)$",
        (FOLDER / "README.md").read_text("utf-8"),
        re.MULTILINE,
    )

    assert [name for _, _, name in listed] == [path.name for path in FILES]
    assert [int(path.name[:4]) for path in FILES] == list(range(1, len(FILES) + 1))
    for (number, title, _), path in zip(listed, FILES, strict=True):
        assert path.read_text("utf-8").startswith(f"# {number}. {title}\n")


def test_each_decision_says_why_what_and_what_follows() -> None:
    wanted = ["**Why.**", "**Decision.**", "**What follows.**"]

    for path in FILES:
        assert [part for part in wanted if part not in path.read_text("utf-8")] == [], path.name
