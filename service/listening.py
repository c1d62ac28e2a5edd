"""Where `make run` listens: an address of this machine, or a socket file for a proxy beside it.
Apart from the public address, which a proxy or a tunnel may answer."""

from __future__ import annotations

import errno
import os
import re
import socket
import stat
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from integrations.network import loopback

PORT = 8000
SOCKET_RIGHTS = 0o660
"""A proxy in our group may speak to us."""
BACKLOG = 1024
EXAMPLES = "127.0.0.1:8000, 0.0.0.0:8000, [::1]:8000 or unix:/run/makegood/web.sock"


class CannotListen(OSError):
    """Why nobody can be served here; one line with the cure."""


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port, or the path of a socket file."""

    host: str = ""
    port: int = 0
    path: str = ""

    def __str__(self) -> str:
        if self.path:
            return f"unix:{self.path}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def inside(self) -> str | None:
        """The web address under which this machine reaches itself; None for a socket file."""
        if self.path:
            return None
        reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return f"http://{Address(reachable, self.port)}"


def parse(text: str) -> Address:
    """Read `host:port`, `:port` (all addresses) or `unix:/path`; raises `ValueError`."""
    wrong = ValueError(f"must be an address to listen at, such as {EXAMPLES}")
    if text.startswith("unix:"):
        path = text.removeprefix("unix:")
        if not path.startswith("/") or path.endswith("/") or len(path.encode()) > 107:
            raise wrong
        return Address(path=path)
    host, colon, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    if not colon or not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise wrong
    if (":" in bare) != host.startswith("[") or any(sign in bare for sign in "/@ []"):
        raise wrong
    return Address(bare or "0.0.0.0", int(port))  # noqa: S104


def usual(public_url: str) -> str:
    """Where to listen unless told: on this machine only, at the port that a public address without
    TLS names, else at 8000."""
    parts = urlsplit(public_url)
    named = parts.port if parts.scheme == "http" else None
    host = parts.hostname or ""
    return str(Address(host if loopback(host) else "127.0.0.1", named or PORT))


def listen(address: Address, public_url: str) -> socket.socket:
    """An open socket; raises `CannotListen`."""
    try:
        if address.path:
            return _socket_file(address.path)
        family, kind, _, _, where = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM
        )[0]
        opened = socket.socket(family, kind)
        try:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            opened.bind(where)
            # From here on nobody else gets it; who calls meanwhile waits.
            opened.listen(BACKLOG)
        except OSError:
            opened.close()
            raise
        return opened
    except OSError as error:
        raise CannotListen(_cure(error, address, public_url)) from error


def _socket_file(path: str) -> socket.socket:
    with suppress(FileNotFoundError):
        if stat.S_ISSOCK(os.stat(path).st_mode) and not _answers(path):
            # Left behind by a process that ended without a chance to clear up.
            os.unlink(path)
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        opened.bind(path)
        os.chmod(path, SOCKET_RIGHTS)
        opened.listen(BACKLOG)
    except OSError:
        opened.close()
        raise
    return opened


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(path)
        except OSError:
            return False
        return True


def _cure(error: OSError, address: Address, public_url: str) -> str:
    if error.errno == errno.EADDRINUSE and address.path:
        return f"{address} is taken: stop what listens there, or set MAKEGOOD_LISTEN to another"
    if error.errno == errno.EADDRINUSE:
        return f"{address} is taken by another program: {_another(address, public_url)}"
    if error.errno == errno.EACCES and not address.path:
        return f"{address} may not be used by this user: set MAKEGOOD_LISTEN to a port from 1024 on"
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return (
            f"{address} is no address of this machine: set MAKEGOOD_LISTEN to one that is,"
            f" such as 127.0.0.1:{address.port}, or 0.0.0.0:{address.port} for all"
        )
    return f"{address} cannot be listened at ({error.strerror}): set MAKEGOOD_LISTEN to another"


def _another(address: Address, public_url: str) -> str:
    port = address.port + 1 if address.port < 65535 else PORT
    other = Address(address.host, port)
    if str(address) == usual(public_url) and loopback(urlsplit(public_url).hostname or ""):
        # Links lead to the port of the public address, so both change together.
        return f"MAKEGOOD_PUBLIC_URL=http://{other} make run"
    return f"MAKEGOOD_LISTEN={other} make run"
