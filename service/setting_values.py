"""What a setting may hold: each reads a text and raises `ValueError`, which says what to enter."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from cryptography.fernet import Fernet
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from service.domain.messages.zones import exists

NUMBERED = re.compile("/?[0-9]{0,4}")


def database(text: str) -> str:
    """An address of SQLite or PostgreSQL, as SQLAlchemy takes it."""
    if text.startswith("sqlite:///"):
        if text in ("sqlite:///", "sqlite:///:memory:"):
            raise ValueError("must name a file: sqlite:///path/to/makegood.db")
        return "sqlite:///" + file_path(text.removeprefix("sqlite:///"))
    for scheme in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if text.startswith(scheme):
            return _postgresql("postgresql+psycopg://" + text.removeprefix(scheme))
    raise ValueError("must start with sqlite:/// or postgresql://")


def _postgresql(text: str) -> str:
    try:
        port = make_url(text).port
    except (ValueError, ArgumentError):
        port = 0
    if port is not None and not 0 < port < 65536:
        # It may hold a password, so it is not repeated.
        raise ValueError("must be an address such as postgresql://user:password@host:5432/makegood")
    return text


def file_path(text: str) -> str:
    """The path of a file that is there or may be made, or nothing."""
    try:
        good = not text or ("?" not in text and (Path(text).is_file() or not Path(text).exists()))
    except (OSError, ValueError):
        good = False
    if not good:
        raise ValueError(f"{text[:200]!r} must be the path of a file")
    return text


def redis(text: str) -> str:
    """An address of Redis, or nothing."""
    if text and not text.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("must start with redis://, rediss:// or unix://")
    try:
        parts = urlsplit(text)
        # Asking for the port checks it.
        good = parts.port != 0 and (parts.scheme == "unix" or NUMBERED.fullmatch(parts.path))
    except ValueError:
        good = False
    if not good:
        raise ValueError("must be an address such as redis://host:6379/0, ending in a number")
    return text


def secret(text: str) -> str:
    """A text long enough to sign with."""
    if len(text) < 32:
        raise ValueError(
            "must have at least 32 characters; `python -m service.security.key_generation` prints one"
        )
    return text


def token(text: str) -> str:
    """What a program sends as a bearer token, or nothing."""
    if text and (len(text) < 16 or not text.isascii() or not text.isprintable() or " " in text):
        raise ValueError("must have at least 16 characters, ASCII without blanks")
    return text


def fernet_keys(text: str) -> tuple[str, ...]:
    """One or more Fernet keys."""
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


def public_address(text: str) -> str:
    """An address under which pages are shown, with a path or none."""
    address = web_address(text)
    parts = urlsplit(address)
    if parts.query or parts.fragment or parts.username or not URL_PATH.fullmatch(parts.path):
        raise ValueError("may hold a host, a port and a path such as /makegood, and no more")
    return address


def web_address(text: str) -> str:
    """An address of the web, without a slash at its end."""
    try:
        parts = urlsplit(text)
        # Asking for the port checks it.
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        good = good and text.isprintable() and " " not in text
    except ValueError:
        good = False
    if not good:
        raise ValueError("must be a web address such as https://makegood.example.com")
    return text.rstrip("/")


def ca_file(text: str) -> str:
    """The path of a file of certificates, or nothing."""
    if text:
        try:
            ssl.create_default_context(cafile=text)
        except OSError as error:
            raise ValueError(f"{text!r} must be a readable file of certificates in PEM") from error
    return text


def proxy(text: str) -> str:
    """The web address of a proxy, with a name and a password where it asks for them, or nothing."""
    # It may hold a password, so it is not repeated.
    return web_address(text) if text else ""


SECURITY = {"smtp": "starttls", "smtps": "tls", "smtp+plain": "none"}


def mail_server(text: str) -> dict[str, str]:
    """The address of a mail server with the sender of its mails, as entries of the e-mail adapter, or
    nothing."""
    if not text:
        return {}
    try:
        parts = urlsplit(text)
        port = parts.port
        sender = dict(parse_qsl(parts.query, strict_parsing=True)).get("from", "")
    except ValueError:
        parts, port, sender = urlsplit(""), None, ""
    if parts.scheme not in SECURITY or not parts.hostname or "@" not in sender:
        # It may hold a password, so it is not repeated.
        raise ValueError(
            "must be an address such as smtp://user:password@smtp.example.com:587?from=me@example.com"
        )
    return {
        "host": parts.hostname,
        "port": str(port or ""),
        "security": SECURITY[parts.scheme],
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "from_address": sender,
        "from_name": "Makegood",
    }


def hosts(text: str) -> str:
    """Hosts, separated by commas."""
    if any(not sign.isprintable() for sign in text) or "://" in text:
        raise ValueError("must be host names, domains or networks separated by commas")
    return ",".join(text.replace(",", " ").split())


def zone(text: str) -> str:
    """The name of a time zone."""
    if not exists(text):
        raise ValueError(f"{text!r} is no time zone; use a name such as Asia/Jakarta")
    return text


def between(low: int, high: int) -> Callable[[str], int]:
    """A whole number within limits."""

    def read(text: str) -> int:
        number = int(text) if re.fullmatch("-?[0-9]{1,18}", text) else low - 1
        if not low <= number <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return number

    return read


def one_of(*allowed: str) -> Callable[[str], str]:
    """One of a few words."""

    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return text

    return read
