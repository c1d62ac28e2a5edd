"""Each setting is tried by starting the process with it: what it changes is looked for outside, in
what the process answers, says and writes. Whoever adds a setting adds a probe here."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import certifi
import pytest
import requests
from cryptography.fernet import Fernet

from integrations.http import Http
from service import embedded, settings
from service.security.links import SIGN_IN, Links
from service.security.vault import Vault
from service.settings import Settings
from service.wiring import Wiring, wire
from testbed.processes import free_port, until
from tests.conftest import emptied_redis
from tests.jobs.processes import ROOT, Popen, running

SECRET, KEY, TOKEN = "k" * 48, Fernet.generate_key().decode(), "m" * 24
ROOT_CA = Path(certifi.where())


@dataclass
class Started:
    """`make run` with a value of its own for every setting."""

    folder: Path
    port: int
    loaded: Settings
    said: list[str]
    complaints: Callable[[], str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/under"

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.folder / "elsewhere.db")) as connection:
            return connection.execute(query).fetchall()

    def get(self, path: str, **headers: str) -> requests.Response:
        return requests.get(self.url + path, headers=headers, timeout=10, allow_redirects=False)

    def http(self) -> Http:
        """The way out, as every process makes it of these settings."""
        wired = wire(self.loaded)
        wired.close()
        return wired.context.http


def _values(folder: Path, port: int, redis_url: str = "redis://127.0.0.1:1/0") -> dict[str, str]:
    return {
        "DATABASE_URL": f"sqlite:///{folder / 'elsewhere.db'}",
        "REDIS_URL": redis_url,
        "SECRET_KEY": SECRET,
        "ENCRYPTION_KEYS": KEY,
        "PUBLIC_URL": "https://makegood.example/under",
        "MAX_BODY_BYTES": "2048",
        "BODY_KEEP_DAYS": "3",
        "BUYER_KEEP_DAYS": "5",
        "WORKER_THREADS": "3",
        "TRUSTED_PROXIES": "1",
        "LOG_LEVEL": "ERROR",
        "LANGUAGE": "id",
        "ZONE": "America/New_York",
        "SANDBOX_PATH": str(folder / "ledger.db"),
        "DATABASE_POOL": "7",
        "CA_FILE": str(ROOT_CA),
        "SMTP_URL": "smtp+plain://127.0.0.1:2525?from=care@shop.example",
        "SECOND_FACTOR": "owners",
        "PROXY": "http://name:word@127.0.0.1:3128",
        "NO_PROXY": "intranet.example",
        "PRIVATE_NETWORKS": "10.9.0.0/16",
        "METRICS_TOKEN": TOKEN,
        "LISTEN": f"127.0.0.1:{port}",
    }


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    folder, port = tmp_path_factory.mktemp("settings"), free_port()
    base = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    # Named in a warning, which the level of the log holds back.
    foreign = {"MAKEGOOD_SERVICE_HOST": "10.0.0.1"}
    with emptied_redis() as redis_url:
        values = _values(folder, port, redis_url)
        env = {settings.PREFIX + name: value for name, value in values.items()}
        with running(["-m", "service.embedded"], {**base, **env, **foreign}, folder) as process:
            loaded = settings.load(env)
            made = Started(folder, port, loaded, [], lambda: _complaints(process))
            until("the server", lambda: _answers(f"{made.url}/health/live"))
            until("what it says", lambda: _listen(process, made.said))
            yield made


def _complaints(process: Popen) -> str:
    """What it wrote to standard error by now."""
    assert process.stderr is not None
    os.set_blocking(process.stderr.fileno(), False)
    try:
        return os.read(process.stderr.fileno(), 65536).decode()
    except BlockingIOError:
        return ""


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=10).ok
    except requests.ConnectionError:
        return False


def _listen(process: Popen, said: list[str]) -> bool:
    assert process.stdout is not None
    said.append(process.stdout.readline())
    return said[-1].startswith("Listens:")


def _body_keeps(run: Started, days: int) -> bool:
    wired = wire(run.loaded)
    wired.close()
    return wired.context.keep_bodies == timedelta(days=days)


def _buyers_keep(run: Started, days: int) -> bool:
    wired = wire(run.loaded)
    wired.close()
    return wired.context.keep_buyers == timedelta(days=days)


def _wired(run: Started) -> Wiring:
    wired = wire(run.loaded)
    wired.close()
    return wired


def _has_mail(run: Started) -> bool:
    """Whether staff can be written to by the installation itself."""
    return _wired(run).context.staff_mail is not None


def _threads(run: Started) -> bool:
    wired = wire(run.loaded)
    wired.close()
    return wired.calls._max_workers == 3


def _pool(run: Started) -> bool:
    env = {"MAKEGOOD_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    values = {
        settings.PREFIX + name: value for name, value in _values(run.folder, run.port).items()
    }
    wired = wire(settings.load({**values, **env}))
    wired.close()
    return str(wired.context.database.engine.pool.status()).startswith("Pool size: 7 ")


def _opens(run: Started) -> bool:
    ((secrets,),) = run.rows("SELECT secrets FROM connection")
    assert isinstance(secrets, bytes)
    return "api_key" in Vault([KEY], SECRET).decrypt(secrets)


def _signed(run: Started) -> bool:
    (link,) = [line.split()[-1] for line in run.said if line.startswith("Sign in:")]
    mark = Links(SECRET, "").read("sign-in", link.rpartition("/")[2], SIGN_IN)
    return bool(mark == [1, 1, 0])


def _visitors_are_told_apart(run: Started) -> bool:
    tries = [
        requests.post(
            f"{run.url}/b/answer/forged", headers={"X-Forwarded-For": f"198.51.100.{n}"}, timeout=10
        )
        for n in range(32)
    ]
    return {answer.status_code for answer in tries} == {404}


PROBES: dict[str, Callable[[Started], bool]] = {
    "database_url": lambda each: each.rows("SELECT email FROM seller") == [("owner@example.test",)],
    "redis_url": lambda each: "redis" in each.get("/health/ready").json(),
    "secret_key": _signed,
    "encryption_keys": _opens,
    "public_url": lambda each: each.said[0] == "Makegood: https://makegood.example/under\n",
    "max_body_bytes": lambda each: (
        requests.post(f"{each.url}/webhooks/nobody", data=b"x" * 2049, timeout=10).status_code
        == 413
    ),
    "body_keep_days": lambda each: _body_keeps(each, 3),
    "buyer_keep_days": lambda each: _buyers_keep(each, 5),
    "worker_threads": _threads,
    "trusted_proxies": _visitors_are_told_apart,
    "log_level": lambda each: "MAKEGOOD_SERVICE_HOST" not in each.complaints(),
    "language": lambda each: '<html lang="id">' in each.get("/sign-in").text,
    "zone": lambda each: each.rows("SELECT zone FROM shop") == [("America/New_York",)],
    "sandbox_path": lambda each: (each.folder / "ledger.db").is_file(),
    "database_pool": _pool,
    "ca_file": lambda each: each.http().network.ca_file == str(ROOT_CA),
    "smtp_url": _has_mail,
    "second_factor": lambda each: _wired(each).context.second_factor_of_owners,
    "proxy": lambda each: each.http()._proxy == "http://name:word@127.0.0.1:3128",
    "no_proxy": lambda each: (
        {"intranet.example", "makegood.example", "127.0.0.1"}
        == set(each.http()._no_proxy.split(","))
    ),
    "private_networks": lambda each: (
        each.http().network.permits("10.9.1.1") and not each.http().network.permits("10.8.1.1")
    ),
    "metrics_token": lambda each: (
        [
            each.get("/metrics").status_code,
            each.get("/metrics", Authorization=f"Bearer {TOKEN}").status_code,
        ]
        == [401, 200]
    ),
    "listen": lambda each: (
        json.loads(
            each.rows('SELECT "values" FROM connection')[0][0]  # type: ignore[arg-type]
        )["base_url"]
        == f"http://127.0.0.1:{each.port}/under/sandbox"
    ),
}


@pytest.mark.redis
@pytest.mark.parametrize("field", list(Settings.__annotations__))
def test_setting_changes_what_the_process_does(started: Started, field: str) -> None:
    assert PROBES[field](started)


def test_every_setting_here_differs_from_its_default() -> None:
    plain = settings.load(
        {
            "MAKEGOOD_SECRET_KEY": "d" * 40,
            "MAKEGOOD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        }
    )
    values = {settings.PREFIX + name: value for name, value in _values(Path("/"), 8001).items()}
    loaded = settings.load(values)

    assert [
        name for name in Settings.__annotations__ if getattr(plain, name) == getattr(loaded, name)
    ] == []


@pytest.mark.parametrize("field", list(Settings.__annotations__))
def test_make_run_takes_each_setting_from_a_file_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    monkeypatch.chdir(tmp_path)
    values = _values(tmp_path, 8001)
    (tmp_path / "value").write_text(values.pop(field.upper()) + "\n")
    for name, value in values.items():
        monkeypatch.setenv(settings.PREFIX + name, value)
    monkeypatch.setenv(f"{settings.PREFIX}{field.upper()}_FILE", str(tmp_path / "value"))

    taken = embedded.own_settings()

    env = {settings.PREFIX + name: value for name, value in _values(tmp_path, 8001).items()}
    assert taken == settings.load(env)
    assert settings.load(settings.installed()) == taken
