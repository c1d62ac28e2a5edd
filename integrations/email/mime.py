"""One message as MIME: text and HTML, one-click stop, the same id on every try."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from typing import Any
from urllib.parse import urlsplit

from integrations import text
from integrations.contract import OutgoingMessage
from integrations.entries import WrongEntry
from integrations.errors import Rejected
from integrations.inbound_mail import OWN_ID
from integrations.signatures import body_hash

NO_ANSWER_BY_MACHINES = {
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
    "Precedence": "bulk",
}
"""RFC 3834; Exchange and Outlook (MS-OXCMAIL 2.1.3.2.14); sendmail's vacation, Gmail and others."""
LIST = "makegood"
"""Sieve's vacation (RFC 5230, 4.6) answers nothing that has a List- header."""
LONGEST_LOCAL = 64
LONGEST_ADDRESS = 254
LONGEST_STOP_URL = 900
"""A header line ends at 998 characters."""


class WrongAddress(ValueError):
    """The text is no single e-mail address."""


class _WholeLines(EmailPolicy):
    """Leaves addresses that machines read on one line: folded, they would be encoded as words."""

    whole = frozenset({"list-unsubscribe", "message-id"})

    def fold(self, name: str, value: Any) -> str:
        if name.lower() in self.whole:
            return f"{name}: {value}{self.linesep}"
        folded: str = super().fold(name, value)
        return folded

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.lower() in self.whole:
            return self.fold(name, value).encode("ascii")
        folded: bytes = super().fold_binary(name, value)
        return folded


POLICY = _WholeLines(linesep=SMTP.linesep)


def build_message(
    message: OutgoingMessage, sender: Address, reply_to: str, at: datetime, *, plus: bool = False
) -> EmailMessage:
    """Build the mail; raises `Rejected` for an address or line that cannot be sent. `plus`: answers
    go to a plus address (RFC 5233) that names the message."""
    mail = EmailMessage(policy=POLICY)
    mail["From"] = sender
    mail["To"] = _recipient(message)
    answers_to = own_address("reply_to", reply_to) if reply_to else sender
    if plus and message.reply_token:
        answers_to = Address(
            username=f"{answers_to.username}+{message.reply_token}", domain=answers_to.domain
        )
    if answers_to is not sender:
        mail["Reply-To"] = answers_to
    mail["Subject"] = _line(message.subject, "subject")
    mail["Date"] = at
    mail["Message-ID"] = message_id(message.key, sender.domain, message.reply_token)
    for name, value in NO_ANSWER_BY_MACHINES.items():
        mail[name] = value
    mail["List-Id"] = f"<{LIST}.{sender.domain}>"
    if message.stop_url:
        mail["List-Unsubscribe"] = f"<{_web_address(message.stop_url)}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(_sound(message.text), cte="quoted-printable")
    if message.html:
        mail.add_alternative(_sound(message.html), subtype="html", cte="quoted-printable")
    # Setting the parts takes away every Content- header that was there before.
    mail["Content-Language"] = _line(message.language, "language") or "en"
    return mail


def message_id(key: str, domain: str, reply_token: str = "") -> str:
    """The same for the same key, so that a mailbox can drop a mail sent twice. It carries the token
    by which an answer that refers to it finds its case."""
    token = f".{reply_token}" if reply_token else ""
    return f"<{OWN_ID}{body_hash(key.encode())}{token}@{domain}>"


def sender_of(address: str, name: str) -> Address:
    """The sender; raises `WrongEntry` when the entries are no address and name."""
    parts = own_address("from_address", address)
    if len(name.splitlines()) > 1:
        raise WrongEntry("the sender name must be one line", field="from_name")
    return Address(display_name=text.line(name), username=parts.username, domain=parts.domain)


def address_of(typed: str, name: str = "") -> Address:
    """Read one plain address; raises `WrongAddress`. Domains may hold any script."""
    local, _, domain = text.address(typed).rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode()
        address = Address(display_name=name, username=local, domain=ascii_domain)
        plain = address.addr_spec.encode("ascii").decode()
    except (ValueError, IndexError) as error:
        raise WrongAddress("not an e-mail address") from error
    # Quotes, lists and comments have no place in an address that a buyer typed.
    if (
        any(sign in '<>()[]\\,;:" ' or not sign.isprintable() for sign in plain)
        or not 0 < len(local) <= LONGEST_LOCAL
        or len(plain) > LONGEST_ADDRESS
        or not ascii_domain.strip(".")
    ):
        raise WrongAddress("not an e-mail address")
    return address


def _sound(body: str) -> str:
    """Half surrogates cannot be encoded."""
    return body.encode("utf-8", "replace").decode()


def _recipient(message: OutgoingMessage) -> Address:
    try:
        return address_of(message.to.email, text.line(message.to.name))
    except WrongAddress as error:
        raise Rejected("the buyer's e-mail address is missing or cannot be written to") from error


def own_address(field: str, typed: str) -> Address:
    """The address entered in a field of the connection; raises `WrongEntry`."""
    try:
        return address_of(typed)
    except WrongAddress as error:
        raise WrongEntry(
            "enter one e-mail address such as care@shop.example, without a name", field=field
        ) from error


def _line(value: str, name: str) -> str:
    """What is written is one line already; what would begin another header is refused."""
    if len(value.splitlines()) > 1:
        raise Rejected(
            "the %(what)s of the message contains a line break: correct its text", what=name
        )
    return text.line(value)


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    fine = parts.scheme in ("http", "https") and bool(parts.netloc) and url.isascii()
    fine = fine and len(url) <= LONGEST_STOP_URL
    if not fine or not url.isprintable() or any(sign in "<> " for sign in url):
        raise Rejected("the stop address of the message is not a web address")
    return url
