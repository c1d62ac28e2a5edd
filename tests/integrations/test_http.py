"""What is known after each way in which a line can fail, and how long a call can last."""

from __future__ import annotations

import base64
import gzip
import re
import socket
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from integrations.errors import AdapterError, Misconfigured, Permanent, Temporary
from integrations.http import MAX_BYTES, PROGRAM, Http, Response, retry_after
from integrations.network import LOOPBACK, Network
from tests.integrations.lines import (
    AFTER,
    AFTER_IN_TLS,
    BEFORE_TLS,
    HEAD,
    Answer,
    Line,
    listening,
    raw,
    served,
)

SECONDS = 0.6
"""The whole time of a call here."""
SLACK = 1.5
"""What an idle moment of the machine may add."""
FINE = raw(HEAD + "Content-Length: 2\r\n\r\n{}")


def fails(http: Http, method: str, url: str) -> AdapterError:
    began = time.monotonic()
    with pytest.raises(AdapterError) as caught:
        http.call(method, url, body=None if method == "GET" else b"{}")
    assert time.monotonic() - began < SECONDS + SLACK
    return caught.value


@pytest.mark.parametrize("name", AFTER)
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_outcome_is_unknown_after_a_request_was_sent(
    tmp_path: Path, name: str, tls: bool, method: str
) -> None:
    folder = tmp_path if tls else None
    http = Http(total_seconds=SECONDS, verify=str(tmp_path / "ca.pem") if tls else True)

    with served(AFTER[name], folder=folder) as line:
        error = fails(http, method, line.url)

    assert (type(error), error.outcome, len(line.asked)) == (Temporary, "unknown", 1)


@pytest.mark.parametrize("name", AFTER_IN_TLS)
def test_outcome_is_unknown_when_tls_itself_breaks_after_the_request(
    tmp_path: Path, name: str
) -> None:
    http = Http(total_seconds=SECONDS, verify=str(tmp_path / "ca.pem"))

    with served(AFTER_IN_TLS[name], folder=tmp_path) as line:
        error = fails(http, "POST", line.url)

    assert (type(error), error.outcome, len(line.asked)) == (Temporary, "unknown", 1)


@pytest.mark.parametrize("name", [*AFTER, *AFTER_IN_TLS])
def test_reading_changes_nothing_whatever_happened_to_it(tmp_path: Path, name: str) -> None:
    http = Http(total_seconds=SECONDS, verify=str(tmp_path / "ca.pem"))

    with served({**AFTER, **AFTER_IN_TLS}[name], folder=tmp_path) as line:
        error = fails(http, "GET", line.url)

    kind = Permanent if name == "too large" else Temporary
    assert (type(error), error.outcome) == (kind, "not_done")


@pytest.mark.parametrize("answer", BEFORE_TLS.values(), ids=BEFORE_TLS)
def test_nothing_was_done_and_nobody_is_asked_when_tls_does_not_begin(answer: Answer) -> None:
    def greeted(opened: socket.socket, line: Line) -> None:
        opened.recv(65536)
        answer(opened)

    with listening(greeted) as line:
        error = fails(Http(total_seconds=SECONDS), "POST", line.url.replace("http:", "https:"))

    assert (type(error), error.outcome) == (Temporary, "not_done")


@pytest.mark.parametrize("trusted", [False, True], ids=["unknown issuer", "another name"])
def test_seller_is_asked_only_when_a_certificate_fails_verification(
    tmp_path: Path, trusted: bool
) -> None:
    http = Http(verify=str(tmp_path / "ca.pem") if trusted else True)

    with served(FINE, folder=tmp_path, host="127.0.0.9") as line:
        error = fails(http, "POST", line.url)

    assert (type(error), error.outcome, line.asked) == (Misconfigured, "not_done", [])


def test_nothing_was_done_when_nobody_listens() -> None:
    with listening(lambda opened, line: None) as line:
        pass

    error = fails(Http(), "POST", line.url)

    assert (type(error), error.outcome) == (Temporary, "not_done")


def test_certificate_of_a_company_is_trusted_when_named(tmp_path: Path) -> None:
    with served(FINE, folder=tmp_path) as line:
        network = Network(LOOPBACK, ca_file=str(tmp_path / "ca.pem"))
        response = Http(network=network).call("GET", line.url)

    assert response.json() == {}


def test_call_goes_through_the_proxy_but_for_hosts_that_go_past_it() -> None:
    with served(FINE) as shop, served(FINE) as proxy:
        host = shop.url.removeprefix("http://127.0.0.1")
        http = Http(proxy=proxy.url, no_proxy="127.0.0.1")
        http.call("GET", f"http://127.0.0.1{host}/past")
        http.call("GET", f"http://127.0.0.2{host}/through")

    assert [line.asked[0].split(b" HTTP")[0] for line in (shop, proxy)] == [
        b"GET /past",
        f"GET http://127.0.0.2{host}/through".encode(),
    ]


def test_nothing_was_done_when_the_proxy_refuses() -> None:
    with served(raw("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")) as proxy:
        error = fails(Http(proxy=proxy.url), "POST", "https://127.0.0.2:1/make-goods")

    assert (type(error), error.outcome) == (Temporary, "not_done")
    assert proxy.asked[0].startswith(b"CONNECT 127.0.0.2:1 ")


def test_shop_sees_who_calls() -> None:
    with served(FINE) as line:
        Http().call("GET", line.url)
        Http(user_agent=f"{PROGRAM} (+https://care.example)").call("GET", line.url)

    said = [asked.lower() for asked in line.asked]
    assert b"user-agent: makegood\r\n" in said[0]
    assert b"user-agent: makegood (+https://care.example)\r\n" in said[1]


def test_answer_that_arrived_in_time_is_read_though_the_process_was_frozen() -> None:
    http, clock = Http(), time.monotonic
    frozen = {"by": 0.0}
    http.now = lambda: clock() + frozen["by"]

    def answer(line: object) -> None:
        raw(HEAD + "Content-Length: 20000\r\n\r\n" + "x" * 20000)(line)  # type: ignore[arg-type]
        frozen["by"] = 3600.0

    with served(answer) as line:
        assert len(http.call("POST", line.url, body=b"{}").body) == 20000


REDIRECT = "HTTP/1.1 301 Moved Permanently\r\n"


@pytest.mark.parametrize(
    "location",
    [
        *("https://shop.example/", "/", "", "//", "?", "#", "http://["),
        *("http://x:99999999/", "javascript:alert(1)", "http://x/\0", "\xff\xfe", "a" * 60_000),
    ],
    ids=lambda location: ascii(location)[:20],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_redirect_is_given_as_it_came_wherever_it_leads(method: str, location: str) -> None:
    head = f"{REDIRECT}Location: {location}\r\nContent-Length: 2\r\n\r\n"

    with served(raw(f"{head}{{}}")) as line:
        response = Http().call(method, line.url)

    assert (response.status, response.body, len(line.asked)) == (301, b"{}", 1)


@pytest.mark.parametrize("status", ["200 OK", "301 Moved Permanently", "503 Busy"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_more_is_unpacked_than_may_be_read(method: str, status: str) -> None:
    packed = gzip.compress(b" " * (16 * MAX_BYTES)).decode("latin-1")
    head = f"HTTP/1.1 {status}\r\nLocation: https://shop.example/\r\nContent-Encoding: gzip\r\n"
    tracemalloc.start()
    try:
        with served(raw(f"{head}\r\n{packed}")) as line, pytest.raises(AdapterError, match="large"):
            Http().call(method, line.url)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert most < 4 * MAX_BYTES


def test_name_to_sign_in_with_is_sent_whatever_its_letters() -> None:
    with served(raw(f"{HEAD}Content-Length: 2\r\n\r\n{{}}")) as line:
        Http().call("GET", line.url, auth=("kéy–ключ", "пароль"))

    signed = re.search(rb"authorization: Basic (\S+)", line.asked[0], re.IGNORECASE)
    assert signed is not None
    assert base64.b64decode(signed[1]).decode() == "kéy–ключ:пароль"


def test_nothing_that_a_shop_sets_is_sent_with_the_next_call() -> None:
    http = Http()
    with served(raw(f"{HEAD}Set-Cookie: a=b; Path=/\r\nContent-Length: 2\r\n\r\n{{}}")) as line:
        http.call("GET", line.url)
        http.call("GET", line.url)

    assert [b"cookie" in asked.lower() for asked in line.asked] == [False, False]


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Tue, 24 Nov 2026 12:01:00 GMT", 60.0),
        ("Tue, 24 Nov 2026 19:01:00 +0700", 60.0),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0.0),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("\u0661", None),
        ("9" * 5000, None),
        ("Tue, 24 Nov 99999 12:00:00 GMT", None),
        ("Tue, 24 Nov 2026 99:00:00 GMT", None),
        ("Tue, 24 Nov 2026 12:00:00 +9999999999999", None),
        ("Tue, 24 Nov 2026 12:00:00 -9999999999999", None),
    ],
    ids=lambda value: ascii(value)[:45],
)
def test_wait_is_read_in_each_of_its_forms(said: str, seconds: float | None) -> None:
    assert retry_after(Response(503, {"retry-after": said}, b""), NOON) == seconds
