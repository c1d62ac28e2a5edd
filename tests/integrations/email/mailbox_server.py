"""A mailbox on loopback that speaks as much IMAP (RFC 3501) as a reader needs."""

from __future__ import annotations

import base64
import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PASSWORD = "p-4ss"


@dataclass
class Box:
    """Mails by their number, and which of them a person has read."""

    mails: dict[int, bytes]
    seen: set[int] = field(default_factory=set)
    changed: list[str] = field(default_factory=list)
    """Commands that would change it."""
    folder: str = "INBOX"
    validity: int = 7
    refuses: str = "wrong"
    """What a sign-in is refused with."""
    port: int = 0
    drop_at: int = 0
    """Cut the line when this mail is asked for."""
    tokens: set[str] = field(default_factory=set)
    """Access tokens of care@shop.example."""
    starts: ssl.SSLContext | None = None
    """Encrypts when a client asks for it."""
    in_the_open: list[str] = field(default_factory=list)
    """Commands that were heard without encryption."""
    adds: bytes = b""
    """Said in the open right behind the answer to STARTTLS, as a stranger on the line would."""
    greeting: str = "* OK ready"


class _Session(socketserver.StreamRequestHandler):
    box: Box

    def handle(self) -> None:
        self._say(self.box.greeting)
        while raw := self.rfile.readline():
            tag, _, rest = raw.decode().strip().partition(" ")
            if not isinstance(self.connection, ssl.SSLSocket):
                self.box.in_the_open.append(rest.partition(" ")[0].upper())
            if not self._answer(tag, rest):
                return

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def _begin_tls(self, tag: str) -> bool:
        context = self.box.starts
        if context is None:
            self._say(f"{tag} NO not here")
            return True
        self.wfile.write(f"{tag} OK begin\r\n".encode() + self.box.adds)
        try:
            self.connection = context.wrap_socket(self.connection, server_side=True)
        except (ssl.SSLError, OSError):
            return False
        self.rfile.close()
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        return True

    def _answer(self, tag: str, rest: str) -> bool:
        command = rest.upper()
        if command.startswith("CAPABILITY"):
            offered = " STARTTLS" if self.box.starts else ""
            self._say(f"* CAPABILITY IMAP4rev1{offered}", f"{tag} OK done")
        elif command.startswith("STARTTLS"):
            return self._begin_tls(tag)
        elif command.startswith("LOGIN"):
            self._say(f"{tag} OK in" if PASSWORD in rest else f"{tag} NO {self.box.refuses}")
        elif command.startswith("AUTHENTICATE XOAUTH2"):
            self._say(f"{tag} OK in" if self._shows_token() else f"{tag} NO AUTHENTICATE failed.")
        elif command.startswith("EXAMINE"):
            self._say(*self._examined(tag, rest))
        elif command.startswith("UID SEARCH"):
            found = " ".join(map(str, self._found(command.removeprefix("UID SEARCH "))))
            self._say(f"* SEARCH {found}", f"{tag} OK done")
        elif match := re.match(r"UID FETCH (\d+)", command):
            return self._fetch(tag, int(match[1]))
        elif command.startswith("LOGOUT"):
            self._say(f"{tag} OK bye")
        else:
            self.box.changed.append(command)
            self._say(f"{tag} BAD not for a reader")
        return not command.startswith("LOGOUT")

    def _examined(self, tag: str, rest: str) -> list[str]:
        if rest.partition(" ")[2].strip('"') != self.box.folder:
            return [f"{tag} NO no such folder"]
        told = [f"* {len(self.box.mails)} EXISTS", f"* OK [UIDVALIDITY {self.box.validity}] valid"]
        return [*told, f"{tag} OK [READ-ONLY] examined"]

    def _found(self, criteria: str) -> list[int]:
        numbers = sorted(self.box.mails)
        if criteria == "UNSEEN":
            return [number for number in numbers if number not in self.box.seen]
        if criteria == "UID *":
            return numbers[-1:]
        first = int(criteria.removeprefix("UID ").removesuffix(":*"))
        # RFC 3501, 6.4.8: the highest is always within n:*.
        return [number for number in numbers if number >= first] or numbers[-1:]

    def _shows_token(self) -> bool:
        self._say("+ ")
        said = base64.b64decode(self.rfile.readline()).decode()
        good = {
            f"user=care@shop.example\x01auth=Bearer {token}\x01\x01" for token in self.box.tokens
        }
        return said in good

    def _fetch(self, tag: str, number: int) -> bool:
        if number == self.box.drop_at:
            return False
        mail = self.box.mails[number]
        self.wfile.write(f"* {number} FETCH (UID {number} BODY[]<0> {{{len(mail)}}}\r\n".encode())
        self.wfile.write(mail + b")\r\n")
        self._say(f"{tag} OK done")
        return True

    def _say(self, *lines: str) -> None:
        for line in lines:
            self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def opened(box: Box) -> Iterator[Box]:
    """The mailbox, listening on a port of its own."""
    handler = type("Session", (_Session,), {"box": box})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        box.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield box
        server.shutdown()
