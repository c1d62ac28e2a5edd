"""What is known of a mail after each way in which the line to the mail server can break."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from integrations.email import smtp as module
from integrations.errors import AdapterError, Temporary
from tests.integrations.email.post_office import adapter, message, server_context
from tests.integrations.lines import AFTER_IN_TLS, BEFORE_TLS, Answer, Line, listening, reset

REPLIES = {"EHLO": "250 fine", "MAIL": "250 fine", "RCPT": "250 fine", "DATA": "354 go on"}
SLACK = 2.0


def closed(line: socket.socket) -> None:
    """The line ends without a word."""


def cut_reply(line: socket.socket) -> None:
    line.sendall(b"25")


def endless_reply(line: socket.socket) -> None:
    with suppress(OSError):
        while True:
            line.sendall(b"250-more\r\n")
            time.sleep(0.02)


def dripping_reply(line: socket.socket) -> None:
    with suppress(OSError):
        while True:
            line.sendall(b"2")
            time.sleep(0.02)


BREAKS: dict[str, Answer] = {
    "closed": closed,
    "reset": reset,
    "cut": cut_reply,
    "endless": endless_reply,
    "dripping": dripping_reply,
}


def server(step: str, answer: Answer, folder: Path | None) -> Callable[[socket.socket, Line], None]:
    """A mail server that does as it should up to `step` (EHLO, MAIL, RCPT, DATA, or "." for the end
    of the text) and then breaks like that."""
    context = server_context(folder) if folder else None

    def serve(opened: socket.socket, line: Line) -> None:
        spoken = context.wrap_socket(opened, server_side=True) if context else opened
        with spoken, spoken.makefile("rb") as lines:
            spoken.sendall(b"220 fine\r\n")
            for command in lines:
                word = command.strip().decode()[:4].upper()
                line.asked.append(command)
                if word == step or (step == "." and command == b".\r\n"):
                    answer(spoken)
                    return
                if word in REPLIES:
                    spoken.sendall(f"{REPLIES[word]}\r\n".encode())

    return serve


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STEP_SECONDS", "HURRY_SECONDS", "TEXT_SECONDS", "GOODBYE_SECONDS"):
        monkeypatch.setattr(module, name, 0.4)


def fails(line: Line, **values: str) -> AdapterError:
    began = time.monotonic()
    with pytest.raises(AdapterError) as caught:
        adapter(int(line.url.rpartition(":")[2]), **values).message(message())
    assert time.monotonic() - began < 4 * 0.4 + SLACK
    return caught.value


@pytest.mark.parametrize("answer", BREAKS.values(), ids=BREAKS)
@pytest.mark.parametrize("step", ["EHLO", "MAIL", "RCPT", "."])
def test_mail_is_unknown_from_the_end_of_its_text_on(step: str, answer: Answer) -> None:
    with listening(server(step, answer, None)) as line:
        error = fails(line)

    known = "unknown" if step == "." else "not_done"
    assert (type(error), error.outcome) == (Temporary, known)


@pytest.mark.parametrize("answer", AFTER_IN_TLS.values(), ids=AFTER_IN_TLS)
@pytest.mark.parametrize("step", ["EHLO", "RCPT", "."])
def test_tls_that_breaks_is_no_fault_of_the_seller(
    tmp_path: Path, step: str, answer: Answer
) -> None:
    with listening(server(step, answer, tmp_path)) as line:
        error = fails(line, security="tls", ca_file=str(tmp_path / "ca.pem"))

    known = "unknown" if step == "." else "not_done"
    assert (type(error), error.outcome) == (Temporary, known)


@pytest.mark.parametrize("answer", BEFORE_TLS.values(), ids=BEFORE_TLS)
def test_tls_that_does_not_begin_is_tried_again(answer: Answer) -> None:
    def greeted(opened: socket.socket, line: Line) -> None:
        opened.recv(65536)
        answer(opened)

    with listening(greeted) as line:
        error = fails(line, security="tls")

    assert (type(error), error.outcome) == (Temporary, "not_done")


def test_line_that_breaks_in_starttls_is_tried_again() -> None:
    def serve(opened: socket.socket, line: Line) -> None:
        opened.sendall(b"220 fine\r\n")
        for reply in (b"250-fine\r\n250 STARTTLS\r\n", b"220 go on\r\n"):
            opened.recv(65536)
            opened.sendall(reply)
        opened.recv(65536)

    with listening(serve) as line:
        error = fails(line, security="starttls")

    assert (type(error), error.outcome) == (Temporary, "not_done")


def test_server_that_floods_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HURRY_SECONDS", 30.0)
    stopped = threading.Event()

    def flood(opened: socket.socket) -> None:
        try:
            while True:
                opened.sendall(b"250-" + b"x" * 500 + b"\r\n")
        except OSError:
            stopped.set()
            raise

    with listening(server("EHLO", flood, None)) as line, pytest.raises(Temporary):
        adapter(int(line.url.rpartition(":")[2])).message(message())

    assert stopped.wait(5)
