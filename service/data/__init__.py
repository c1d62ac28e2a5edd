"""What ships as files: playbook, policies, texts, zones, holidays, the model of causes. The one reader of them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "id")
"""In which texts, pages and rules of wording ship."""


@cache
def read_file(*path: str) -> str:
    """The text of a shipped file, named by its parts below this folder: `read_file("texts", "en.toml")`."""
    return files("service.data").joinpath(*path).read_text("utf-8")


def read_bytes(*path: str) -> bytes:
    """The content of a shipped file that is no text; the caller keeps what it makes of it."""
    return files("service.data").joinpath(*path).read_bytes()


def file_names(*path: str) -> list[str]:
    """The names of the files in a shipped folder, in order."""
    return sorted(file.name for file in files("service.data").joinpath(*path).iterdir())


def zone_table(name: str) -> list[list[str]]:
    """The rows of a table of the tz database that ships with us, such as `zone.tab`, by their columns."""
    text = files("tzdata").joinpath("zoneinfo", name).read_text("utf-8")
    return [row.split("\t") for row in text.splitlines() if row and not row.startswith("#")]
