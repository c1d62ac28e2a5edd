"""Commands that take in mail of buyers: `flask mail`."""

from __future__ import annotations

import logging
import sys

import click

from integrations.inbound_mail import MOST_BYTES
from service.operations.messages.inbound import take_mail
from service.wiring import wiring

log = logging.getLogger(__name__)


@click.group("mail")
def mail() -> None:
    """Mail of buyers."""


@mail.command("read")
def read() -> None:
    """Take in one mail on standard input, as a mail server hands it to a program.

    Prints what it was: answer, bounce, automatic, loop, again or stranger. Ends with 75 where it
    could not be kept, so that the mail server tries again.
    """
    raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        click.echo(take_mail(wiring().context, raw))
    except Exception as error:
        log.exception("a mail could not be taken in")
        # What mail servers take for "try again" (sysexits.h, EX_TEMPFAIL); any other code bounces.
        raise SystemExit(75) from error
