"""Where `make run` listens, what it says when it cannot, and what is reached through a proxy."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from service import embedded, listening, settings
from service.db.models import Connection
from service.listening import Address, CannotListen
from service.security.key_generation import fresh_keys
from service.wiring import wire
from testbed.processes import free_port, until
from tests.jobs.processes import ROOT, Popen, running
from tests.service.test_private_files import rights

KEYS = {f"MAKEGOOD_{name}": key for name, key in fresh_keys().items()}


@contextmanager
def started(folder: Path, **values: str) -> Iterator[Popen]:
    """`make run` in a folder of its own, with an umask that closes nothing."""
    env = {f"MAKEGOOD_{name}": value for name, value in values.items()}
    kept = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    before = os.umask(0)
    try:
        with running(["-m", "service.embedded"], {**kept, **env}, folder) as process:
            yield process
    finally:
        os.umask(before)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=10, allow_redirects=False).status_code < 500
    except requests.ConnectionError:
        return False


@pytest.mark.parametrize(
    ("public_url", "path"),
    [
        ("https://shop.example", ""),
        ("https://shop.example/makegood/", "/makegood"),
        ("http://203.0.113.7", ""),
    ],
)
def test_public_address_may_be_that_of_a_proxy(tmp_path: Path, public_url: str, path: str) -> None:
    here = f"http://127.0.0.1:{(port := free_port())}"
    with started(tmp_path, PUBLIC_URL=public_url, LISTEN=f"127.0.0.1:{port}", TRUSTED_PROXIES="1"):
        until("the server", lambda: _answers(f"{here}/health/live"))
        through = [_tries(here, path), _tries(here, path, forwarded=False)]
        page = requests.get(f"{here}{path}/sign-in", timeout=10)

        assert through[0] == [401] * 11
        assert through[1] == [401] * 10 + [429]
        assert f'href="{path}/static/makegood.css"' in page.text
        assert f"Path={path}/" in page.headers["Set-Cookie"]
        assert requests.get(f"{here}{path}/sandbox/", timeout=10).status_code == 200
        assert rights(tmp_path / "instance") == {}


def _tries(here: str, path: str, *, forwarded: bool = True) -> list[int]:
    """What visitors of as many addresses are told who each enter a wrong password once."""
    answers = []
    for number in range(11):
        address = f"198.51.100.{number}" if forwarded else "198.51.100.99"
        headers = {"X-Forwarded-For": address}
        page = requests.get(f"{here}{path}/sign-in", headers=headers, timeout=10)
        token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
        form = {"csrf_token": token, "email": f"{number}{forwarded}@example.test", "password": "x"}
        headers["Cookie"] = page.headers["Set-Cookie"].partition(";")[0]
        answer = requests.post(f"{here}{path}/sign-in", form, headers=headers, timeout=10)
        answers.append(answer.status_code)
    return answers


def test_taken_port_is_one_line_and_changes_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        with started(tmp_path, PUBLIC_URL=url, DB_URL="sqlite:///x") as process:
            _, said = process.communicate(timeout=60)

    cure = f"MAKEGOOD_PUBLIC_URL=http://127.0.0.1:{port + 1} make run"
    assert process.returncode == 2
    warning, told = said.splitlines()
    assert "MAKEGOOD_DB_URL is no setting of Makegood" in warning
    assert told == f"127.0.0.1:{port} is taken by another program: {cure}"
    assert not list((tmp_path / "instance").glob("*.db"))


def test_socket_file_serves_a_proxy_beside_and_may_be_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "web.sock"
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(path))
    opened = listening.listen(Address(path=str(path)), "http://127.0.0.1:8000")

    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    with pytest.raises(CannotListen, match="is taken: stop what listens there"):
        listening.listen(Address(path=str(path)), "http://127.0.0.1:8000")
    opened.close()


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("203.0.113.7:8000", "no address of this machine: set MAKEGOOD_LISTEN"),
        ("no-such-host.invalid:8000", "no address of this machine: set MAKEGOOD_LISTEN"),
        ("unix:/nowhere/at/all.sock", "No such file or directory"),
    ],
)
def test_address_that_cannot_be_listened_at_is_one_line_with_the_cure(
    text: str, cure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    if ".invalid" in text:
        monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(CannotListen, match=cure) as caught:
        listening.listen(listening.parse(text), "http://127.0.0.1:8000")

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:80", Address("127.0.0.1", 80)),
        (":8000", Address("0.0.0.0", 8000)),  # noqa: S104
        ("[::1]:8000", Address("::1", 8000)),
        ("makegood.local:8000", Address("makegood.local", 8000)),
        ("unix:/run/web.sock", Address(path="/run/web.sock")),
    ],
)
def test_address_is_read(text: str, address: Address) -> None:
    assert listening.parse(text) == address
    assert listening.parse(str(address)) == address


@pytest.mark.parametrize(
    ("public_url", "usual"),
    [
        ("http://127.0.0.1:8123", "127.0.0.1:8123"),
        ("http://localhost:8123/path", "localhost:8123"),
        ("http://[::1]:8123", "[::1]:8123"),
        ("http://203.0.113.7:8123", "127.0.0.1:8123"),
        ("https://shop.example", "127.0.0.1:8000"),
        ("https://shop.example:8443", "127.0.0.1:8000"),
        ("http://shop.example", "127.0.0.1:8000"),
    ],
)
def test_unless_told_it_listens_on_this_machine_only(public_url: str, usual: str) -> None:
    loaded = settings.load({**KEYS, "MAKEGOOD_PUBLIC_URL": public_url})

    assert str(loaded.listen) == usual


@pytest.mark.parametrize(
    ("listen", "public_url"),
    [
        ("127.0.0.1:8123", "http://127.0.0.1:8123"),
        (":8123", "http://127.0.0.1:8123"),
        ("[::1]:8123", "http://[::1]:8123"),
        ("unix:/run/makegood.sock", "http://127.0.0.1:8000"),
    ],
)
def test_links_lead_to_where_it_listens_unless_told(listen: str, public_url: str) -> None:
    loaded = settings.load({**KEYS, "MAKEGOOD_LISTEN": listen})

    assert (str(loaded.listen), loaded.public_url) == (str(listening.parse(listen)), public_url)


def test_sandbox_is_led_to_where_each_start_listens(tmp_path: Path) -> None:
    addresses = []
    for listen, public_url in (
        ("127.0.0.1:8101", "http://127.0.0.1:8101"),
        ("0.0.0.0:8102", "https://shop.example/under"),
    ):
        names = {
            "DATABASE_URL": f"sqlite:///{tmp_path / 'makegood.db'}",
            "SANDBOX_PATH": str(tmp_path / "sandbox.db"),
            "PUBLIC_URL": public_url,
            "LISTEN": listen,
        }
        env = {f"MAKEGOOD_{name}": value for name, value in names.items()}
        wired = wire(settings.load({**KEYS, **env}))
        sandbox = embedded.set_up(wired)
        with wired.context.database.reading() as session:
            connection = session.query(Connection).one()
        addresses.append((connection.values["base_url"], sandbox.sender.url.partition("/web")[0]))
        shown = sandbox.app.config["BASE_URL"]
        wired.close()

    assert addresses == [
        ("http://127.0.0.1:8101/sandbox", "http://127.0.0.1:8101"),
        ("http://127.0.0.1:8102/under/sandbox", "http://127.0.0.1:8102/under"),
    ]
    assert shown == "https://shop.example/under/sandbox"
