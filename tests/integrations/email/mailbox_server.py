"""A mailbox on loopback that speaks as much IMAP (RFC 3501) as a reader needs."""

from __future__ import annotations

import base64
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PASSWORD = "p-4ss"


@dataclass
class Box:
    """Mails by their number, and which were marked as read."""

    mails: dict[int, bytes]
    seen: set[int] = field(default_factory=set)
    port: int = 0
    drop_at: int = 0
    """Cut the line when this mail is asked for."""
    tokens: set[str] = field(default_factory=set)
    """Access tokens of care@shop.example."""


class _Session(socketserver.StreamRequestHandler):
    box: Box

    def handle(self) -> None:
        self._say("* OK ready")
        for raw in self.rfile:
            tag, _, rest = raw.decode().strip().partition(" ")
            if not self._answer(tag, rest):
                return

    def _answer(self, tag: str, rest: str) -> bool:
        command = rest.upper()
        if command.startswith("CAPABILITY"):
            self._say("* CAPABILITY IMAP4rev1", f"{tag} OK done")
        elif command.startswith("LOGIN"):
            self._say(f"{tag} OK in" if PASSWORD in rest else f"{tag} NO wrong")
        elif command.startswith("AUTHENTICATE XOAUTH2"):
            self._say(f"{tag} OK in" if self._shows_token() else f"{tag} NO AUTHENTICATE failed.")
        elif command.startswith("SELECT"):
            self._say(f"* {len(self.box.mails)} EXISTS", f"{tag} OK [READ-WRITE] selected")
        elif command.startswith("UID SEARCH"):
            unread = " ".join(str(n) for n in self.box.mails if n not in self.box.seen)
            self._say(f"* SEARCH {unread}", f"{tag} OK done")
        elif match := re.match(r"UID FETCH (\d+)", command):
            return self._fetch(tag, int(match[1]))
        elif match := re.match(r"UID STORE (\d+)", command):
            self.box.seen.add(int(match[1]))
            self._say(f"{tag} OK done")
        else:
            self._say(f"{tag} OK bye")
        return not command.startswith("LOGOUT")

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
