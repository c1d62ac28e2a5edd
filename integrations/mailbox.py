"""Reads a mailbox over IMAP: what is new, one mail after the other.

Reference: RFC 3501 (IMAP4rev1), Python's imaplib.
"""

from __future__ import annotations

import imaplib
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from integrations import xoauth2
from integrations.contract import Access
from integrations.errors import Misconfigured, Temporary
from integrations.inbound_mail import MOST_BYTES
from integrations.network import Network

SECONDS = 20.0
MOST = 100
"""Mails of one visit; the others are next time's."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where and as whom to read. `tls` is off only for a server on this machine; `access` gives the
    token that is said instead of a password."""

    host: str
    port: int
    username: str
    password: str
    folder: str = "INBOX"
    tls: bool = True
    access: Access | None = None

    @classmethod
    def of(cls, values: Mapping[str, str], access: Access | None = None) -> Mailbox | None:
        """The mailbox of a connection's entries; None where none was entered. `access`: of who sends,
        for a mailbox without a password of its own."""
        host = values.get("imap_host", "").strip()
        if not host:
            return None
        tls = values.get("security", "") != "none"
        port = values.get("imap_port", "").strip() or ("993" if tls else "143")
        own_password = values.get("imap_password", "")
        return cls(
            host,
            int(port),
            (values.get("imap_username", "") or values.get("username", "")).strip(),
            own_password or values.get("password", ""),
            values.get("imap_folder", "").strip() or "INBOX",
            tls,
            None if own_password else access,
        )


class _Line(imaplib.IMAP4):
    """A line opened where calls may go."""

    def __init__(self, mailbox: Mailbox, network: Network) -> None:
        self._network = network
        self._within = ssl.create_default_context() if mailbox.tls else None
        super().__init__(mailbox.host, mailbox.port, timeout=SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        opened = self._network.connect(self.host, self.port, timeout or SECONDS)
        opened.settimeout(timeout)
        if self._within is None:
            return opened
        try:
            return self._within.wrap_socket(opened, server_hostname=self.host)
        except BaseException:
            opened.close()
            raise


def new_mail(mailbox: Mailbox, network: Network) -> Iterator[bytes]:
    """Each unread mail, whole. It is marked as read when the next one is asked for, so what was not
    kept comes again. Raises `Temporary`, `Misconfigured`."""
    imap = _open(mailbox, network)
    try:
        for number in _unread(imap, mailbox.folder):
            raw = _one(imap, number)
            if raw is not None:
                yield raw
            _done(imap.uid("STORE", number, "+FLAGS", "(\\Seen)"))
    except (imaplib.IMAP4.error, OSError) as error:
        raise Temporary("the mailbox could not be read") from error
    finally:
        _close(imap)


def _open(mailbox: Mailbox, network: Network) -> _Line:
    token = "" if mailbox.access is None else mailbox.access("")
    try:
        imap = _Line(mailbox, network)
    except (imaplib.IMAP4.error, OSError) as error:
        raise Temporary("the mailbox cannot be reached") from error
    try:
        if mailbox.access is not None:
            _show_token(imap, mailbox.username, token, mailbox.access)
        else:
            imap.login(mailbox.username, mailbox.password)
    except imaplib.IMAP4.error as error:
        _close(imap)
        raise Misconfigured("the mailbox refuses the user name or password") from error
    except OSError as error:
        _close(imap)
        raise Temporary("the mailbox cannot be reached") from error
    return imap


def _show_token(imap: _Line, username: str, token: str, access: Access) -> None:
    try:
        _say_token(imap, username, token)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        # It may have been taken back before its end.
        _say_token(imap, username, access(token))


def _say_token(imap: _Line, username: str, token: str) -> None:
    first = xoauth2.first_response(username, token).encode()
    imap.authenticate(xoauth2.MECHANISM, lambda challenge: b"" if challenge else first)


def _close(imap: imaplib.IMAP4) -> None:
    """A server that does not say goodbye changes nothing."""
    with suppress(imaplib.IMAP4.error, OSError):
        imap.logout()
    with suppress(OSError):
        imap.shutdown()


def _unread(imap: imaplib.IMAP4, folder: str) -> list[str]:
    quoted = folder.replace("\\", "\\\\").replace('"', '\\"')
    if imap.select(f'"{quoted}"')[0] != "OK":
        raise Misconfigured("the mailbox has no such folder")
    uids = _done(imap.uid("SEARCH", "UNSEEN"))
    first = uids[0] if uids and isinstance(uids[0], bytes) else b""
    return first.decode("ascii", "ignore").split()[:MOST]


def _one(imap: imaplib.IMAP4, number: str) -> bytes | None:
    """The mail of this number, its first megabytes where it is longer; None where it is gone."""
    rows = _done(imap.uid("FETCH", number, f"(BODY.PEEK[]<0.{MOST_BYTES}>)"))
    return next((bytes(row[1]) for row in rows if isinstance(row, tuple)), None)


def _done(answer: tuple[str, list[object]]) -> list[object]:
    status, rows = answer
    if status != "OK":
        raise imaplib.IMAP4.error(status)
    return rows
