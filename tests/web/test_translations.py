"""The pages in Indonesian: every sentence that may reach a person is translated, and shown so."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import requests
from babel.messages import pofile
from babel.messages.catalog import Message

from tests.web.pages import text_of
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "service/web/translations/id/LC_MESSAGES"
PLACES = re.compile(r"%\(\w+\)s")


@cache
def _catalogue() -> list[Message]:
    with (FOLDER / "messages.po").open("rb") as file:
        return [message for message in pofile.read_po(file, "id") if message.id]


def _forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or [""])


def test_every_sentence_found_in_the_code_is_translated(tmp_path: Path) -> None:
    template = tmp_path / "messages.pot"
    makefile = (ROOT / "Makefile").read_text("utf-8").replace("\\\n", " ")
    keywords = re.findall(r"^SENTENCES := (.*)$", makefile, re.MULTILINE)[0].split()
    pybabel = str(Path(sys.executable).with_name("pybabel"))
    extract = [pybabel, "-q", "extract", "-F", "babel.cfg", "--no-location", "-o", str(template)]
    subprocess.run([*extract, *(f"-k{name}" for name in keywords), "."], cwd=ROOT, check=True)
    with template.open("rb") as file:
        sentences = [str(message.id) for message in pofile.read_po(file) if message.id]

    translated = {str(message.id) for message in _catalogue() if all(_forms(message.string))}
    missing = [sentence for sentence in sentences if sentence not in translated]

    assert len(sentences) > 500
    assert missing == []


def test_translations_keep_their_placeholders() -> None:
    wrong = [
        (sentence, translation)
        for message in _catalogue()
        # Of a sentence that counts the form for many stands for all.
        for sentence in _forms(message.id)[-1:]
        for translation in _forms(message.string)
        if translation and sorted(PLACES.findall(sentence)) != sorted(PLACES.findall(translation))
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
    saved = browser.post("/me/language", {"language": "id"})
    address = f"/cases/{world.case().reference}"

    refused = browser.post(f"{address}/approve-other", {"action": "refund", "amount": "x"})
    approved = browser.post(f"{address}/approve", {"number": "0"})
    nowhere = browser.get("/nowhere")

    assert "Tersimpan." in text_of(saved)
    assert "“x” bukan nominal." in text_of(refused)
    assert "Disetujui, sedang diproses." in text_of(approved)
    assert "Halaman tidak ditemukan" in text_of(nowhere)
    assert "Halaman ini tidak ada." in text_of(nowhere)


def test_a_refusal_is_told_in_the_buyers_language_whatever_the_browser_asks_for(
    world: World,
) -> None:
    world.rate(1)
    world.work()
    link = world.context.links.buyer("answer", world.case().messages[0].id)

    refused = requests.post(link, data={}, headers={"Accept-Language": "en"}, timeout=10)

    assert refused.status_code == 422
    sentences = {message.id: message.string for message in _catalogue()}
    assert str(sentences["Choose yes, partly or no."]) in text_of(refused)
