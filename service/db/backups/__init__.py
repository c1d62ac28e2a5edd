"""Copies of a whole database while it is in use, and what puts one back in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from service.db import migrations
from service.db.backups import postgres, sqlite
from service.db.backups.files import BackupError, Staged, kind_of
from service.db.session import Database

OURS = frozenset({"alembic_version", "cases", "make_good", "outbox", "shop"})
"""Tables that every version has."""
Stage = Callable[[Database, Path, datetime], AbstractContextManager[Staged]]


@dataclass(frozen=True, slots=True)
class Opened:
    """A backup that was read whole, beside the database whose place it is to take."""

    staged: Staged
    revision: str
    """The schema revision of its tables, as they were in the file."""


def copy(database: Database, target: Path) -> None:
    """Write one whole state of the database to a new file; raises `BackupError`."""
    if database.sqlite:
        sqlite.copy(database.path, target)
    else:
        postgres.copy(database.url, target)


@contextmanager
def opened(database: Database, source: Path, now: datetime) -> Iterator[Opened]:
    """Read a backup of ours into a database of its own beside `database`, which goes at the end unless
    it took the place. Raises `BackupError` with what is wrong with the file."""
    kind = kind_of(source)
    if kind.sqlite is not database.sqlite:
        raise BackupError(
            f"{source} is a backup of {kind}, and MAKEGOOD_DATABASE_URL names another database."
        )
    stage: Stage = sqlite.staged if database.sqlite else postgres.staged
    with stage(database, source, now) as staged:
        yield Opened(staged, _revision(staged.database, source))


def _revision(database: Database, source: Path) -> str:
    with database.engine.connect() as connection:
        tables = set(inspect(connection).get_table_names())
        present = MigrationContext.configure(connection).get_current_revision() or ""
    if not tables >= OURS:
        raise BackupError(f"{source} is no backup of Makegood: its tables are others.")
    scripts = ScriptDirectory.from_config(migrations.config(database)).walk_revisions()
    if present not in {script.revision for script in scripts}:
        raise BackupError(
            f"{source} was made by a newer version of Makegood (tables {present}): install that"
            " version, or a later one, first."
        )
    return present
