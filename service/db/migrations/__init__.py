"""Schema changes, applied by `flask migrate` and at every embedded start."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from service.db.session import Database

if TYPE_CHECKING:
    from alembic.config import Config

WAIT_SECONDS = 60


class MigrationUnderWay(RuntimeError):
    """Another process is migrating this database and did not end in time."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"another process has been migrating this database for over {seconds} seconds: wait for"
            " it to end, then migrate again"
        )


def config(database: Database) -> Config:
    """Alembic's configuration for this database."""
    # Alembic takes 8 MB, which a process that serves has no use for.
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["database"] = database
    return config


def migrate(database: Database) -> None:
    """Bring the schema up to date; safe to run by several processes at once.

    Raises `MigrationUnderWay` when another one does not end in time.
    """
    from alembic import command  # noqa: PLC0415

    command.upgrade(config(database), "head")


def migrate_in_child(database: Database) -> None:
    """As `migrate`, in a process of its own that ends with it: a new database leaves 20 MB behind,
    which a process that serves from now on would keep. For before any connection is open; where
    threads run already, which a fork would lose, it is done here."""
    if threading.active_count() > 1:
        migrate(database)
        return
    child = os.fork()
    if child == 0:
        _migrate_and_exit(database)
    if os.waitpid(child, 0)[1] != 0:
        # Raises here what it raised there.
        migrate(database)


def _migrate_and_exit(database: Database) -> None:
    failed = True
    try:
        migrate(database)
        database.close()
        failed = False
    finally:
        os._exit(failed)


def versions(database: Database) -> tuple[str | None, str | None]:
    """The schema's version, None before the first, and the newest that this program has."""
    from alembic.migration import MigrationContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    newest = ScriptDirectory.from_config(config(database)).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision(), newest
