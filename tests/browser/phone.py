"""A phone for the tests: real Chromium, 360 px wide, and a Makegood it talks to."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from service.domain.staff.authority import OPERATOR
from service.operations.staff import accounts
from tests.conftest import missing
from tests.world import World

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTH = 360
AT_ONCE = {
    "resolution_check_hours": 0,
    "update_invitation_hours": 0,
    "opens": "00:00",
    "closes": "23:59",
    "days": [0, 1, 2, 3, 4, 5, 6],
}


@contextmanager
def makegood(folder: Path) -> Iterator[World]:
    """A Makegood on SQLite whose shop sends everything at once."""
    world = World(f"sqlite:///{folder / 'm.db'}", folder)
    world.set_shop(follow_ups=AT_ONCE, asking={"invitations": True, "lawful_basis": ["ID"]})
    yield world
    world.close()


@contextmanager
def phone(*, scripts: bool = False, language: str = "en") -> Iterator[Page]:
    """A fresh browser; scripts are off unless a test has to measure with them."""
    if not CHROMIUM:
        missing("Chromium is missing: apt-get install -y chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(
            viewport={"width": WIDTH, "height": 780}, java_script_enabled=scripts, locale=language
        )
        yield context.new_page()
        browser.close()


def sign_in(page: Page, world: World, language: str = "en") -> None:
    """Open the owner's printed link and press its button."""
    page.goto(accounts.new_link(world.context, world.owner.id, OPERATOR))
    press(page, {"en": "Sign in now", "id": "Masuk sekarang"}[language])


def told(page: Page) -> str:
    """What the page says."""
    return page.inner_text("main")


def press(page: Page, name: str) -> None:
    """Press the button of that name."""
    page.get_by_role("button", name=name).first.click()


def tab_to(page: Page, name: str, *, most: int = 60) -> None:
    """Move the focus from the top of the page to a button or link of that name, by key alone."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and name in (focused.inner_text() or ""):
            return
    raise AssertionError(f"no key leads to {name!r}")
