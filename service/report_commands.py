"""Commands for what reports are made of: `flask reports`."""

from __future__ import annotations

import click

from service.command import Command
from service.domain.staff.authority import OPERATOR
from service.operations.reports.roll_up import rebuild
from service.wiring import wiring


@click.group("reports")
def reports() -> None:
    """Totals that reports read instead of cases."""


@reports.command(cls=Command, name="rebuild")
def rebuild_command() -> None:
    """Forget all totals and count them anew from the cases; reports stay right meanwhile."""
    rebuild(wiring().context, OPERATOR)
    click.echo("All totals are counted anew.")
