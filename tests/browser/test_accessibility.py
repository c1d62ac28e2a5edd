"""Axe finds nothing serious on any page, narrow and wide, light and dark; and no page is heavy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.filled import fill
from tests.browser.phone import WIDTH, makegood, phone, sign_in
from tests.web.walking import linked_pages, signed_in

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
WIDE = 1280
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SERIOUS = {"serious", "critical"}
HEAVIEST = 60_000
"""Bytes of a page with its style and scripts, without pictures."""


def _violations(page: Page) -> list[str]:
    """What axe says is serious of the page as it is shown now."""
    response = Axe().run(page).response
    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in response["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]


def _serious(page: Page, address: str) -> list[str]:
    page.goto(address)
    found = []
    for width in (WIDTH, WIDE):
        page.set_viewport_size({"width": width, "height": 780})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            found += [f"{address}, {width}, {scheme}: {each}" for each in _violations(page)]
    return found


@pytest.mark.parametrize("language", ["en", "id"])
def test_axe_finds_nothing_serious(tmp_path: Path, language: str) -> None:
    with makegood(tmp_path) as world, phone(scripts=True, language=language) as page:
        addresses = fill(world)
        sign_in(page, world, language)

        serious = [each for address in addresses for each in _serious(page, world.url + address)]

        assert serious == []
        assert len(addresses) >= 21


def test_axe_would_find_what_is_serious(tmp_path: Path) -> None:
    with makegood(tmp_path) as world, phone(scripts=True) as page:
        page.goto(f"{world.url}/sign-in")
        page.evaluate("() => document.documentElement.removeAttribute('lang')")

        assert any("html-has-lang" in each for each in _violations(page))


def test_no_page_is_heavy(tmp_path: Path) -> None:
    with makegood(tmp_path) as world:
        listed = fill(world)
        _, client = signed_in(world)
        browser = world.browser()

        def weight(address: str) -> int:
            page = browser.get(address)
            parts = set(re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', page.text))
            return len(page.content) + sum(len(browser.get(part).content) for part in parts)

        pages = {address for address, page in linked_pages(client).items() if page}
        weights = {address: weight(address) for address in {*listed, *pages}}

        assert {address: each for address, each in weights.items() if each > HEAVIEST} == {}
        assert len(weights) > 60
        assert weights["/"] > len((ROOT / "service/web/static/makegood.css").read_bytes())
