"""Servers and processes of a run: started on free ports, killed, started again."""

from __future__ import annotations

import os
import re
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
import redis
from cryptography.fernet import Fernet

BIN = Path(sys.executable).parent
PROCFILE = Path(__file__).resolve().parents[1] / "Procfile"


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def until(what: str, ready: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for something another process or thread does; raises `TimeoutError` naming what did not
    come."""
    ends = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > ends:
            raise TimeoutError(f"{what} did not come")
        time.sleep(0.02)


def listens(port: int) -> bool:
    """True when something accepts connections there."""
    with socket.socket() as caller:
        caller.settimeout(1)
        return caller.connect_ex(("127.0.0.1", port)) == 0


def env_of(database: str, port: int, **more: str) -> dict[str, str]:
    """The settings of an installation with keys of its own."""
    return {
        "MAKEGOOD_DATABASE_URL": database,
        "MAKEGOOD_SECRET_KEY": secrets.token_urlsafe(48),
        "MAKEGOOD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "MAKEGOOD_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "MAKEGOOD_LOG_LEVEL": "WARNING",
        **more,
    }


class Process:
    """One command that can be killed and started again; its output goes to a file."""

    def __init__(
        self, command: list[str], env: Mapping[str, str], log: Path, *, user: str | None = None
    ) -> None:
        self._command, self._env, self._log, self._user = command, dict(env), log, user
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in a group of its own, so that its children die with it."""
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(
                self._command,
                env={**os.environ, **self._env},
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=self._user,
            )

    def end(self, how: signal.Signals = signal.SIGKILL, *, children: bool = True) -> None:
        """Send a signal and wait until it is gone."""
        if self._running is None:
            return
        try:
            if children:
                os.killpg(self._running.pid, how)
            else:
                self._running.send_signal(how)
        except ProcessLookupError:
            pass
        self._running.wait(60)
        self._running = None

    def send(self, which: signal.Signals) -> None:
        """Send a signal to the running process."""
        if self._running is not None:
            self._running.send_signal(which)

    def send_all(self, which: signal.Signals) -> None:
        """Send a signal to it and its children."""
        if self._running is not None:
            os.killpg(self._running.pid, which)

    def kill(self) -> None:
        """Kill it with its children; nobody starts it again here."""
        if self._running is not None and self._running.poll() is None:
            self.send_all(signal.SIGKILL)

    @property
    def pid(self) -> int:
        """Of the process last started; 0 when it is not running."""
        return self._running.pid if self._running else 0

    @property
    def ended(self) -> bool:
        """True when it was started and has ended by itself."""
        return self._running is not None and self._running.poll() is not None

    def again(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Kill and start."""
        self.end(how)
        self.start()


class Postgres:
    """A PostgreSQL of its own; as root it runs as the user `postgres`, which it insists on."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        tool = shutil.which("initdb") or (str(found[-1]) if found else None)
        if tool is None:
            raise RuntimeError("PostgreSQL's server is missing: apt-get install postgresql")
        user = "postgres" if os.geteuid() == 0 else None
        self.port, self._data = free_port(), folder / "postgres"
        self._data.mkdir()
        if user:
            shutil.chown(self._data, user)
        subprocess.run(
            [tool, "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8"],
            check=True,
            stdout=subprocess.DEVNULL,
            user=user,
        )
        self.process = Process(
            [
                str(Path(tool).with_name("postgres")),
                "-D",
                str(self._data),
                "-p",
                str(self.port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                f"unix_socket_directories={self._data}",
                # Statistics within seconds, as they are there once an installation has run a minute: without
                # any the planner reads whole tables, and that would be what is measured.
                "-c",
                "autovacuum_naptime=1s",
            ],
            {},
            folder / "postgres.log",
            user=user,
        )
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.process.start()
        until("PostgreSQL", self._answers)

    def restart(self) -> None:
        """A fast shutdown: every connection is cut."""
        self.process.end(signal.SIGINT, children=False)
        self.start()

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


class RedisServer:
    """A Redis of its own that keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        tool = shutil.which("redis-server")
        if tool is None:
            raise RuntimeError("redis-server is missing: apt-get install redis-server")
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = Process(
            [
                tool,
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                str(folder),
            ],
            {},
            folder / "redis.log",
        )
        self.process.start()
        until("Redis", lambda: listens(self.port))

    def flush(self) -> None:
        """Forget everything."""
        redis.Redis(port=self.port).flushall()


def procfile(name: str, port: int = 0) -> list[str]:
    """What the Procfile starts under this name, on loopback."""
    [line] = re.findall(rf"^{name}: (.+)$", PROCFILE.read_text("utf-8"), re.MULTILINE)
    plain = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", line.replace("${PORT:-8000}", str(port)))
    command, *words = shlex.split(plain.replace("0.0.0.0", "127.0.0.1"))  # noqa: S104
    return [str(BIN / command), *words]


def workers(env: Mapping[str, str], folder: Path) -> dict[str, Process]:
    """Two workers and the clock of the Procfile."""
    names = {"worker-1": "worker", "worker-2": "worker", "clock": "clock"}
    return {
        key: Process(procfile(command), env, folder / f"{key}.log")
        for key, command in names.items()
    }
