"""Where calls out may go, and how long they may take: the one maker of sockets for HTTP and SMTP.

Owners of shops enter addresses, so every address is looked at after its name was resolved and before
a socket is opened to it; what was looked at is what is called. Every read has an end in time,
whatever the pace at which the other side hands its bytes out.
"""

from __future__ import annotations

import errno
import io
import ipaddress
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from integrations.errors import Misconfigured
from integrations.sentence import N_

CONNECT_SECONDS = 5.0
LATE_SECONDS = 0.5
"""What has arrived when the time is over may still be read, within this: a process that was frozen
finds a whole answer waiting."""
IpAddress = IPv4Address | IPv6Address
IpNetwork = IPv4Network | IPv6Network
Resolved = list[tuple[socket.AddressFamily, tuple[str, int]]]

LOOPBACK: tuple[IpNetwork, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
NOT_OUTSIDE: tuple[IpNetwork, ...] = (
    IPv4Network("168.63.129.16/32"),
    IPv4Network("192.0.0.0/24"),
    IPv6Network("64:ff9b:1::/48"),
)
"""Not all Pythons count these as inward: Azure's host of the machine
(https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16), protocol
assignments (RFC 6890; Oracle's metadata lie there), translation within a network (RFC 8215)."""
NAT64 = IPv6Network("64:ff9b::/96")

NOT_PUBLIC = N_(
    "the address lies in a private network, where nothing is called: enter a public address, or"
    " have it allowed in MAKEGOOD_PRIVATE_NETWORKS by whoever runs this installation"
)


class Network:
    """Public addresses, and those of the networks in `private` and the host and port in `own`.

    `ca_file` names certificates (PEM) that are trusted beside the usual ones.
    """

    def __init__(
        self,
        private: Sequence[IpNetwork] = LOOPBACK,
        *,
        own: tuple[str, int] | None = None,
        ca_file: str = "",
    ) -> None:
        self.private = tuple(private)
        self.own = own
        self.ca_file = ca_file

    def permits(self, address: str) -> bool:
        """Whether a call may go to this numeric address."""
        ip = ipaddress.ip_address(address.partition("%")[0])
        return all(self._permits(candidate) for candidate in (ip, *_inside(ip)))

    def _permits(self, ip: IpAddress) -> bool:
        if any(ip in network for network in self.private):
            return True
        return (
            ip.is_global
            and not ip.is_multicast
            and not any(ip in network for network in NOT_OUTSIDE)
        )

    def check(self, host: str, port: int, seconds: float = CONNECT_SECONDS) -> None:
        """Raise `Misconfigured` for a host behind a proxy that is not to be called; a name that only
        the proxy can resolve is the proxy's to judge."""
        try:
            addresses = resolve(host, port, seconds)
        except OSError:
            return
        if not all(self.permits(address[0]) for _, address in addresses):
            raise Misconfigured(NOT_PUBLIC)

    def connect(self, host: str, port: int, seconds: float, *, own: bool = False) -> socket.socket:
        """Open a socket within `seconds`; `own`: the address is the installation's, not a shop's.

        Raises `Misconfigured` where no address of the host may be called, `OSError` where none
        answers.
        """
        ends = time.monotonic() + seconds
        addresses = resolve(host, port, seconds)
        own = own or (host, port) == self.own
        allowed = [entry for entry in addresses if own or self.permits(entry[1][0])]
        if not allowed:
            raise Misconfigured(NOT_PUBLIC)
        failure: OSError = TimeoutError()
        for number, (family, address) in enumerate(allowed):
            # Each gets its share of the time that is left, so that one silent address is not all.
            share = (ends - time.monotonic()) / (len(allowed) - number)
            try:
                return _open(family, address, max(share, 0.01))
            except OSError as error:
                failure = error
        raise failure

    def trust(self, context: ssl.SSLContext) -> ssl.SSLContext:
        """Let a TLS context trust the own certificates too."""
        if self.ca_file:
            context.load_verify_locations(self.ca_file)
        return context


def _inside(ip: IpAddress) -> list[IPv4Address]:
    """IPv4 addresses that an IPv6 address leads to."""
    if isinstance(ip, IPv4Address):
        return []
    teredo = ip.teredo or ()
    inside = [
        embedded for embedded in (ip.ipv4_mapped, ip.sixtofour, *teredo) if embedded is not None
    ]
    # The last 32 bits; also of "IPv4-compatible" addresses, which some systems still route.
    if ip in NAT64 or (0xFFFF < int(ip) < 2**32):
        inside.append(IPv4Address(int(ip) & 0xFFFFFFFF))
    return inside


def resolve(host: str, port: int, seconds: float) -> Resolved:
    """Numeric addresses of a host; raises `OSError`, also when the resolver takes too long."""
    try:
        return _addresses(host, port, socket.AI_NUMERICHOST)
    except OSError:
        pass
    answer: list[Resolved | OSError] = []
    # The system's resolver cannot be interrupted, so it is left behind when it is too slow.
    thread = threading.Thread(target=_look_up, args=(host, port, answer), daemon=True)
    thread.start()
    thread.join(seconds)
    if not answer:
        raise TimeoutError
    if isinstance(answer[0], OSError):
        raise answer[0]
    return answer[0]


def _look_up(host: str, port: int, answer: list[Resolved | OSError]) -> None:
    try:
        answer.append(_addresses(host, port, 0))
    except OSError as error:
        answer.append(error)
    except UnicodeError as error:
        answer.append(OSError(str(error)))


def _addresses(host: str, port: int, flags: int) -> Resolved:
    rows = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM, flags=flags)
    return [(family, address) for family, _, _, _, address in rows]  # type: ignore[misc]


def _open(family: socket.AddressFamily, address: tuple[str, int], seconds: float) -> socket.socket:
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.settimeout(seconds)
        opened.connect(address)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        opened.close()
        raise
    return opened


class TimedReader(io.RawIOBase):
    """Reads a socket until `ends()` on the clock `now`, then raises `TimeoutError`; over `most` bytes
    it raises `OSError`."""

    def __init__(
        self,
        sock: socket.socket,
        raw: io.RawIOBase,
        ends: Callable[[], float],
        now: Callable[[], float] = time.monotonic,
        most: int | None = None,
    ) -> None:
        super().__init__()
        self._most = most
        self._sock, self._raw, self._ends, self._now = sock, raw, ends, now
        self._given_up_at: float | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        left = self._ends() - self._now()
        if left <= 0:
            if self._given_up_at is None:
                self._given_up_at = time.monotonic() + LATE_SECONDS
            left = self._given_up_at - time.monotonic()
            if left <= 0:
                raise TimeoutError
        self._sock.settimeout(left)
        read: int | None = self._raw.readinto(buffer)
        if self._most is not None:
            self._most -= read or 0
            if self._most < 0:
                raise OSError(errno.EMSGSIZE, os.strerror(errno.EMSGSIZE))
        return read

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


def loopback(host: str) -> bool:
    """Whether this names the own machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def networks(text: str) -> tuple[IpNetwork, ...]:
    """Read networks such as `10.0.0.0/8, 192.168.1.5`; raises `ValueError` naming the wrong one."""
    return tuple(ipaddress.ip_network(part) for part in text.replace(",", " ").split())
