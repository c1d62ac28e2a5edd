"""Before tests of pages: the catalogue, compiled as `make translations` does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from babel.messages import mofile, pofile

FOLDER = Path(__file__).resolve().parents[2] / "service/web/translations/id/LC_MESSAGES"


@pytest.fixture(scope="session", autouse=True)
def compiled_catalogue() -> None:
    """Compile it where it is missing or older than its source; replaced in one step."""
    source, compiled = FOLDER / "messages.po", FOLDER / "messages.mo"
    if compiled.exists() and compiled.stat().st_mtime > source.stat().st_mtime:
        return
    fresh = FOLDER / f"messages.{os.getpid()}.mo"
    with source.open("rb") as text, fresh.open("wb") as target:
        mofile.write_mo(target, pofile.read_po(text, "id"))
    fresh.replace(compiled)
