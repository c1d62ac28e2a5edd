"""The only reader of the environment. A bad or missing value stops the start and names itself."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol, TypeVar, cast
from urllib.parse import urlsplit

from integrations.network import LOOPBACK, IpNetwork, loopback, networks
from service import listening
from service import setting_values as values
from service.data import LANGUAGES
from service.listening import Address
from service.security.private_files import write_anew

PREFIX = "MAKEGOOD_"
INSTANCE = Path("instance")
OWN_ADDRESS = f"127.0.0.1:{listening.PORT}"
"""What `make run` keeps: keys, database, the sandbox's ledger."""
KEPT = ("SECRET_KEY", "ENCRYPTION_KEYS")
"""Settings that are kept there in files of their own, named in small letters."""
SECRET = (*KEPT, "METRICS_TOKEN", "SMTP_URL")
STARTED_WITH = "settings.json"
T = TypeVar("T")


class WrongSetting(ValueError):
    """Settings are missing or wrong; the message names each, on a line of its own, and says what to enter."""


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
    second_factor: str
    """`owners`: all owners of shops here need one; `shops`: of the shops that want it."""
    smtp_url: Mapping[str, str]
    """The installation's own mail server, as entries of the e-mail adapter; {}: none."""

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
    if not is_set(env, "DATABASE_URL"):
        for name, value in _last_start().items():
            if not is_set(env, name):
                env[PREFIX + name] = value
    for name in KEPT:
        path = INSTANCE / name.lower()
        if not is_set(env, name) and path.exists():
            env[f"{PREFIX}{name}_FILE"] = str(path)
    return env


def is_set(env: Mapping[str, str], name: str) -> bool:
    """Whether a setting, by its name without `MAKEGOOD_`, is given as such or in a file."""
    return bool(env.get(PREFIX + name) or env.get(f"{PREFIX}{name}_FILE"))


def _last_start() -> dict[str, str]:
    try:
        kept: dict[str, str] = json.loads((INSTANCE / STARTED_WITH).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return kept


def keep_start(environ: Mapping[str, str]) -> None:
    """Keep the settings of this start, without keys and tokens, for commands typed beside it."""
    names = sorted(name for name in _names() if name.removesuffix("_FILE") not in SECRET)
    kept = {name: environ[PREFIX + name] for name in names if environ.get(PREFIX + name)}
    write_anew(INSTANCE / STARTED_WITH, json.dumps(kept, indent=1))


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raises `WrongSetting` for all that are missing, wrong or misspelt."""
    env = os.environ if environ is None else environ
    wrong = _misspelt(env)

    def value(name: str, default: str | None, read: Callable[[str], T]) -> T:
        try:
            return _read(env, PREFIX + name, default, read)
        except WrongSetting as error:
            wrong.append(str(error))
            # Never seen: the others are still read, to say of all at once what is wrong.
            return cast(T, None)

    settings = _settings(env, value)
    if wrong:
        raise WrongSetting("\n".join(dict.fromkeys(wrong)))
    return settings


class _Value(Protocol):
    def __call__(self, name: str, default: str | None, read: Callable[[str], T]) -> T: ...


def _settings(env: Mapping[str, str], value: _Value) -> Settings:
    usual = f"http://{OWN_ADDRESS}"
    # Who says only where to listen is reached there.
    listen = value("LISTEN", OWN_ADDRESS, listening.parse)
    reached = (listen.inside if listen else None) or usual
    public_url = value("PUBLIC_URL", reached, values.public_address)
    return Settings(
        database_url=value("DATABASE_URL", "sqlite:///instance/makegood.db", values.database),
        redis_url=value("REDIS_URL", "", values.redis),
        secret_key=value("SECRET_KEY", None, values.secret),
        encryption_keys=value("ENCRYPTION_KEYS", None, values.fernet_keys),
        public_url=public_url,
        max_body_bytes=value("MAX_BODY_BYTES", "1048576", values.between(1024, 64 * 1024 * 1024)),
        body_keep_days=value("BODY_KEEP_DAYS", "90", values.between(1, 3650)),
        buyer_keep_days=value("BUYER_KEEP_DAYS", "365", values.between(1, 36500)),
        worker_threads=value("WORKER_THREADS", "32", values.between(1, 64)),
        trusted_proxies=value("TRUSTED_PROXIES", "0", values.between(0, 5)),
        log_level=value("LOG_LEVEL", "INFO", values.one_of("DEBUG", "INFO", "WARNING", "ERROR")),
        language=value("LANGUAGE", "en", values.one_of(*LANGUAGES)),
        zone=value("ZONE", "Asia/Jakarta", values.zone),
        sandbox_path=value("SANDBOX_PATH", "", values.file_path),
        database_pool=value("DATABASE_POOL", "10", values.between(1, 200)),
        ca_file=value(
            "CA_FILE", _first(env, "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), values.ca_file
        ),
        proxy=value("PROXY", _first(env, "HTTPS_PROXY", "https_proxy"), values.proxy),
        no_proxy=value("NO_PROXY", _first(env, "NO_PROXY", "no_proxy"), values.hosts),
        private_networks=value("PRIVATE_NETWORKS", "", networks),
        metrics_token=value("METRICS_TOKEN", "", values.token),
        listen=value("LISTEN", listening.usual(public_url or usual), listening.parse),
        second_factor=value("SECOND_FACTOR", "shops", values.one_of("shops", "owners")),
        smtp_url=value("SMTP_URL", "", values.mail_server),
    )


def child_environment(**values: str) -> dict[str, str]:
    """The environment of this process and more, for a program that it starts; without our settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {**kept, **values}


def _names() -> set[str]:
    fields = {name.upper() for name in Settings.__annotations__}
    return fields | {f"{name}_FILE" for name in fields}


def unknown(environ: Mapping[str, str] | None = None) -> list[str]:
    """Names that look like settings of ours and are none."""
    env = os.environ if environ is None else environ
    known_names = {PREFIX + name for name in _names()}
    return sorted(
        name for name in env if name.upper().startswith(PREFIX) and name not in known_names
    )


def _misspelt(env: Mapping[str, str]) -> list[str]:
    # Others are only named: some platforms set variables by the name of a program they run.
    return [
        f"{name} is no setting: did you mean {PREFIX}{meant[0]}?"
        for name in unknown(env)
        if (meant := get_close_matches(name.upper().removeprefix(PREFIX), _names(), 1, 0.8))
    ]


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
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise WrongSetting(f"{name}: must be text in UTF-8")
    try:
        return read(text)
    except ValueError as error:
        raise WrongSetting(f"{name}: {error}") from error


def metrics_folder(environ: Mapping[str, str] | None = None) -> str:
    """Where several web processes add up their counters; empty: each counts for itself.

    The name is that of the Prometheus client, which reads it when it is first imported.
    """
    env = os.environ if environ is None else environ
    return env.get("PROMETHEUS_MULTIPROC_DIR", "").strip()
