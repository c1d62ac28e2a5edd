"""Schema changes, applied by `flask migrate` and at every embedded start."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from service.db.session import Database


def config(database: Database) -> Config:
    """Alembic's configuration for this database."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.attributes["database"] = database
    return made


def migrate(database: Database) -> None:
    """Bring the schema up to date; safe to run by several processes at once."""
    command.upgrade(config(database), "head")
