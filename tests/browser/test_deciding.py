"""Deciding by hand in real Chromium: taps counted, on a phone and on a wide screen, with keys too."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from integrations.sandbox.ledger import add_order
from integrations.sandbox.seed import KETTLE
from tests.browser.phone import makegood, phone, press, sign_in, told
from tests.world import World

pytestmark = pytest.mark.browser

WIDTHS = pytest.mark.parametrize("width", [360, 1280])
CONTRAST = """() => {
  const luminance = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map((one) => {
      const part = one / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/^rgba\\(.*, 0\\)$/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  return [...document.querySelectorAll("body *")].filter((element) =>
    element.checkVisibility() && [...element.childNodes].some(
      (node) => node.nodeType === 3 && node.textContent.trim())).map((element) => {
    const [a, b] = [getComputedStyle(element).color, ground(element)].map(luminance);
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), element.outerHTML.slice(0, 120)];
  }).filter(([contrast]) => contrast < 4.5);
}"""
"""Texts whose contrast with their ground is below what WCAG 2.2 AA asks for."""


def _rated(world: World, number: int, text: str = "Barang datang pecah") -> None:
    for buyer in range(number):
        with world.sandbox.ledger.write() as connection:
            row = connection.execute(
                "INSERT INTO buyer (name, email, country, language, zone) VALUES (?, ?, ?, ?, ?)",
                (f"Rina {buyer}", f"rina{buyer}@example.test", "ID", "id", "Asia/Jakarta"),
            ).lastrowid
            order = add_order(connection, int(row or 0), KETTLE, world.clock.now())
        world.rate(1, text, order)
    world.work()
    world.set_shop(hold_seconds=20)


def _made(world: World) -> int:
    world.clock.move(seconds=20)
    world.work()
    return len(world.ledger()["made"])


def _widened(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 780})


@WIDTHS
def test_case_below_the_limit_takes_one_tap_and_undo_another(tmp_path: Path, width: int) -> None:
    with makegood(tmp_path) as world, phone() as page:
        _widened(page, width)
        _rated(world, 2)
        sign_in(page, world)

        press(page, "Approve: Send again")
        assert "Till 10:00:20 you can undo it." in told(page)
        assert page.url.rstrip("/") == world.url
        press(page, "Undo")
        assert "Undone. The case waits for a decision again." in told(page)
        press(page, "Approve: Send again")

        assert _made(world) == 1
        # Workers beside each other may have brought the second case first.
        assert {case.state for case in world.cases()} == {"following_up", "awaiting_approval"}


@WIDTHS
def test_ten_like_cases_take_three_taps(tmp_path: Path, width: int) -> None:
    with makegood(tmp_path) as world, phone() as page:
        _widened(page, width)
        _rated(world, 10)
        sign_in(page, world)

        page.get_by_role("link", name="10 × Broken: Send again").click()
        press(page, "Review those that are ticked")
        assert "2,590,000" in told(page)
        page.get_by_label("Type 10 to confirm").fill("10")
        press(page, "Approve 10 cases")

        assert "10 approved." in told(page)
        assert _made(world) == 10


@WIDTHS
def test_first_action_is_on_the_screen_whatever_the_length_of_text(
    tmp_path: Path, width: int
) -> None:
    with makegood(tmp_path) as world, phone(scripts=True) as page:
        _widened(page, width)
        _rated(world, 1, "Barang datang pecah. " * 150)
        sign_in(page, world)
        page.goto(f"{world.url}/cases/{world.case().reference}")

        box = page.locator(".first-action button").bounding_box()

        assert box is not None
        assert box["y"] + box["height"] <= 780
        press(page, "Approve: ")
        assert page.locator(".first-action").inner_text() == "Undo"
        press(page, "Undo")
        assert world.case().state == "awaiting_approval"


def test_keys_move_and_focus_and_do_nothing_by_themselves(tmp_path: Path) -> None:
    with makegood(tmp_path) as world, phone(scripts=True) as page:
        _widened(page, 1280)
        _rated(world, 3)
        sign_in(page, world)
        page.goto(world.url)

        for key in "jja":
            page.keyboard.press(key)
        assert "Approve: Send again" in page.locator(":focus").inner_text()
        assert {case.state for case in world.cases()} == {"awaiting_approval"}
        page.keyboard.press("Enter")
        page.get_by_role("status").wait_for()
        assert sorted(case.state for case in world.cases())[0] == "approved"

        page.keyboard.press("j")
        page.keyboard.press("o")
        page.wait_for_url("**/cases/MG-*")
        page.keyboard.press("/")
        page.keyboard.type("jaq")
        assert page.locator("#search").input_value() == "jaq"
        page.locator("h1").click()
        page.keyboard.press("?")
        assert page.locator("dialog#keys").is_visible()
        page.locator("#keys-on").uncheck()
        page.keyboard.press("Escape")
        page.keyboard.press("g")
        page.keyboard.press("c")
        assert "/cases/MG-" in page.url


def test_list_of_keys_opens_without_script(tmp_path: Path) -> None:
    with makegood(tmp_path) as world, phone() as page:
        sign_in(page, world)
        page.get_by_role("link", name="Keyboard shortcuts").click()

        assert page.locator("dialog#keys").is_visible()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_texts_stand_out_from_their_ground(tmp_path: Path, colours: str) -> None:
    with makegood(tmp_path) as world, phone(scripts=True) as page:
        page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
        _rated(world, 3)
        sign_in(page, world)
        addresses = [
            "/",
            f"/cases/{world.cases()[0].reference}",
            "/cases",
            "/reports",
            "/shops/1",
            "/shops/1/deciding",
            "/me",
        ]

        faint = {}
        for address in addresses:
            page.goto(world.url + address)
            faint[address] = page.evaluate(CONTRAST)

        assert {address: texts for address, texts in faint.items() if texts} == {}
