"""At a desk, pages of many parts stand in two columns; on a phone in one, and on paper too."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.phone import makegood, phone, sign_in
from tests.world import World

pytestmark = pytest.mark.browser

WIDE = 1280
PAGES = ("/reports?kind=month", "/shops/1", "/shops/1/texts", "/connections/1", "/sellers")
COLUMNS = """() => new Set([...document.querySelectorAll('.halves > *')].map(
  one => Math.round(one.getBoundingClientRect().x))).size"""
SCROLLED = "() => document.documentElement.scrollWidth"


def _columns(page: Page, world: World) -> dict[str, int]:
    """How many columns each page has; none is wider than its window."""
    found = {}
    for address in PAGES:
        page.goto(world.url + address)
        found[address] = page.evaluate(COLUMNS)
        assert page.evaluate(SCROLLED) <= page.viewport_size["width"], address  # type: ignore[index]
    return found


def test_pages_use_the_width_of_a_desk(tmp_path: Path) -> None:
    with makegood(tmp_path) as world, phone(scripts=True) as page:
        for words in ("Pecah", "Lama sekali", "Warna salah"):
            world.rate(1, words)
            world.work()
        sign_in(page, world)
        assert set(_columns(page, world).values()) == {1}

        page.set_viewport_size({"width": WIDE, "height": 800})
        assert set(_columns(page, world).values()) == {2}

        page.emulate_media(media="print")
        assert set(_columns(page, world).values()) == {1}


@pytest.mark.parametrize("address", ["/shops/1/playbook", "/audit"])
def test_rows_of_a_list_stand_in_one_line(tmp_path: Path, address: str) -> None:
    """What a row holds begins at the same height beside each other, not below each other."""
    with makegood(tmp_path) as world, phone(scripts=True) as page:
        sign_in(page, world)
        page.set_viewport_size({"width": WIDE, "height": 800})
        page.goto(world.url + address)
        row = page.locator(".rules > li, .cases.lines > li").first.bounding_box()

        assert row is not None
        assert row["width"] > 1000
        assert row["height"] < 120
