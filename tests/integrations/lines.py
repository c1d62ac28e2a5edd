"""A server whose line misbehaves in a chosen way, over plain TCP or TLS, on loopback."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.integrations.email.post_office import server_context

Answer = Callable[[socket.socket], None]
RESET = b"\1\0\0\0\0\0\0\0"


def raw(text: str) -> Answer:
    """Send these bytes, then close."""
    return lambda line: line.sendall(text.encode("latin-1"))


def reset(line: socket.socket) -> None:
    """Break the line as a killed process or a firewall does."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


def beneath(data: bytes) -> Answer:
    """Put bytes on the line beneath TLS: nothing (a line cut without goodbye) or a broken record."""

    def send(line: socket.socket) -> None:
        plain = socket.socket(fileno=line.detach())
        with plain:
            plain.sendall(data)

    return send


def drip(head: str, piece: str) -> Answer:
    """Hand out a piece of the answer again and again until the other side has had enough."""

    def send(line: socket.socket) -> None:
        line.sendall(head.encode())
        ended = threading.Event()
        while not ended.wait(0.05):
            line.sendall(piece.encode())

    return send


def silence(line: socket.socket) -> None:
    """Say nothing until the other side closes."""
    while line.recv(4096):
        pass


HEAD = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n"
AFTER: dict[str, Answer] = {
    "closed": raw(""),
    "reset": reset,
    "half a status line": raw("HTTP/1.1 2"),
    "no HTTP": raw("SSH-2.0-OpenSSH_9.6\r\n"),
    "half the headers": raw(HEAD),
    "too many headers": raw(HEAD + "X-A: b\r\n" * 200 + "\r\n"),
    "a header without end": raw(HEAD + "X: " + "y" * 70_000 + "\r\n\r\n"),
    "half the body": raw(HEAD + "Content-Length: 99\r\n\r\n{"),
    "half a chunk": raw(HEAD + "Transfer-Encoding: chunked\r\n\r\nff\r\n{"),
    "no chunk": raw(HEAD + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{"),
    "no gzip": raw(HEAD + "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"),
    "too large": raw(HEAD + "\r\n" + " " * (8 * 1024 * 1024 + 1)),
    "dripping headers": drip("HTTP/1.1 200 OK\r\n", "X-A: b\r\n"),
    "dripping status": drip("", "H"),
    "dripping body": drip(HEAD + "Content-Length: 99999\r\n\r\n", "."),
    "dripping chunks": drip(HEAD + "Transfer-Encoding: chunked\r\n\r\n", "1\r\n.\r\n"),
    "silence": silence,
}
"""What a line may do after the whole request was read."""
AFTER_IN_TLS: dict[str, Answer] = {
    "cut without goodbye": beneath(b""),
    "a broken record": beneath(b"\x15\x03\x03\x00\x20" + b"x" * 32),
    "plain text in TLS": beneath(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
}
BEFORE_TLS: dict[str, Answer] = {
    "closed": raw(""),
    "reset": reset,
    "plain HTTP": raw("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
    "an alert": raw("\x15\x03\x03\x00\x02\x02\x28"),
    "nonsense": raw("\x00" * 100),
    "silence": silence,
}
"""What a line may do instead of agreeing on TLS, when it was greeted."""


@dataclass
class Line:
    """What a server was asked; `url` is its address."""

    url: str
    asked: list[bytes] = field(default_factory=list)


@contextmanager
def served(
    answer: Answer, *, folder: Path | None = None, host: str = "127.0.0.1"
) -> Iterator[Line]:
    """Answer each request like that; with `folder` over TLS, its certificate in `ca.pem` there."""
    context = server_context(folder, host) if folder else None
    with listening(lambda opened, line: _served(opened, line, answer, context)) as line:
        line.url = line.url.replace("http:", "https:" if folder else "http:")
        yield line


@contextmanager
def listening(serve: Callable[[socket.socket, Line], None]) -> Iterator[Line]:
    """Take connections, each in a thread of its own."""
    server = socket.create_server(("127.0.0.1", 0))
    line = Line(f"http://127.0.0.1:{server.getsockname()[1]}")

    def each(opened: socket.socket) -> None:
        # The other side goes away in mid-answer: that is what these tests are about.
        with suppress(OSError), opened:
            opened.settimeout(20)
            serve(opened, line)

    def accept() -> None:
        with suppress(OSError):
            while True:
                opened, _ = server.accept()
                threading.Thread(target=each, args=(opened,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield line
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def _served(
    opened: socket.socket, line: Line, answer: Answer, context: ssl.SSLContext | None
) -> None:
    spoken = context.wrap_socket(opened, server_side=True) if context else opened
    with spoken:
        line.asked.append(_request(spoken))
        answer(spoken)


def _request(spoken: socket.socket) -> bytes:
    """One whole request."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += spoken.recv(65536)
    head, _, body = got.partition(b"\r\n\r\n")
    size = int((re.search(rb"content-length: (\d+)", head, re.I) or [b"", b"0"])[1])
    while len(body) < size:
        body += spoken.recv(65536)
    return head + b"\r\n\r\n" + body
