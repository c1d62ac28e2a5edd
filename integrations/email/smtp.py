"""The connection to the mail server: connect, TLS, sign in, send; every failure is one of our errors."""

from __future__ import annotations

import io
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage

from integrations import xoauth2
from integrations.contract import Access, Config
from integrations.entries import WrongEntry, is_host
from integrations.errors import Misconfigured, Rejected, Temporary
from integrations.network import Network, TimedReader, loopback
from integrations.sentence import N_, Text

STEP_SECONDS = 6.0
HURRY_SECONDS = 15.0
"""Later than this after the start nothing is sent any more: another worker may soon take over."""
TEXT_SECONDS = 12.0
GOODBYE_SECONDS = 2.0
MOST_BYTES = 1024 * 1024
"""Bytes read from one connection in total; usual answers fill a few lines."""
PORTS = {"starttls": "587", "tls": "465", "none": "25"}


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how mail is handed over. `access` gives the token that is said instead of a password."""

    host: str
    port: int
    security: str
    username: str
    password: str
    ca_file: str
    access: Access | None = None

    @classmethod
    def of(cls, config: Config, access: Access | None = None) -> Server:
        """Read the entries; raises `WrongEntry`."""
        entered = {name: value.strip() for name, value in config.values.items()}
        security = entered.get("security", "").lower() or "starttls"
        host = entered.get("host", "")
        port = entered.get("port", "") or PORTS.get(security, "")
        if security not in PORTS:
            raise WrongEntry("security must be starttls, tls or none", field="security")
        if not is_host(host):
            raise WrongEntry(
                "enter the name of the mail server, such as smtp.example.com", field="host"
            )
        if not (re.fullmatch("[0-9]{1,5}", port) and 0 < int(port) < 65536):
            raise WrongEntry("the port must be a number such as 587", field="port")
        if security == "none" and not loopback(host):
            raise WrongEntry(
                "mail without encryption is for this machine only: use starttls", field="security"
            )
        password = config.values.get("password", "")
        return cls(
            host,
            int(port),
            security,
            entered.get("username", ""),
            password,
            entered.get("ca_file", ""),
            access,
        )


class SmtpConnection(smtplib.SMTP):
    """A connection opened where calls may go. Each answer has to be whole before `ends`, however slowly
    or endlessly the server talks."""

    def __init__(self, server: Server, network: Network) -> None:
        self._network = network
        self._within = _context(server, network) if server.security == "tls" else None
        self.ends = time.monotonic() + HURRY_SECONDS
        super().__init__(server.host, server.port, timeout=STEP_SECONDS)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        opened = self._network.connect(host, port, timeout)
        # Connected says nothing yet of the answers, which have their own time.
        opened.settimeout(timeout)
        return opened if self._within is None else self._encrypted(opened, host)

    def _encrypted(self, opened: socket.socket, host: str) -> socket.socket:
        assert self._within is not None
        try:
            return self._within.wrap_socket(opened, server_hostname=host)
        except BaseException:
            opened.close()
            raise

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            raw = self.sock.makefile("rb", buffering=0)
            self.file = io.BufferedReader(
                TimedReader(self.sock, raw, lambda: self.ends, most=MOST_BYTES)
            )
        return super().getreply()

    def allow(self, seconds: float) -> None:
        """Give the answers from now on so much time together."""
        self.ends = time.monotonic() + seconds
        if self.sock is not None:
            self.sock.settimeout(seconds)


AWAY = N_("the mail server could not be reached: look at its name and its port")
NOT_TRUSTED = N_("the mail server's certificate is not trusted: look at the server's name")
WRONG_PASSWORD = N_(
    "the mail server refused user name or password; Gmail and Zoho want an app password"
)
LACKING = N_("the mail server lacks STARTTLS or signing in as entered: try TLS with port 465")
NO_PASSWORDS = b"basic authentication"
"""In the answers of Exchange Online and Outlook.com to whoever signs in with a password (5.7.139, 5.7.30)."""


@contextmanager
def signed_in(server: Server, network: Network | None = None) -> Iterator[SmtpConnection]:
    """A signed-in connection. Until the caller sends something, a failure did surely nothing."""
    network = network or Network()
    token = "" if server.access is None else server.access("")
    smtp = _connected(server, network)
    try:
        _greet(smtp, server, network, token)
        if time.monotonic() > smtp.ends:
            raise Temporary("the mail server is too slow now", outcome="not_done")
        yield smtp
    except (smtplib.SMTPException, OSError) as error:
        raise Temporary("the connection to the mail server broke", outcome="not_done") from error
    finally:
        # The mail is settled by then; a server that does not say goodbye changes nothing.
        with suppress(smtplib.SMTPException, OSError):
            smtp.allow(GOODBYE_SECONDS)
            smtp.quit()
        smtp.close()


def send(smtp: SmtpConnection, mail: EmailMessage, sender: str, to: str) -> None:
    """Send one mail to one address.

    Raises `Temporary(outcome="unknown")` only from the end of the mail's text on: before its last
    line no server takes it.
    """
    content = mail.as_bytes()
    try:
        _accepted(
            smtp.mail(sender, [f"size={len(content)}"] if smtp.has_extn("size") else []), "sender"
        )
        _accepted(smtp.rcpt(to), "recipient")
    except (smtplib.SMTPException, OSError) as error:
        raise Temporary("the connection to the mail server broke", outcome="not_done") from error
    try:
        smtp.allow(TEXT_SECONDS)
        _accepted(smtp.data(content), "message")
    except smtplib.SMTPDataError as error:
        _accepted((error.smtp_code, b""), "message")
        raise Temporary("the mail server did not take the message", outcome="not_done") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Temporary(
            "the connection broke after the message was sent", outcome="unknown"
        ) from error


def _connected(server: Server, network: Network) -> SmtpConnection:
    try:
        return SmtpConnection(server, network)
    except ssl.SSLCertVerificationError as error:
        raise Misconfigured(NOT_TRUSTED, field="host") from error
    except ssl.SSLError as error:
        # A connection that broke and a port without TLS look alike from here.
        raise Temporary(
            "no TLS with the mail server now: if it stays so, try starttls, or port 465",
            outcome="not_done",
            field="security",
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        raise Temporary(AWAY, outcome="not_done", field="host") from error


def _greet(smtp: SmtpConnection, server: Server, network: Network, token: str) -> None:
    try:
        smtp.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            smtp.starttls(context=_context(server, network))
            smtp.ehlo()
        if server.access is not None:
            _show_token(smtp, server.username, token, server.access)
        elif server.username:
            smtp.login(server.username, server.password)
    except smtplib.SMTPAuthenticationError as error:
        if 400 <= error.smtp_code < 500:
            raise Temporary("the mail server cannot sign in now", outcome="not_done") from error
        if NO_PASSWORDS in error.smtp_error.lower():
            raise Misconfigured(
                "the mail server takes no passwords any more (Microsoft calls it basic authentication):"
                " choose Outlook.com or Microsoft 365 as the provider and enter the ID of your app there",
                field="client_id",
            ) from error
        if server.access is not None:
            raise Misconfigured(
                "the mail server refused this user name (%(code)s): it must be the account you signed in"
                " with, and an organization must allow SMTP AUTH for it",
                code=error.smtp_code,
                field="username",
            ) from error
        raise Misconfigured(WRONG_PASSWORD, field="password") from error
    except (smtplib.SMTPNotSupportedError, UnicodeEncodeError) as error:
        raise Misconfigured(LACKING, field="security") from error
    except ssl.SSLCertVerificationError as error:
        raise Misconfigured(NOT_TRUSTED, field="host") from error


def _show_token(smtp: SmtpConnection, username: str, token: str, access: Access) -> None:
    try:
        _say_token(smtp, username, token)
    except smtplib.SMTPAuthenticationError as error:
        if not 500 <= error.smtp_code < 600:
            raise
        # It may have been taken back before its end.
        _say_token(smtp, username, access(token))


def _say_token(smtp: SmtpConnection, username: str, token: str) -> None:
    first = xoauth2.first_response(username, token)
    smtp.auth(xoauth2.MECHANISM, lambda challenge=None: first if challenge is None else "")


def _accepted(answer: tuple[int, bytes], stage: str) -> None:
    """Raise what the server's answer stands for; its own words may hold the buyer's address."""
    code = answer[0]
    if 200 <= code < 300:
        return
    if code in (530, 535, 538):
        raise Misconfigured(
            "the mail server asks to sign in (%(code)s): enter name and password", code=code
        )
    if 500 <= code < 600 and stage == "sender":
        raise Misconfigured("the mail server refused the sender address (%(code)s)", code=code)
    if 500 <= code < 600:
        advice = (
            Text("check the buyer's address")
            if stage == "recipient"
            else Text("ask who runs the server")
        )
        raise Rejected(
            "the mail server refused the %(what)s (%(code)s): %(advice)s",
            what=stage,
            code=code,
            advice=advice,
        )
    # -1 is how the library reports a connection cut in mid-answer.
    raise Temporary(
        "the mail server did not take the %(what)s (%(code)s)",
        what=stage,
        code=code,
        outcome="unknown" if stage == "message" and not 400 <= code < 500 else "not_done",
    )


def _context(server: Server, network: Network) -> ssl.SSLContext:
    context = network.trust(trusting(server.ca_file))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def trusting(ca_file: str) -> ssl.SSLContext:
    """A context that trusts the certificates in this file, the usual ones without a file; raises
    `WrongEntry`."""
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ValueError) as error:
        raise WrongEntry(
            "the file of trusted certificates cannot be read", field="ca_file"
        ) from error
