"""The pages of the sandbox shop speak the tester's language, also where something is not there."""

from __future__ import annotations

import re

import pytest
import requests

from integrations.sandbox import shop
from integrations.sandbox.seed import sell
from integrations.sentence import Text
from service.operations.remedies import decisions
from service.sentences import say
from tests.operations.steps import rated, refund
from tests.world import PATIENCE, World

SENTENCE = re.compile(r'_\("((?:[^"\\]|\\.)*)"')


def _get(world: World, path: str, language: str) -> requests.Response:
    head = {"Accept-Language": language}
    return requests.get(f"{world.url}/sandbox{path}", headers=head, timeout=PATIENCE)


def _filled(world: World) -> list[str]:
    """All pages, each with something on it."""
    order_id = rated(world)
    decisions.approve(
        world.context, world.case().id, world.owner, changed=refund(order_id, 1_000_000)
    )
    world.work()
    return ["/", f"/orders/{order_id}", "/buy", "/mailbox", "/done", "/nowhere", "/orders/9999"]


def test_every_page_is_in_the_testers_language(world: World) -> None:
    """No sentence of the English page is left on the Indonesian one."""
    sentences = {
        found
        for path in shop.TEMPLATES.glob("*.html")
        for found in SENTENCE.findall(path.read_text())
    }
    shown: set[str] = set()
    for path in _filled(world):
        english, indonesian = (_get(world, path, language).text for language in ("en", "id"))
        assert '<html lang="en">' in english
        assert '<html lang="id">' in indonesian
        here = {sentence for sentence in sentences if f">{sentence}<" in english}
        left = {sentence for sentence in here if f">{sentence}<" in indonesian}
        assert {sentence for sentence in left if say(Text(sentence), "id") != sentence} == set()
        shown |= here
    assert len(shown) > 15


@pytest.mark.parametrize("path", ["/nowhere", "/orders/9999", "/reviews/9999", "/orders/x"])
def test_page_that_is_not_there_says_so_and_leads_back(world: World, path: str) -> None:
    english, indonesian = (_get(world, path, language) for language in ("en", "id"))

    assert english.status_code == indonesian.status_code == 404
    assert "There is no such page in this shop." in english.text
    assert "Halaman ini tidak ada di toko ini." in indonesian.text
    assert f'href="{world.url}/sandbox/"' in english.text


def test_form_that_lacks_something_says_so_in_words(world: World) -> None:
    order_id = sell(world.sandbox.ledger, 1, world.clock.now())[0]

    answer = requests.post(f"{world.url}/sandbox/orders/{order_id}", data={}, timeout=PATIENCE)

    assert (answer.status_code, "This could not be done." in answer.text) == (400, True)


def test_programs_are_answered_as_before(world: World) -> None:
    answer = _get(world, "/api/nowhere", "id")

    assert (answer.status_code, "sandbox/buy" in answer.text) == (404, False)
