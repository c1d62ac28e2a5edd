"""Reads a mailbox over IMAP: what is new since the last time, without changing anything in it."""

from __future__ import annotations

import imaplib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from integrations.contract import CheckResult
from integrations.entries import WrongEntry, is_host
from integrations.errors import AdapterError
from integrations.imap import Mailbox, opened
from integrations.network import Network
from integrations.sentence import Text

MOST = 20
"""Mails of one visit; the others are the next one's."""
FIRST = 100
"""Unread mails, the newest, with which a mailbox that is seen for the first time begins."""


@dataclass(frozen=True, slots=True)
class NewMail:
    """A mail, and the cursor once it is taken in."""

    raw: bytes
    cursor: str


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visit found. `cursor`: where the next one begins once all of it is taken in."""

    mails: Sequence[NewMail]
    cursor: str
    more: bool = False


def check_entries(values: Mapping[str, str]) -> None:
    """Refuse what no mailbox can have; raises `WrongEntry`."""
    port, host = values.get("imap_port", "").strip(), values.get("imap_host", "").strip()
    if port and not (re.fullmatch("[0-9]{1,5}", port) and 0 < int(port) < 65536):
        raise WrongEntry("the port must be a number such as 993", field="imap_port")
    if host and not is_host(host):
        raise WrongEntry(
            "enter the name of the mailbox server, such as imap.example.com", field="imap_host"
        )
    for name in ("username", "imap_username", "imap_folder"):
        if not values.get(name, "").isascii():
            # The libraries sign in with ASCII only.
            raise WrongEntry("must be of letters without accents, digits and signs", field=name)


def check(mailbox: Mailbox | None, network: Network) -> list[CheckResult]:
    """A line of a connection test; none where no mailbox is read. Sending does not depend on it."""
    if mailbox is None:
        return []
    name = Text("Mailbox for answers")
    try:
        with opened(mailbox, network):
            return [CheckResult(name, ok=True)]
    except AdapterError as error:
        return [CheckResult(name, ok=False, advice=error.text, field=error.field)]


def visit(mailbox: Mailbox, cursor: str, network: Network) -> Visit:
    """The mails after the cursor; a mailbox without one, or other than before, begins with what is
    unread. Raises `Temporary`, `Misconfigured`."""
    with opened(mailbox, network) as line:
        beginning = f"{mailbox.mark}:{line.validity}:"
        seen = cursor.removeprefix(beginning) if cursor.startswith(beginning) else ""
        last = int(seen) if seen else line.last()
        numbers = line.after(last) if seen else line.unread()[-FIRST:]
        mails: list[NewMail] = []
        for number in numbers[:MOST]:
            try:
                raw = line.mail(number)
            except (imaplib.IMAP4.error, OSError):
                if not mails:
                    raise
                # What was read so far is taken in, and the next visit begins behind it.
                break
            mails.append(NewMail(raw, f"{beginning}{number}"))
        more = len(mails) < len(numbers)
        whole = f"{beginning}{max([last, *numbers])}"
        return Visit(mails, mails[-1].cursor if more else whole, more)
