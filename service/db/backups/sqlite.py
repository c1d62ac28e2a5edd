"""Backups of SQLite: a file copied while it is in use, and put back by renaming."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from service.db.backups.files import BackupError, Staged
from service.db.session import Database
from service.security.private_files import BESIDE, private_database

PAGES = 1_000
"""Copied between two looks at whether somebody writes."""
LOCKED_AFTER = 5.0
"""Seconds to wait for whoever still has the file open."""


def copy(database: Path, target: Path) -> None:
    """Copy a database in use to a new file by SQLite's own backup, one whole state of it; raises
    `BackupError`.

    https://www.sqlite.org/backup.html
    """
    if target.exists():
        raise BackupError(f"{target} is there already: name a new file.")
    try:
        with (
            closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True)) as source,
            closing(sqlite3.connect(private_database(target))) as kept,
        ):
            source.backup(kept, pages=PAGES)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{target} could not be written: {error}.") from error


@contextmanager
def staged(database: Database, source: Path, now: datetime) -> Iterator[Staged]:
    """The file copied beside the database, looked through whole; raises `BackupError`."""
    beside = database.path.with_name(f"{database.path.name}.restoring")
    _remove(beside)
    try:
        _copy_whole(source, beside)
        restored = Database(f"sqlite:///{beside}")
        try:
            yield Staged(restored, lambda: _take_place(database, restored, now))
        finally:
            restored.close()
    finally:
        _remove(beside)
        for lock in ("lock", "turn", "gate"):
            beside.with_name(f"{beside.name}.{lock}").unlink(missing_ok=True)


def _copy_whole(source: Path, target: Path) -> None:
    if any(_size(source.with_name(source.name + end)) for end in ("-wal", "-journal")):
        raise BackupError(
            f"{source} was copied while it was in use, and part of it lies beside it: let"
            " `flask backup` copy it."
        )
    try:
        shutil.copyfile(source, private_database(target))
        with closing(sqlite3.connect(target)) as connection:
            (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except OSError as error:
        raise BackupError(f"{source} cannot be copied: {error}.") from error
    except sqlite3.Error as error:
        raise BackupError(f"{source} is damaged: {error}.") from error
    if verdict != "ok":
        raise BackupError(f"{source} is damaged: {' '.join(verdict.split())}.")


def _take_place(database: Database, restored: Database, now: datetime) -> str:
    restored.close()
    database.close()
    kept = database.path.with_name(f"{database.path.name}.before-{now:%Y%m%d-%H%M%S}")
    with database.write_lock.in_turn():
        _make_whole(restored.path)
        had_any = _size(database.path) > 0
        if had_any:
            _make_whole(database.path)
            os.link(database.path, kept)
        # One step: at no time is there no database.
        os.replace(restored.path, database.path)
    return str(kept) if had_any else ""


def _make_whole(path: Path) -> None:
    """Bring all of it into the one file, which works only where nobody else has it open.

    https://www.sqlite.org/pragma.html#pragma_journal_mode
    """
    try:
        with closing(sqlite3.connect(path, timeout=LOCKED_AFTER)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise BackupError(
            f"{path} is in use by another process ({error}): stop all of Makegood, then restore."
        ) from error


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _remove(path: Path) -> None:
    for end in BESIDE:
        path.with_name(path.name + end).unlink(missing_ok=True)
