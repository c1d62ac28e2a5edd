"""The pages in Indonesian: every sentence that may reach a person is translated, and shown so."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import requests
from babel.messages import pofile

from service.domain import errors
from service.domain.errors import DomainError
from tests.web.pages import text_of
from tests.web.sentences import template
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "service/web/translations/id/LC_MESSAGES"
PLACES = re.compile(r"%\(\w+\)s")
REFUSALS = {
    name
    for name, one in vars(errors).items()
    if isinstance(one, type) and issubclass(one, DomainError)
} - {"LostClaim"}
INSIDE = {"service/domain/messages/policy_data.py", "service/operations/cases/orders.py"}
"""What only the shipped files of the policies, not a person, can be refused by."""


@cache
def _catalogue() -> dict[str, str]:
    with (FOLDER / "messages.po").open("rb") as file:
        return {str(one.id): str(one.string) for one in pofile.read_po(file, "id") if one.id}


def test_every_sentence_found_in_the_code_is_translated(tmp_path: Path) -> None:
    wanted = tmp_path / "wanted.pot"
    subprocess.run(
        [
            str(Path(sys.executable).with_name("pybabel")),
            "-q",
            "extract",
            "-F",
            "babel.cfg",
            "--no-location",
            "-o",
            str(wanted),
            ".",
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    with wanted.open("rb") as file:
        found = [str(one.id) for one in pofile.read_po(file) if one.id]

    missing = [one for one in found if not _catalogue().get(one)]

    assert len(found) > 600
    assert missing == []


def _refused(path: Path) -> list[str]:
    """The sentences with which a file refuses something, as far as they are written there."""
    calls = [
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in REFUSALS and node.args
    ]
    return [text for call in calls if (text := template(call.args[0])) is not None]


@pytest.mark.parametrize("folder", ["domain", "operations", "db", "web"])
def test_every_refusal_is_translated(folder: str) -> None:
    files = [
        one
        for one in sorted((ROOT / "service" / folder).rglob("*.py"))
        if str(one.relative_to(ROOT)) not in INSIDE | {"service/web/api/v1.py"}
    ]

    missing = [text for one in files for text in _refused(one) if not _catalogue().get(text)]

    assert sum(len(_refused(one)) for one in files) >= 2
    assert missing == []


def test_translations_keep_their_placeholders() -> None:
    wrong = [
        one
        for one, told in _catalogue().items()
        if told and sorted(PLACES.findall(one)) != sorted(PLACES.findall(told))
    ]

    assert wrong == []


def test_pages_are_indonesian_for_an_indonesian_browser(world: World) -> None:
    page = requests.get(f"{world.url}/sign-in", headers={"Accept-Language": "id"}, timeout=10)

    assert '<html lang="id">' in page.text
    assert "Kata sandi" in page.text


def test_messages_of_buttons_and_refusals_are_indonesian(world: World) -> None:
    world.rate(1)
    world.work()
    browser = world.browser()
    saved = browser.post("/me", {"do": "language", "language": "id"})
    address = f"/cases/{world.case().reference}"

    refused = browser.post(address, {"do": "change", "action": "refund", "amount": "x"})
    approved = browser.post(address, {"do": "approve", "number": "0"})
    nowhere = browser.get("/nowhere")

    assert "Tersimpan." in text_of(saved)
    assert "“x” bukan jumlah." in text_of(refused)
    assert "Disetujui. Sekarang dilaksanakan." in text_of(approved)
    assert "Halaman ini tidak ada." in text_of(nowhere)
