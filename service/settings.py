"""The only reader of the environment. A bad or missing value stops the start and names itself."""

from __future__ import annotations

import json
import os
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet

from integrations.network import LOOPBACK, IpNetwork, loopback, networks
from service import listening
from service.listening import Address
from service.security.private_files import write_anew

PREFIX = "MAKEGOOD_"
INSTANCE = Path("instance")
"""What `make run` keeps: keys, database, the sandbox's ledger."""
KEPT = ("SECRET_KEY", "ENCRYPTION_KEYS")
"""Settings that are kept there in files of their own, named in small letters."""
SECRET = (*KEPT, "METRICS_TOKEN")
STARTED_WITH = "settings.json"
T = TypeVar("T")


class WrongSetting(ValueError):
    """A setting is missing or wrong; the message names it and says what to enter."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between two installations. Documented in docs/settings.md."""

    database_url: str
    redis_url: str
    secret_key: str
    encryption_keys: tuple[str, ...]
    public_url: str
    max_body_bytes: int
    body_keep_days: int
    buyer_keep_days: int
    worker_threads: int
    trusted_proxies: int
    log_level: str
    language: str
    zone: str
    sandbox_path: str
    database_pool: int
    ca_file: str
    proxy: str
    no_proxy: str
    private_networks: tuple[IpNetwork, ...]
    metrics_token: str
    listen: Address

    @property
    def path(self) -> str:
        """The path under which a proxy shows this installation, such as `/makegood`; usually ''."""
        return urlsplit(self.public_url).path

    @property
    def inside_url(self) -> str:
        """The address under which `make run` reaches itself, past any proxy."""
        inside = self.listen.inside
        return self.public_url if inside is None else inside + self.path

    @property
    def embedded(self) -> bool:
        """True when no Redis is set: the web process carries its own worker and clock."""
        return not self.redis_url

    @property
    def callable_networks(self) -> tuple[IpNetwork, ...]:
        """Networks beside the public one in which shops may be called; an installation that only
        its own machine reaches may call that machine."""
        host = urlsplit(self.public_url).hostname or ""
        return self.private_networks + (LOOPBACK if loopback(host) else ())

    @property
    def secure(self) -> bool:
        """True when buyers and sellers reach us over https."""
        return self.public_url.startswith("https://")


def installed(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment and, where it names no database, what `make run` was started with here: its
    settings, and the keys it made."""
    env = dict(os.environ if environ is None else environ)
    if not _is_set(env, "DATABASE_URL"):
        for name, value in _last_start().items():
            if not _is_set(env, name):
                env[PREFIX + name] = value
    for name in KEPT:
        path = INSTANCE / name.lower()
        if not _is_set(env, name) and path.exists():
            env[f"{PREFIX}{name}_FILE"] = str(path)
    return env


def _is_set(env: Mapping[str, str], name: str) -> bool:
    return bool(env.get(PREFIX + name) or env.get(f"{PREFIX}{name}_FILE"))


def _last_start() -> dict[str, str]:
    try:
        kept: dict[str, str] = json.loads((INSTANCE / STARTED_WITH).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return kept


def keep_start(environ: Mapping[str, str]) -> None:
    """Keep the settings of this start, without secrets, for commands typed beside it."""
    names = sorted(name for name in _names() if name.removesuffix("_FILE") not in SECRET)
    kept = {name: environ[PREFIX + name] for name in names if environ.get(PREFIX + name)}
    write_anew(INSTANCE / STARTED_WITH, json.dumps(kept, indent=1))


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raises `WrongSetting` for the first that is missing, wrong or misspelt."""
    env = os.environ if environ is None else environ
    _refuse_misspelt(env)

    def value(name: str, default: str | None, read: Callable[[str], T]) -> T:
        return _read(env, PREFIX + name, default, read)

    public_url = value("PUBLIC_URL", "http://127.0.0.1:8000", _web_address)
    return Settings(
        database_url=value("DATABASE_URL", "sqlite:///instance/makegood.db", _database),
        redis_url=value("REDIS_URL", "", _redis),
        secret_key=value("SECRET_KEY", None, _secret),
        encryption_keys=value("ENCRYPTION_KEYS", None, _fernet_keys),
        public_url=public_url,
        max_body_bytes=value("MAX_BODY_BYTES", "1048576", _between(1024, 64 * 1024 * 1024)),
        body_keep_days=value("BODY_KEEP_DAYS", "90", _between(1, 3650)),
        buyer_keep_days=value("BUYER_KEEP_DAYS", "365", _between(1, 36500)),
        worker_threads=value("WORKER_THREADS", "32", _between(1, 64)),
        trusted_proxies=value("TRUSTED_PROXIES", "0", _between(0, 5)),
        log_level=value("LOG_LEVEL", "INFO", _one_of("DEBUG", "INFO", "WARNING", "ERROR")),
        language=value("LANGUAGE", "en", _one_of("en", "id")),
        zone=value("ZONE", "Asia/Jakarta", _zone),
        sandbox_path=value("SANDBOX_PATH", "", str),
        database_pool=value("DATABASE_POOL", "10", _between(1, 200)),
        ca_file=value("CA_FILE", _first(env, "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), _ca_file),
        proxy=value("PROXY", _first(env, "HTTPS_PROXY", "https_proxy"), _proxy),
        no_proxy=value("NO_PROXY", _first(env, "NO_PROXY", "no_proxy"), _hosts),
        private_networks=value("PRIVATE_NETWORKS", "", networks),
        metrics_token=value("METRICS_TOKEN", "", _token),
        listen=value("LISTEN", listening.usual(public_url), listening.parse),
    )


def _names() -> set[str]:
    fields = {name.upper() for name in Settings.__annotations__}
    return fields | {f"{name}_FILE" for name in fields}


def unknown(environ: Mapping[str, str] | None = None) -> list[str]:
    """Names that look like settings of ours and are none."""
    env = os.environ if environ is None else environ
    ours = {PREFIX + name for name in _names()}
    return sorted(name for name in env if name.upper().startswith(PREFIX) and name not in ours)


def _refuse_misspelt(env: Mapping[str, str]) -> None:
    # Others are only named: some platforms set variables by the name of a program they run.
    for name in unknown(env):
        meant = get_close_matches(name.upper().removeprefix(PREFIX), _names(), n=1, cutoff=0.8)
        if meant:
            raise WrongSetting(f"{name} is no setting: did you mean {PREFIX}{meant[0]}?")


def _first(env: Mapping[str, str], *names: str) -> str:
    """What the machine's administrator set for all programs."""
    return next((env[name].strip() for name in names if env.get(name, "").strip()), "")


def _read(env: Mapping[str, str], name: str, default: str | None, read: Callable[[str], T]) -> T:
    text = env.get(name, "").strip()
    path = env.get(f"{name}_FILE", "").strip()
    if text and path:
        raise WrongSetting(f"{name} and {name}_FILE are both set: keep one")
    if path:
        try:
            text = Path(path).read_text("utf-8").strip()
        except OSError as error:
            raise WrongSetting(f"{name}_FILE: {path} cannot be read ({error.strerror})") from error
        except UnicodeDecodeError as error:
            raise WrongSetting(f"{name}_FILE: {path} is not text in UTF-8") from error
    if not text:
        if default is None:
            raise WrongSetting(f"{name} is missing: set it, or {name}_FILE to a file that holds it")
        text = default
    try:
        return read(text)
    except ValueError as error:
        raise WrongSetting(f"{name}: {error}") from error


def _database(text: str) -> str:
    if text.startswith("sqlite:///"):
        if text in ("sqlite:///", "sqlite:///:memory:"):
            raise ValueError("must name a file: sqlite:///path/to/makegood.db")
        return text
    for scheme in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if text.startswith(scheme):
            return "postgresql+psycopg://" + text.removeprefix(scheme)
    raise ValueError("must start with sqlite:/// or postgresql://")


def _redis(text: str) -> str:
    if text and not text.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must start with redis://, rediss:// or unix://")
    return text


def _secret(text: str) -> str:
    if len(text) < 32:
        raise ValueError(
            "must have at least 32 characters; `python -m service.security.key_generation` prints one"
        )
    return text


def _token(text: str) -> str:
    if text and (len(text) < 16 or not text.isascii() or not text.isprintable() or " " in text):
        raise ValueError("must have at least 16 characters, ASCII without blanks")
    return text


def _fernet_keys(text: str) -> tuple[str, ...]:
    keys = tuple(text.replace(",", " ").split())
    try:
        usable = [Fernet(key) for key in keys]
    except ValueError:
        usable = []
    if not usable:
        raise ValueError(
            "must be one or more Fernet keys, newest first; `python -m service.security.key_generation` prints one"
        )
    return keys


URL_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*/*")


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        # Asking for the port checks it.
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        plain = not (parts.query or parts.fragment or parts.username)
        good = good and plain and URL_PATH.fullmatch(parts.path) is not None
    except ValueError:
        good = False
    if not good:
        raise ValueError("must be a web address such as https://makegood.example.com")
    return text.rstrip("/")


def _ca_file(text: str) -> str:
    if text:
        try:
            ssl.create_default_context(cafile=text)
        except OSError as error:
            raise ValueError(f"{text} must be a readable file of certificates in PEM") from error
    return text


def _proxy(text: str) -> str:
    # It may hold a password, so it is not repeated.
    return _web_address(text) if text else ""


def _hosts(text: str) -> str:
    if any(not one.isprintable() for one in text) or "://" in text:
        raise ValueError("must be host names, domains or networks separated by commas")
    return ",".join(text.replace(",", " ").split())


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"{text!r} is no time zone; use a name such as Asia/Jakarta") from error
    return text


def _between(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text) if text.lstrip("-").isdigit() else low - 1
        if not low <= number <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return number

    return read


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return text

    return read


def metrics_folder(environ: Mapping[str, str] | None = None) -> str:
    """Where several web processes add up their counters; empty: each counts for itself.

    The name is that of the Prometheus client, which reads it when it is first imported.
    """
    env = os.environ if environ is None else environ
    return env.get("PROMETHEUS_MULTIPROC_DIR", "").strip()
