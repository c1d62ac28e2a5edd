"""The line to the mail server: connect, TLS, sign in, hand over; every failure is ours."""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from ipaddress import ip_address

from integrations.contract import Config
from integrations.errors import Misconfigured, Permanent, Temporary

STEP_SECONDS = 6.0
HURRY_SECONDS = 15.0
"""Later than this after the start nothing is sent any more: another worker may soon take over."""
TEXT_SECONDS = 12.0
GOODBYE_SECONDS = 2.0
PORTS = {"starttls": "587", "tls": "465", "none": "25"}


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how mail is handed over."""

    host: str
    port: int
    security: str
    username: str
    password: str
    ca_file: str

    @classmethod
    def of(cls, config: Config) -> Server:
        """Read the entries; raises `Misconfigured` naming the wrong one."""
        given = {name: value.strip() for name, value in config.values.items()}
        security = given.get("security", "").lower() or "starttls"
        host = given.get("host", "")
        port = given.get("port", "") or PORTS.get(security, "")
        if security not in PORTS:
            raise Misconfigured("security must be starttls, tls or none")
        if not host or not host.isprintable() or " " in host:
            raise Misconfigured("enter the name of the mail server, such as smtp.example.com")
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise Misconfigured("the port must be a number such as 587")
        if security == "none" and not _loopback(host):
            raise Misconfigured("mail without encryption is for this machine only: use starttls")
        password = config.values.get("password", "")
        return cls(
            host, int(port), security, given.get("username", ""), password, given.get("ca_file", "")
        )


@contextmanager
def line(server: Server) -> Iterator[smtplib.SMTP]:
    """A signed-in line. Until the caller sends something, a failure did surely nothing."""
    begun = time.monotonic()
    smtp = _connected(server)
    try:
        _greet(smtp, server)
        if time.monotonic() - begun > HURRY_SECONDS:
            raise Temporary("the mail server is too slow now", outcome="not_done")
        yield smtp
    finally:
        # The mail is settled by then; a server that does not say goodbye changes nothing.
        with suppress(smtplib.SMTPException, OSError):
            _wait_at_most(smtp, GOODBYE_SECONDS)
            smtp.quit()
        smtp.close()


def hand_over(smtp: smtplib.SMTP, mail: EmailMessage, sender: str, to: str) -> None:
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
        raise Temporary("the line to the mail server broke", outcome="not_done") from error
    try:
        _wait_at_most(smtp, TEXT_SECONDS)
        _accepted(smtp.data(content), "message")
    except smtplib.SMTPDataError as error:
        _accepted((error.smtp_code, b""), "message")
        raise Temporary("the mail server did not take the message", outcome="not_done") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Temporary("the line broke after the message was sent", outcome="unknown") from error


def _connected(server: Server) -> smtplib.SMTP:
    try:
        if server.security == "tls":
            return smtplib.SMTP_SSL(
                server.host, server.port, timeout=STEP_SECONDS, context=_context(server)
            )
        return smtplib.SMTP(server.host, server.port, timeout=STEP_SECONDS)
    except ssl.SSLCertVerificationError as error:
        raise Misconfigured("the mail server's certificate is not trusted") from error
    except ssl.SSLError as error:
        raise Misconfigured("no TLS on this port: try starttls, or port 465") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Temporary("the mail server could not be reached", outcome="not_done") from error


def _greet(smtp: smtplib.SMTP, server: Server) -> None:
    try:
        smtp.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            smtp.starttls(context=_context(server))
            smtp.ehlo()
        if server.username:
            smtp.login(server.username, server.password)
    except smtplib.SMTPAuthenticationError as error:
        if 400 <= error.smtp_code < 500:
            raise Temporary("the mail server cannot sign in now", outcome="not_done") from error
        raise Misconfigured("the mail server refused user name or password") from error
    except (smtplib.SMTPNotSupportedError, UnicodeEncodeError) as error:
        raise Misconfigured("the mail server lacks STARTTLS or signing in as entered") from error
    except ssl.SSLCertVerificationError as error:
        raise Misconfigured("the mail server's certificate is not trusted") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Temporary("the line to the mail server broke", outcome="not_done") from error


def _accepted(answer: tuple[int, bytes], what: str) -> None:
    """Raise what the server's answer stands for; its own words may hold the buyer's address."""
    code = answer[0]
    if 200 <= code < 300:
        return
    if code in (530, 535, 538):
        raise Misconfigured(f"the mail server asks to sign in ({code}): enter name and password")
    if 500 <= code < 600 and what == "sender":
        raise Misconfigured(f"the mail server refused the sender address ({code})")
    if 500 <= code < 600:
        advice = "check the buyer's address" if what == "recipient" else "ask who runs the server"
        raise Permanent(f"the mail server refused the {what} ({code}): {advice}")
    # -1 is how the library reports a line cut in mid-answer.
    raise Temporary(
        f"the mail server did not take the {what} ({code})",
        outcome="unknown" if what == "message" and not 400 <= code < 500 else "not_done",
    )


def _wait_at_most(smtp: smtplib.SMTP, seconds: float) -> None:
    if smtp.sock is not None:
        smtp.sock.settimeout(seconds)


def _context(server: Server) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=server.ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise Misconfigured("the file of trusted certificates cannot be read") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
