"""Commands: `flask ...` in the folder of the checkout, else `flask --app service.cli:make ...`."""

from __future__ import annotations

import signal
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import select

from jobs import sweep as sweeping
from service import VERSION
from service.backup_commands import backup_command, restore_command
from service.command import Command
from service.db.migrations import MigrationUnderWay, migrate
from service.db.models import Seller, Shop
from service.db.staff import seller_queries
from service.doctor import examine
from service.domain.staff.authority import OPERATOR, Membership, SellerRole
from service.mail_commands import mail
from service.operations.cases import causes as case_causes
from service.operations.privacy import erasure
from service.operations.shops import reencryption
from service.operations.staff import accounts, second_factors
from service.replay import replay
from service.report_commands import reports
from service.security.private_files import write_anew
from service.training.commands import causes
from service.wiring import Wiring, wiring
from service.wording_commands import severity, wording

NUMBER = click.IntRange(1, 2**31 - 1)
"""The number of a row that a person types."""


def register(app: Flask) -> None:
    """Add our commands to an application."""
    for command in (
        migrate_command,
        sweep_command,
        clock_command,
        seller,
        replay_command,
        erase_command,
        rekey_command,
        backup_command,
        restore_command,
        doctor_command,
        version_command,
        mail,
        reports,
        causes,
        wording,
        severity,
    ):
        app.cli.add_command(command)


@click.command(cls=Command, name="migrate")
def migrate_command() -> None:
    """Bring the database's tables up to date."""
    try:
        migrate(wiring().context.database)
    except MigrationUnderWay as error:
        raise click.ClickException(str(error)) from error
    click.echo("The database is up to date.")


@click.command(cls=Command, name="sweep")
def sweep_command() -> None:
    """Do what is due now, once: for plain cron."""
    wired = _stoppable()
    click.echo(f"{sweeping.sweep(wired)} rows")


@click.command(cls=Command, name="clock")
def clock_command() -> None:
    """Look each second for due work and wake the workers, until stopped."""
    sweeping.clock(_stoppable())


def _stoppable() -> Wiring:
    wired = wiring()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: wired.stop.set())
    return wired


@click.group("seller")
def seller() -> None:
    """Sellers."""


@seller.command(cls=Command, name="add")
@click.argument("email")
@click.option(
    "--role", type=click.Choice([str(role_name) for role_name in SellerRole]), default="owner"
)
@click.option("--shop", "shop_ids", type=int, multiple=True, help="A shop's number; default: all.")
@click.option("--name", default="")
def add_seller(email: str, role: str, shop_ids: tuple[int, ...], name: str) -> None:
    """Add a seller and print a link to sign in with."""
    context = wiring().context
    shops = {shop_id: Membership(SellerRole(role)) for shop_id in _shops(shop_ids)}
    seller_id = accounts.add_seller(context, OPERATOR, email, shops, name=name)
    _print_link(seller_id)


def _shops(named: tuple[int, ...]) -> list[int]:
    with wiring().context.database.reading() as session:
        present = list(session.scalars(select(Shop.id).order_by(Shop.id)))
    missing = sorted(set(named) - set(present))
    if missing:
        raise click.ClickException(f"There is no shop {missing[0]}.")
    return list(named) or present


@seller.command(cls=Command, name="link")
@click.argument("email")
def link(email: str) -> None:
    """Print a link to sign in with."""
    _print_link(_seller_id(email))


@seller.command(cls=Command, name="reset-second-factor")
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Take the second factor off of somebody who has lost app and recovery codes."""
    second_factors.reset(wiring().context, _seller_id(email), OPERATOR)
    click.echo(f"{email} signs in without a code now. Ask them to set up another.")


def _seller_id(email: str) -> int:
    with wiring().context.database.reading() as session:
        seller = seller_queries.seller_by_email(session, email)
    if seller is None:
        raise click.ClickException(f"There is no seller {email}.")
    return seller.id


def _print_link(seller_id: int) -> None:
    context = wiring().context
    with context.database.reading() as session:
        click.echo(accounts.sign_in_link(context, session.get_one(Seller, seller_id)))


@click.command(cls=Command, name="replay")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--connection", "connection_id", type=NUMBER, required=True)
@click.option("--url", default="", help="Where Makegood answers; default: MAKEGOOD_PUBLIC_URL.")
@click.option("--at-once", type=click.IntRange(1, 64), default=8, help="Requests at once.")
def replay_command(path: Path, connection_id: int, url: str, at_once: int) -> None:
    """Send a CSV of reviews through the webhook endpoint, signed.

    Bad rows are named and left out; the exit status is 1 when there were any, or when something
    was not accepted or not read.
    """
    done = replay(wiring(), path, connection_id, url=url, at_once=at_once, say=click.echo)
    click.echo(done.told())
    if done.problems or done.unreadable or done.unread:
        raise SystemExit(1)


@click.command(cls=Command, name="erase")
@click.argument("who")
@click.option("--shop", "shop_id", type=NUMBER, help="The shop in which WHO is a buyer's id.")
@click.option(
    "--connection", "connection_id", type=NUMBER, help="Its connection, where several know the id."
)
def erase_command(who: str, shop_id: int | None, connection_id: int | None) -> None:
    """Remove everything kept about a buyer: WHO is an address, or an id in one shop."""
    erased = erasure.erase_buyer(
        wiring().context, who, OPERATOR, shop_id=shop_id, connection_id=connection_id
    )
    if erased == erasure.Erased():
        raise click.ClickException(f"Nothing is kept about {who}: look how the shop spells it.")
    click.echo(
        f"Emptied: {erased.cases} cases, {erased.reviews} reviews, {erased.messages} messages,"
        f" {erased.deliveries} deliveries."
    )


@click.command(cls=Command, name="rekey")
def rekey_command() -> None:
    """Encrypt all shops' secrets with the newest key, so that the old one can go."""
    renewed = reencryption.renew_secrets(wiring().context, OPERATOR)
    click.echo(f"{renewed.number} secrets are under the newest key.")
    if renewed.locked:
        names = ", ".join(renewed.locked)
        raise click.ClickException(f"No key opens the secrets of: {names}. Keep the old keys.")


@causes.command(cls=Command, name="corrections")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def corrections_command(target: Path) -> None:
    """Write what sellers corrected to TARGET, for `flask causes train --corrections TARGET`.

    It holds buyers' words: keep it where the database is kept.
    """
    with wiring().context.database.reading() as session:
        rows = list(case_causes.corrections(session))
    lines = ["\t".join(" ".join(value.split()) for value in row) for row in rows]
    write_anew(target, "\n".join(["text\tcause\tproduct", *lines, ""]))
    click.echo(f"{len(rows)} corrections in {target}.")


@click.command(cls=Command, name="doctor")
@click.option("--offline", is_flag=True, help="Do not call shops and mail servers.")
def doctor_command(offline: bool) -> None:
    """Say what works, what does not, and how to fix it; the exit status is 1 when something does not."""
    ill = 0
    for seen in examine(wiring(), call_out=not offline):
        ill += not seen.ok
        click.echo(f"ok    {seen.name}" if seen.ok else f"WRONG {seen.name}: {seen.advice}")
    if ill:
        raise SystemExit(1)
    click.echo("All is well.")


@click.command(cls=Command, name="version")
def version_command() -> None:
    """Print the version."""
    click.echo(f"Makegood {VERSION}")


def make() -> Flask:
    """The commands, for `flask`. The site is `service.app:create_wsgi`, not this."""
    app = Flask("makegood.commands", static_folder=None)
    register(app)
    return app
