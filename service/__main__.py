"""`makegood`: the commands under the product's own name, as `flask` has them, with its own `--version`."""

from __future__ import annotations

import click

from service import VERSION
from service.cli import make

main = click.Group("makegood", commands=make().cli.commands, help="The commands of Makegood.")
click.version_option(VERSION, prog_name="Makegood", message="%(prog)s %(version)s")(main)

if __name__ == "__main__":
    main(prog_name="makegood")
