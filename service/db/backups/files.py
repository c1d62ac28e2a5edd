"""What backups of both databases share: telling which kind a file is, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from service.db.session import Database


class BackupError(RuntimeError):
    """A backup could not be made or restored; the message says why, and what to do."""


class BackupKind(StrEnum):
    """Whose file it is."""

    SQLITE = "SQLite"
    POSTGRESQL = "PostgreSQL"

    @property
    def sqlite(self) -> bool:
        """True for a file of SQLite."""
        return self is BackupKind.SQLITE


BEGINNINGS = {b"SQLite format 3\0": BackupKind.SQLITE, b"PGDMP": BackupKind.POSTGRESQL}
"""https://www.sqlite.org/fileformat.html, section 1.3; pg_dump's custom format begins with PGDMP."""


def kind_of(source: Path) -> BackupKind:
    """The kind of a file, told by its first bytes; raises `BackupError`."""
    try:
        with source.open("rb") as file:
            beginning = file.read(16)
    except OSError as error:
        raise BackupError(f"{source} cannot be read: {error.strerror}.") from error
    for begins, kind in BEGINNINGS.items():
        if beginning.startswith(begins):
            return kind
    raise BackupError(f"{source} is no backup of Makegood: `flask backup` writes those.")


@dataclass(frozen=True, slots=True)
class Staged:
    """A backup as a database of its own, beside the one whose place it is to take."""

    database: Database
    take_place: Callable[[], str]
    """Puts it in the place of the other, which stays under the name that is given back ('' where
    there was none); raises `BackupError`, and nothing has changed then."""
