"""The pages in Indonesian: every translated text keeps its placeholders, and the pages show it."""

from __future__ import annotations

import re
from pathlib import Path

import requests
from babel.messages import mofile, pofile

from tests.world import World

FOLDER = Path(__file__).resolve().parents[2] / "service/web/translations/id/LC_MESSAGES"
PLACES = re.compile(r"%\(\w+\)s")


def test_translations_keep_their_placeholders() -> None:
    with (FOLDER / "messages.po").open("rb") as file:
        texts = [one for one in pofile.read_po(file, "id") if one.id and one.string]

    wrong = [
        one.id for one in texts
        if sorted(PLACES.findall(str(one.id))) != sorted(PLACES.findall(str(one.string)))
    ]  # fmt: skip

    assert len(texts) > 150
    assert wrong == []


def test_pages_are_indonesian_for_an_indonesian_browser(world: World) -> None:
    compiled = FOLDER / "messages.mo"
    if not compiled.exists():
        with (FOLDER / "messages.po").open("rb") as source, compiled.open("wb") as target:
            mofile.write_mo(target, pofile.read_po(source, "id"))

    page = requests.get(f"{world.url}/sign-in", headers={"Accept-Language": "id"}, timeout=10)

    assert "Kata sandi" in page.text
