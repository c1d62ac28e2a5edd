"""Where calls may not go, in whatever form the address is written or reached."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from integrations.contract import Config
from integrations.email import ADAPTER as EMAIL
from integrations.errors import AdapterError, Misconfigured
from integrations.http import Http
from integrations.network import LOOPBACK, Network, networks
from tests.adapter_cases import MESSAGE, NOW
from tests.integrations.lines import HEAD, listening, raw, served

INWARD = (
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",  # noqa: S104
    "10.0.0.1",
    "172.16.5.5",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "192.0.0.192",
    "168.63.129.16",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%lo",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "2001:db8::1",
)
ODD_FORMS = (
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://0/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[0:0:0:0:0:ffff:7f00:1]/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://2852039166/latest/meta-data/",
    "http://127。0。0。1/",
    "http://①②⑦.0.0.1/",
)


@pytest.mark.parametrize("address", INWARD)
def test_address_that_is_not_public_is_refused(address: str) -> None:
    assert not Network(private=()).permits(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "203.0.114.1", "2606:4700::1111", "64:ff9b::8.8.8.8", "2002:808:808::1"]
)
def test_public_address_is_permitted(address: str) -> None:
    assert Network(private=()).permits(address)


def test_named_network_is_permitted_and_nothing_beside_it() -> None:
    network = Network(networks("10.1.0.0/16, fd12::/16"))

    permitted = [network.permits(each) for each in ("10.1.2.3", "fd12::5", "10.2.0.1", "127.0.0.1")]

    assert permitted == [True, True, False, False]


@pytest.mark.parametrize("url", ODD_FORMS)
def test_no_form_of_an_inward_address_is_called(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", _never)

    with pytest.raises(AdapterError) as caught:
        Http(network=Network(private=())).call("POST", url, body=b"{}")

    assert caught.value.outcome == "not_done"


def test_name_is_looked_at_after_resolving_and_at_each_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that answers differently the second time (DNS rebinding) is refused then."""
    with served(raw(HEAD + "Connection: close\r\nContent-Length: 2\r\n\r\n{}")) as line:
        port = int(line.url.rpartition(":")[2])
        answers = [["127.0.0.1"], ["169.254.169.254"], ["169.254.169.254", "127.0.0.1"]]
        monkeypatch.setattr(socket, "getaddrinfo", _resolver(answers))
        http = Http(network=Network(LOOPBACK))
        url = f"http://shop.example:{port}/"

        assert http.call("GET", url).ok
        with pytest.raises(Misconfigured, match="private network"):
            http.call("GET", url)
        # Only what was looked at is called.
        assert http.call("GET", url).ok


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(status: int) -> None:
    with served(raw("")) as inner:
        answer = f"HTTP/1.1 {status} Moved\r\nLocation: {inner.url}\r\nContent-Length: 0\r\n\r\n"
        with served(raw(answer)) as outer:
            assert Http().call("GET", outer.url).status == status

    assert inner.asked == []


def test_inward_address_is_refused_when_a_proxy_would_call_it() -> None:
    with served(raw(HEAD + "Content-Length: 2\r\n\r\n{}")) as proxy:
        http = Http(network=Network(private=()), proxy=proxy.url)
        with pytest.raises(Misconfigured, match="private network"):
            http.call("GET", "http://169.254.169.254/latest/meta-data/")
        # The proxy itself was named by whoever runs the installation.
        assert http.call("GET", "http://203.0.114.1/").ok

    assert len(proxy.asked) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "2130706433", "localhost"])
def test_mail_server_is_looked_at_likewise(host: str) -> None:
    values = {"host": host, "security": "starttls", "from_address": "care@shop.example"}
    http = Http(network=Network(private=()))

    with pytest.raises(Misconfigured, match="private network") as caught:
        EMAIL(Config(values), http, lambda: NOW).message(MESSAGE)

    assert caught.value.outcome == "not_done"


def test_silent_resolver_does_not_hold_a_call_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(lambda opened, line: None) as line:
        monkeypatch.setattr(socket, "getaddrinfo", _silent)
        with pytest.raises(AdapterError) as caught:
            Http(total_seconds=0.2).call("POST", line.url, body=b"{}")

    assert caught.value.outcome == "not_done"


def _never(self: socket.socket, address: object) -> None:
    raise AssertionError(f"called {address}")


def _silent(host: str, port: int, **given: Any) -> Any:
    if given.get("flags") == socket.AI_NUMERICHOST:
        raise socket.gaierror("a name")
    threading.Event().wait(2)
    raise socket.gaierror("too late")


def _resolver(answers: list[list[str]]) -> Any:
    def resolve(host: str, port: int, **given: Any) -> Any:
        if given.get("flags") == socket.AI_NUMERICHOST:
            raise socket.gaierror("a name")
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in answers.pop(0)
        ]

    return resolve
