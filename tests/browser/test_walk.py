"""A seller on a phone: real Chromium, 360 px wide, no scripts needed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from service.operations import sellers
from tests.conftest import missing
from tests.world import World

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip


@pytest.mark.browser
def test_seller_signs_in_and_approves_on_a_phone(tmp_path: Path) -> None:
    if not CHROMIUM:
        missing("Chromium is missing: apt-get install -y chromium")
    world = World(f"sqlite:///{tmp_path / 'm.db'}", tmp_path)
    world.rate(1, "Barang datang pecah")
    world.rate(2, "Warna salah")
    world.work()
    case = world.cases()[0]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(
            viewport={"width": 360, "height": 780}, java_script_enabled=False, locale="en"
        )
        page = context.new_page()
        page.goto(sellers.sign_in_link(world.context, world.owner))
        page.click("button.main")
        page.screenshot(path=tmp_path / "waiting.png")
        page.click(f"a[href$='{case.reference}']")
        page.screenshot(path=tmp_path / "case.png", full_page=True)
        page.click("section button.main")
        told = page.inner_text("main")
        wide = page.locator("main").bounding_box()
        browser.close()
    world.work()
    world.close()

    assert "Done." in told
    assert wide is not None
    assert wide["width"] <= 360
    assert len(world.ledger()["made"]) == 1
