"""The playbook in a real browser: a new rule without reading a manual, on a phone and on a wide screen,
in both languages, without script."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from service.db.models import Shop
from service.operations.remedies import playbooks
from tests.browser.phone import makegood, phone, press, sign_in, told
from tests.browser.test_pages import SCROLLED, TOO_SMALL, UNLABELLED
from tests.world import World

pytestmark = pytest.mark.browser
WORDS = {
    "en": {
        "open": "Playbook",
        "add": "Add a rule",
        "name": "Name in English",
        "kind": "Refund",
        "cause": "late",
        "save": "Save to the draft",
        "try": "Try it on your cases, then put it into effect",
        "use": "Put into effect",
        "done": "These rules are in effect now.",
        "differs": "1 of 1 case would get a different proposal.",
    },
    "id": {
        "open": "Aturan kompensasi",
        "add": "Tambah aturan",
        "name": "Nama dalam bahasa Indonesia",
        "kind": "Pengembalian dana",
        "cause": "terlambat",
        "save": "Simpan ke draf",
        "try": "Uji pada kasus Anda, lalu berlakukan",
        "use": "Berlakukan",
        "done": "Aturan ini sekarang berlaku.",
        "differs": "1 dari 1 kasus akan mendapat usulan yang berbeda.",
    },
}
MOST_TAPS = 8
"""From the page of the shop to a rule in effect, without what is typed."""


def _shown(page: Page, name: str) -> bool:
    return page.locator(f"[name={name}]").first.is_visible()


def _fits(page: Page, width: int) -> list[str]:
    wide = page.evaluate(SCROLLED) > width
    return [*(["too wide"] if wide else []), *page.evaluate(UNLABELLED), *page.evaluate(TOO_SMALL)]


def _in_effect(world: World) -> playbooks.Playbooks:
    with world.context.database.reading() as session:
        return playbooks.playbooks_of(session, session.get_one(Shop, 1))


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("width", [360, 1280])
def test_new_rule_needs_no_manual(tmp_path: Path, width: int, language: str) -> None:
    words, taps = WORDS[language], 0
    with makegood(tmp_path) as world, phone(language=language) as page:
        page.set_viewport_size({"width": width, "height": 800})
        world.rate(1, "Pengirimannya lama, terlambat seminggu")
        world.work()
        sign_in(page, world, language)
        page.goto(f"{world.url}/shops/1")

        for link in (words["open"], words["add"]):
            page.get_by_role("link", name=link).click()
            page.wait_for_load_state()
            taps += 1
        # Only what the chosen kind of make-good has is asked for.
        assert not _shown(page, "remedies-0-percent")
        page.get_by_label(words["name"]).fill("Telat")
        page.get_by_label(words["cause"], exact=True).check()
        page.locator("[name=remedies-0-kind]").select_option(label=words["kind"])
        taps += 2
        assert _shown(page, "remedies-0-percent")
        assert not _shown(page, "remedies-0-expires_days")
        assert not _shown(page, "remedies-0-bounds-0-fixed")
        page.locator("[name=remedies-0-percent]").fill("15")
        page.locator("[name=remedies-0-bounds-0-cap]").fill("119.000")
        press(page, words["save"])
        page.get_by_role("link", name=words["try"]).click()
        assert words["differs"] in told(page)
        press(page, words["use"])
        taps += 3

        assert words["done"] in told(page)
        assert taps <= MOST_TAPS
        rule = _in_effect(world).in_effect.rules[0]
        assert (rule.name, rule.when.causes) == ("Telat", ("late",))
        assert (rule.remedies[0].percent, rule.remedies[0].cap) == (15, {"IDR": 11_900_000})


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_of_the_playbook_fits(tmp_path: Path, width: int, language: str) -> None:
    with makegood(tmp_path) as world, phone(scripts=True, language=language) as page:
        page.set_viewport_size({"width": width, "height": 800})
        world.rate(1, "Ketelteko" * 30)
        world.work()
        sign_in(page, world, language)
        path = f"{world.url}/shops/1/playbook"
        page.goto(path)
        page.locator("button:near(strong)").first.click()
        assert "/dry-run" in page.url
        press(page, WORDS[language]["use"])

        wrong = {}
        for address in ("", "/rules/new", "/rules/5", "/dry-run", "/versions", "/versions/1"):
            page.goto(path + address)
            page.evaluate(
                "document.querySelectorAll('details').forEach(one => { one.open = true })"
            )
            if problems := _fits(page, width):
                wrong[address] = problems
        assert wrong == {}


def test_placeholder_is_put_where_the_cursor_stands(tmp_path: Path) -> None:
    with makegood(tmp_path) as world, phone(scripts=True) as page:
        sign_in(page, world)
        page.goto(f"{world.url}/shops/1/texts/receipt/en")
        page.get_by_label("Subject").fill("For ")

        page.get_by_role("button", name="{buyer}", exact=True).first.click()

        assert page.get_by_label("Subject").input_value() == "For {buyer}"
        assert _fits(page, 360) == []


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("width", [360, 1280])
def test_text_is_checked_as_it_is_typed_and_led_one_step_back(
    tmp_path: Path, width: int, language: str
) -> None:
    words = {
        "en": {
            "bad": "Give us five stars",
            "good": "nothing against it",
            "save": "Save",
            "versions": "Versions",
            "back": "One step back",
        },
        "id": {
            "bad": "Kasih bintang lima",
            "good": "Tidak ada yang bermasalah",
            "save": "Simpan",
            "versions": "Versi",
            "back": "Kembali satu langkah",
        },
    }[language]
    with makegood(tmp_path) as world, phone(scripts=True, language=language) as page:
        page.set_viewport_size({"width": width, "height": 800})
        sign_in(page, world, language)
        path = f"{world.url}/shops/1/texts/receipt/{language}"
        page.goto(path)
        body, shipped = page.locator("[name=text]"), page.locator("[name=text]").input_value()

        body.fill(f"{shipped}\n{words['bad']}.")
        page.locator("[data-check] mark").first.wait_for()
        assert page.locator("[data-check] mark").first.inner_text() in words["bad"] + "."
        assert _fits(page, width) == []
        body.fill(f"{shipped}\nSalam.")
        page.locator("[data-check] .small", has_text=words["good"]).wait_for()

        page.get_by_role("button", name=words["save"], exact=True).click()
        page.get_by_role("link", name=words["versions"], exact=True).click()
        assert page.locator("ins").inner_text().strip() == "Salam."
        assert _fits(page, width) == []
        press(page, words["back"])
        page.goto(path)
        assert body.input_value() == shipped
