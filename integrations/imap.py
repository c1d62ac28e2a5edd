"""A connection to a mailbox: connect, TLS, sign in, open a folder; every failure is one of our errors.

Reference: RFC 3501 (IMAP4rev1; 2.3.1.1 on UIDs), RFC 5530 (response codes), Python's imaplib.
"""

from __future__ import annotations

import hashlib
import imaplib
import io
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from integrations import xoauth2
from integrations.contract import Access
from integrations.entries import WrongEntry
from integrations.errors import Misconfigured, Temporary
from integrations.network import Network, TimedReader, loopback
from integrations.sentence import N_, Text

SECONDS = 20.0
"""For all that is read in one visit."""
STEP_SECONDS = 6.0
GOODBYE_SECONDS = 2.0
TLS, STARTTLS, OPEN = "tls", "starttls", "none"
MOST_BYTES = 1024 * 1024
"""Bytes read of one mail: its text comes before its attachments."""
LONGEST_LINE = 1_000_000
PASSING = ("[UNAVAILABLE]", "[INUSE]", "[SERVERBUG]", "[LIMIT]")
"""Codes of a refusal that passes (RFC 5530)."""
LOST = N_("the line to the mailbox broke")
AWAY = N_("the mailbox server does not answer at %(host)s, port %(port)s: look at both")
NO_TLS = N_(
    "no encryption from the first byte at port %(port)s of the mailbox server: enter 993 or leave it empty, or"
    " choose STARTTLS"
)
NO_STARTTLS = N_(
    "the mailbox server offers no STARTTLS at port %(port)s, and nothing is said to it openly: choose TLS with"
    " port 993"
)
NOT_TRUSTED = N_(
    "the certificate of the mailbox server is not trusted (%(why)s): enter the name it is made out to,"
    " or your own certificate under “Trusted certificates”"
)
NO_NAME = N_("no server of the name %(host)s is found: look at its spelling")
WRONG_PASSWORD = N_(
    "the mailbox does not let us in by this user name and password. Gmail and Zoho want an app password, and"
    " IMAP switched on in the settings of the mailbox"
)
WRONG_ACCOUNT = N_(
    "the mailbox does not let us in by this user name: it must be the account you signed in with, and IMAP"
    " must be allowed for it"
)
NO_FOLDER = N_(
    "the mailbox has no folder %(folder)s: write it as the provider does, or leave it empty for the inbox"
)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where and as whom to read. `encryption`: as `TLS`, `STARTTLS` or, only for a server on this machine,
    `OPEN`; `access` gives the token that is said instead of a password."""

    host: str
    port: int
    username: str
    password: str
    folder: str = "INBOX"
    encryption: str = TLS
    access: Access | None = None
    ca_file: str = ""
    has_own_password: bool = False
    """Not that for sending."""

    @classmethod
    def of(cls, values: Mapping[str, str], access: Access | None = None) -> Mailbox | None:
        """The mailbox of a connection's entries; None where none was entered. `access`: of who sends,
        for a mailbox without a password of its own."""
        entered = {name: value.strip() for name, value in values.items()}
        host = entered.get("imap_host", "")
        if not host:
            return None
        encryption = _encryption(entered, host)
        own_password = values.get("imap_password", "")
        return cls(
            host,
            int(entered.get("imap_port", "") or ("993" if encryption == TLS else "143")),
            entered.get("imap_username", "") or entered.get("username", ""),
            own_password or values.get("password", ""),
            entered.get("imap_folder", "") or "INBOX",
            encryption,
            None if own_password else access,
            entered.get("ca_file", ""),
            bool(own_password),
        )

    @property
    def mark(self) -> str:
        """Tells this mailbox from others: numbers of mails mean nothing in another."""
        named = "\n".join((self.host, str(self.port), self.username, self.folder))
        return hashlib.sha256(named.encode()).hexdigest()[:12]


def _encryption(entered: Mapping[str, str], host: str) -> str:
    """As it was chosen; else the port tells."""
    chosen = entered.get("imap_security", "").lower()
    if chosen in (TLS, STARTTLS):
        return chosen
    if entered.get("security", "") == "none" and loopback(host):
        return OPEN
    return STARTTLS if entered.get("imap_port", "") == "143" else TLS


class NoStartTls(Exception):
    """The server does not begin encryption when it is asked to."""


class Line(imaplib.IMAP4):
    """A line opened where calls may go. What it hears has to be whole before `ends`."""

    def __init__(self, mailbox: Mailbox, network: Network) -> None:
        self._network = network
        encryption = mailbox.encryption
        within = None if encryption == OPEN else network.trust(_trusting(mailbox))
        self._within = within if encryption == TLS else None
        self.ends = time.monotonic() + SECONDS
        self.validity = ""
        super().__init__(mailbox.host, mailbox.port, timeout=STEP_SECONDS)
        if encryption == STARTTLS and within is not None:
            try:
                self._start_tls(within)
            except BaseException:
                with suppress(OSError):
                    self.shutdown()
                raise

    def _start_tls(self, within: ssl.SSLContext) -> None:
        """Encrypt before anything else is said, or raise: nothing is ever said openly instead. What was heard
        before is forgotten: a stranger on the line may have said it (CVE-2011-0411)."""
        if "STARTTLS" not in self.capabilities or self.state != "NONAUTH":
            raise NoStartTls
        if self._simple_command("STARTTLS")[0] != "OK":
            raise NoStartTls
        self.sock = within.wrap_socket(self.sock, server_hostname=self.host)
        self.untagged_responses.clear()
        self._listen()

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        super().open(host, port, timeout)
        self._listen()

    def _listen(self) -> None:
        raw = self.sock.makefile("rb", buffering=0)
        self._heard = io.BufferedReader(TimedReader(self.sock, raw, lambda: self.ends))

    def read(self, size: int) -> bytes:
        return self._heard.read(size)

    def readline(self) -> bytes:
        return self._heard.readline(LONGEST_LINE)

    def shutdown(self) -> None:
        self._heard.close()
        super().shutdown()

    def _create_socket(self, timeout: float | None) -> socket.socket:
        opened = self._network.connect(self.host, self.port, timeout or STEP_SECONDS)
        opened.settimeout(timeout)
        if self._within is None:
            return opened
        try:
            return self._within.wrap_socket(opened, server_hostname=self.host)
        except BaseException:
            opened.close()
            raise

    def enter(self, folder: str) -> None:
        """Look into a folder, changing nothing: what is unread stays so."""
        quoted = folder.replace("\\", "\\\\").replace('"', '\\"')
        if self.select(f'"{quoted}"', readonly=True)[0] != "OK":
            raise Misconfigured(Text(NO_FOLDER, folder=folder), field="imap_folder")
        self.validity = _text(self.response("UIDVALIDITY")[1])

    def last(self) -> int:
        """The highest number in use; 0 in an empty folder."""
        return max(self._search("UID", "*"), default=0)

    def after(self, last: int) -> list[int]:
        """The numbers above this one. A server names the highest mail even where it is not above."""
        return [number for number in self._search("UID", f"{last + 1}:*") if number > last]

    def unread(self) -> list[int]:
        """The numbers of unread mails."""
        return self._search("UNSEEN")

    def _search(self, *criteria: str) -> list[int]:
        return sorted(int(uid) for uid in _text(_done(self.uid("SEARCH", *criteria))).split())

    def mail(self, number: int) -> bytes:
        """The beginning of a mail; nothing where it is gone."""
        rows = _done(self.uid("FETCH", str(number), f"(BODY.PEEK[]<0.{MOST_BYTES}>)"))
        return next((bytes(row[1]) for row in rows if isinstance(row, tuple)), b"")


@contextmanager
def opened(mailbox: Mailbox, network: Network) -> Iterator[Line]:
    """Signed in, within the folder."""
    token = "" if mailbox.access is None else mailbox.access("")
    line = _connected(mailbox, network)
    try:
        _sign_in(line, mailbox, token)
        line.enter(mailbox.folder)
        yield line
    except (imaplib.IMAP4.error, OSError) as error:
        raise Temporary(LOST, outcome="not_done") from error
    finally:
        # A server that does not say goodbye changes nothing.
        line.ends = time.monotonic() + GOODBYE_SECONDS
        with suppress(imaplib.IMAP4.error, OSError):
            line.logout()
        with suppress(OSError):
            line.shutdown()


def _connected(mailbox: Mailbox, network: Network) -> Line:
    where: dict[str, str | int] = {"host": mailbox.host, "port": mailbox.port}
    try:
        return Line(mailbox, network)
    except Misconfigured as error:
        raise Misconfigured(error.text, field=error.field or "imap_host") from error
    except ssl.SSLCertVerificationError as error:
        why = Text(NOT_TRUSTED, why=error.verify_message)
        raise Misconfigured(why, field="imap_host") from error
    except ssl.SSLError as error:
        raise Temporary(Text(NO_TLS, **where), field="imap_port", outcome="not_done") from error
    except NoStartTls as error:
        why = Text(NO_STARTTLS, **where)
        raise Temporary(why, field="imap_security", outcome="not_done") from error
    except socket.gaierror as error:
        raise Temporary(Text(NO_NAME, **where), field="imap_host", outcome="not_done") from error
    except (imaplib.IMAP4.error, OSError) as error:
        raise Temporary(Text(AWAY, **where), field="imap_host", outcome="not_done") from error


def _trusting(mailbox: Mailbox) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=mailbox.ca_file or None)
    except (OSError, ValueError) as error:
        raise WrongEntry(
            "the file of trusted certificates cannot be read", field="ca_file"
        ) from error


def _sign_in(line: Line, mailbox: Mailbox, token: str) -> None:
    try:
        if mailbox.access is None:
            line.login(mailbox.username, mailbox.password)
        else:
            _show_token(line, mailbox.username, token, mailbox.access)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        if any(code in str(error).upper() for code in PASSING):
            raise
        if mailbox.access is None:
            field = "imap_password" if mailbox.has_own_password else "password"
            raise Misconfigured(WRONG_PASSWORD, field=field) from error
        raise Misconfigured(WRONG_ACCOUNT, field="username") from error


def _show_token(line: Line, username: str, token: str, access: Access) -> None:
    try:
        _say_token(line, username, token)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        # It may have been taken back before its end.
        _say_token(line, username, access(token))


def _say_token(line: Line, username: str, token: str) -> None:
    first = xoauth2.first_response(username, token).encode()
    line.authenticate(xoauth2.MECHANISM, lambda challenge: b"" if challenge else first)


def _text(rows: list[object]) -> str:
    return rows[0].decode("ascii", "ignore") if rows and isinstance(rows[0], bytes) else ""


def _done(answer: tuple[str, list[object]]) -> list[object]:
    status, rows = answer
    if status != "OK":
        raise imaplib.IMAP4.error(status)
    return rows
