"""A seller and a buyer on a phone: real Chromium, 360 px wide, scripts off."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.phone import makegood, phone, press, sign_in, tab_to, told
from tests.world import World

pytestmark = pytest.mark.browser


def _approve_refund(page: Page, world: World) -> None:
    page.goto(f"{world.url}/")
    page.get_by_role("link", name="Electric kettle").click()
    press(page, "Approve: Refund")
    assert "Approved. It is carried out now." in told(page)
    world.work()


def _shop_did(page: Page, world: World) -> str:
    page.goto(f"{world.url}/sandbox/done")
    return page.inner_text("body")


def _answer_solved(page: Page, world: World) -> None:
    page.goto(f"{world.url}/sandbox/mailbox")
    page.locator("a[href*='/b/answer/']").first.click()
    page.get_by_label("Ya, sudah beres").check()
    page.get_by_label("5 dari 5").check()
    page.get_by_label("Ada hal lain?").fill("Cepat, terima kasih")
    press(page, "Kirim")
    assert "Jawabannya sudah kami terima" in told(page)
    world.work()


def _raise_rating(page: Page, world: World) -> None:
    page.goto(f"{world.url}/sandbox/mailbox")
    page.locator("a[href*='/sandbox/orders/']").first.click()
    page.get_by_role("combobox", name="Stars").select_option("5")
    page.get_by_label("Text").fill("Masalah selesai")
    press(page, "Send review")
    world.sandbox.sender.send_due()
    world.work()


def test_low_rating_is_made_good_and_recovers_when_walked_on_a_phone(tmp_path: Path) -> None:
    with makegood(tmp_path) as world, phone() as page:
        world.rate(1, "Barang datang pecah")
        world.work()
        sign_in(page, world)
        assert "Barang datang pecah" in told(page)

        _approve_refund(page, world)
        assert "Refund IDR 259,000.00" in _shop_did(page, world)
        _answer_solved(page, world)
        _raise_rating(page, world)

        page.goto(f"{world.url}/cases/{world.case().reference}")
        case = told(page)
        assert "rating raised" in case
        assert "Cepat, terima kasih" in case
        assert len(world.ledger()["made"]) == 1


def test_case_is_approved_when_only_keys_are_used(tmp_path: Path) -> None:
    with makegood(tmp_path) as world, phone() as page:
        world.rate(1, "Barang datang pecah")
        world.work()
        sign_in(page, world)

        tab_to(page, "Electric kettle")
        page.keyboard.press("Enter")
        page.wait_for_url("**/cases/MG-*")
        tab_to(page, "Approve: Send again")
        page.keyboard.press("Enter")
        page.get_by_role("status").wait_for()

        assert "Approved. It is carried out now." in told(page)
        world.work()
        assert [each["action"] for each in world.ledger()["made"]] == ["resend"]


def test_refused_change_keeps_what_was_typed_when_the_amount_is_too_high(tmp_path: Path) -> None:
    with makegood(tmp_path) as world, phone() as page:
        world.rate(1, "Barang datang pecah")
        world.work()
        sign_in(page, world)
        page.get_by_role("link", name="Electric kettle").click()

        page.get_by_text("Change, then approve").click()
        page.get_by_label("Make-good").select_option("refund")
        page.get_by_label("Amount in IDR").fill("900.000")
        press(page, "Approve this instead")

        assert "Only IDR 259,000 of this order can still be refunded." in told(page).replace(
            "\u00a0", " "
        )
        assert page.get_by_label("Amount in IDR").input_value() == "900.000"
        assert page.get_by_label("Make-good").input_value() == "refund"
