"""Commands that copy the database and put a copy back: `flask backup`, `flask restore`."""

from __future__ import annotations

from pathlib import Path

import click

from service.command import Command
from service.db import backups
from service.operations.backups.make_safe import MadeSafe
from service.operations.backups.restore import restore
from service.wiring import wiring


@click.command(cls=Command, name="backup")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def backup_command(target: Path) -> None:
    """Copy the database to TARGET, a new file, while everything runs."""
    backups.copy(wiring().context.database, target)
    click.echo(f"Copied to {target}. Keep the keys as well: without them it cannot be read.")


@click.command(cls=Command, name="restore")
@click.argument("source", type=click.Path(dir_okay=False, path_type=Path))
def restore_command(source: Path) -> None:
    """Put SOURCE, written by `flask backup`, in the place of the database; stop everything first.

    What was there is kept beside it. Nothing that may have been done since the backup is done
    again by itself.
    """
    done = restore(wiring().context, source)
    safe = done.safe
    click.echo(
        f"Restored {source}: tables {done.revision}, brought up to date; newest entry"
        f" {safe.backup_of:%Y-%m-%d %H:%M} UTC."
    )
    if done.kept:
        click.echo(f"What was there before is kept: {done.kept}")
    for line in _told(safe):
        click.echo(f"- {line}")


def _told(safe: MadeSafe) -> list[str]:
    return [
        f"{safe.cases} open cases wait until somebody has looked at the platform.",
        f"{safe.make_goods} make-goods have an unknown outcome: looked up where the platform can be"
        " asked, carried out again by a person only.",
        f"{safe.messages} messages wait until a person sends them or leaves them out.",
        f"{safe.sign_ins} sign-ins and {safe.invitations} invitations ended, because some were used"
        " or taken back since.",
        "Tokens of programs, wishes for silence and erasures are as they were then: end, note and"
        " erase again what was since.",
    ]
