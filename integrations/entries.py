"""What a seller enters to connect, checked when it is saved rather than when it is first used."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from integrations.errors import Misconfigured
from integrations.sentence import Said, Text, Value, Words

WEBHOOK_SECRET = "webhook_secret"  # noqa: S105 - the name of a field
LONGEST = 2000
HOST = re.compile(r"[\w.-]{1,253}")


Choices = Mapping[str, Said]
"""What may be entered, in lower case, and what people call each of them."""
YES_NO: Choices = {"yes": Text("yes"), "no": Text("no")}


def numbers(least: int, most: int) -> Choices:
    """The whole numbers from one to another."""
    return {str(number): Words(str(number)) for number in range(least, most + 1)}


@dataclass(frozen=True, slots=True)
class Form:
    """What a whole entry looks like, as a pattern, and what is said of one that does not."""

    pattern: str
    wrong: Text


@dataclass(frozen=True, slots=True)
class Field:
    """One thing the seller enters to connect. `secret` values are encrypted and never shown again.

    `choices`: all that may be entered; None: anything. `words`: for people to read, not for programs.
    `seldom`: few shops need it, so that it is folded below what all enter.
    """

    name: str
    label: Text
    help: Text | None = None
    secret: bool = False
    required: bool = True
    default: str = ""
    choices: Choices | None = None
    words: bool = False
    form: Form | None = None
    seldom: bool = False


class WrongEntry(Misconfigured):
    """An entry that cannot work. `field` is its name, `WEBHOOK_SECRET` for the webhook secret."""

    def __init__(self, text: str | Said, /, *, field: str, **values: Value) -> None:
        super().__init__(Text(text, **values) if isinstance(text, str) else text, field=field)


def check_fields(fields: Sequence[Field], values: Mapping[str, str]) -> None:
    """Refuse what no field of any platform can hold, and what these do not; raises `WrongEntry`."""
    for field in fields:
        value = values.get(field.name, "")
        check_visible(field.name, value, words=field.words)
        if field.secret and not value.isascii():
            raise WrongEntry(
                "contains a character that no key has: copy it again", field=field.name
            )
        # One that may be left out counts as its default then.
        entered = bool(value) or field.required
        if field.choices and entered and value.lower() not in field.choices:
            raise WrongEntry(
                "must be one of: %(them)s", field=field.name, them=", ".join(field.choices)
            )
        if field.form and entered and not re.fullmatch(field.form.pattern, value.strip()):
            raise WrongEntry(field.form.wrong, field=field.name)


def check_visible(name: str, value: str, *, words: bool = False) -> None:
    """Refuse what is too long or holds a sign that nobody sees; raises `WrongEntry`. `words` are
    for people: signs that join letters or turn their direction belong to them."""
    if len(value) > LONGEST:
        raise WrongEntry("is longer than %(most)s characters", field=name, most=LONGEST)
    unseen = ("Cc", "Cs", "Zl", "Zp") if words else ("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn")
    if any(unicodedata.category(sign) in unseen for sign in value):
        raise WrongEntry("contains an invisible character: type it instead of pasting", field=name)


def web_address(field: str, typed: str, example: str) -> str:
    """An `http(s)` address behind which paths are put, without a slash at its end; raises
    `WrongEntry`."""
    url = typed.strip().rstrip("/")
    if not _is_web_address(url):
        raise WrongEntry(
            "enter the shop's address such as %(example)s", field=field, example=example
        )
    return url


def _is_web_address(url: str) -> bool:
    if not url.isprintable() or any(sign in url for sign in ' ?#\\<>"@'):
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and port != 0 and is_host(parts.hostname or "")


def is_host(name: str) -> bool:
    """Whether this can be the name of a machine, in any script, or a numeric address."""
    try:
        ip_address(name)
    except ValueError:
        pass
    else:
        return True
    try:
        name.rstrip(".").encode("idna")
    except UnicodeError:
        return False
    return HOST.fullmatch(name) is not None and name.strip(".-") != ""
