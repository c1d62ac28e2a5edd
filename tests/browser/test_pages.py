"""Every page on a phone: nothing scrolls sideways, everything is labelled and big enough to tap."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.filled import fill
from tests.browser.phone import WIDTH, makegood, phone, sign_in

pytestmark = pytest.mark.browser

UNLABELLED = """() => [...document.querySelectorAll(
  'input:not([type=hidden]), select, textarea')].filter(
  one => !one.labels.length).map(one => one.outerHTML)"""
TOO_SMALL = """() => [...document.querySelectorAll(
  'button, input:not([type=hidden]):not([type=checkbox]):not([type=radio]), select, summary,'
  + ' label.tick, nav a')].filter(one => one.checkVisibility()
  && one.getBoundingClientRect().height < 44).map(one => one.outerHTML)"""
OPEN_ALL = "() => document.querySelectorAll('details').forEach(one => { one.open = true })"
SCROLLED = "() => document.documentElement.scrollWidth"


def _problems(page: Page, address: str, status: int) -> list[str]:
    """What is wrong with one page on a phone."""
    answer = page.goto(address)
    wrong = [] if answer is not None and answer.status == status else [f"{address}: not {status}"]
    page.evaluate(OPEN_ALL)
    width = page.evaluate(SCROLLED)
    if width > WIDTH:
        wrong.append(f"{address}: {width} px wide")
    wrong += [f"{address}: without a label: {each}" for each in page.evaluate(UNLABELLED)]
    wrong += [f"{address}: too small: {each}" for each in page.evaluate(TOO_SMALL)]
    if not page.locator("html").get_attribute("lang"):
        wrong.append(f"{address}: no language")
    return wrong


@pytest.mark.parametrize("language", ["en", "id"])
def test_every_page_fits_a_phone_when_it_is_full(tmp_path: Path, language: str) -> None:
    with makegood(tmp_path) as world, phone(scripts=True, language=language) as page:
        addresses = fill(world)
        sign_in(page, world, language)

        wrong = [
            problem
            for address in addresses
            for problem in _problems(
                page, world.url + address, 404 if address == "/nowhere" else 200
            )
        ]

        assert wrong == []
        assert len(addresses) >= 21


def test_sign_in_page_fits_a_phone(tmp_path: Path) -> None:
    with makegood(tmp_path) as world, phone(scripts=True) as page:
        assert _problems(page, f"{world.url}/sign-in", 200) == []
