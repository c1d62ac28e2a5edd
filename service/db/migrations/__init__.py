"""Schema changes, applied by `flask migrate` and at every embedded start."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from service.db.session import Database

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
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["database"] = database
    return config


def migrate(database: Database) -> None:
    """Bring the schema up to date; safe to run by several processes at once.

    Raises `MigrationUnderWay` when another one does not end in time.
    """
    command.upgrade(config(database), "head")
