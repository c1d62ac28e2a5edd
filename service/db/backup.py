"""A copy of a SQLite database while it is in use."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from service.security.private_files import private_database

PAGES = 1_000
"""Copied between two looks at whether somebody writes."""


def copy(database: Path, target: Path) -> None:
    """Copy a database in use to a new file by SQLite's own backup, one whole state of it; raises
    `FileExistsError`, `sqlite3.Error`.

    https://www.sqlite.org/backup.html
    """
    if target.exists():
        raise FileExistsError(target)
    with (
        closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True)) as source,
        closing(sqlite3.connect(private_database(target))) as kept,
    ):
        source.backup(kept, pages=PAGES)
