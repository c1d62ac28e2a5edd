"""A seller sets up mail in the browser: what is wrong stands beside its field, mended it works."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from service.db.models import Connection
from tests.browser.phone import makegood, phone, press, sign_in
from tests.integrations.email import mailbox_server
from tests.integrations.email.mailbox_server import PASSWORD, Box
from tests.integrations.email.post_office import PostOffice, opened
from tests.world import World

pytestmark = pytest.mark.browser

SCROLLED = "() => document.documentElement.scrollWidth"
SAID = {
    "en": ("Connect and test", "Save and test", "has no folder Answers", "All of it works."),
    "id": (
        "Hubungkan dan tes",
        "Simpan dan tes",
        "Tidak ada folder Answers",
        "Semuanya berfungsi.",
    ),
}


IN_SIGHT = """one => { const at = one.getBoundingClientRect();
  return at.top >= 0 && at.bottom <= innerHeight && document.activeElement === one }"""
"""Whether a field can be seen without scrolling, and typed into."""


def _fill(page: Page, **entries: str) -> None:
    for name, value in entries.items():
        field = page.locator(f"[name={name}]")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def _newest(world: World) -> int:
    with world.context.database.reading() as session:
        return session.scalar(select(func.max(Connection.id))) or 0


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("width", [360, 1280])
def test_seller_mends_what_the_test_of_mail_found(
    tmp_path: Path, width: int, language: str
) -> None:
    connect, save, wrong, works = SAID[language]
    with (
        makegood(tmp_path) as world,
        opened(PostOffice()) as office,
        mailbox_server.opened(Box({})) as box,
        phone(scripts=True, language=language) as page,
    ):
        page.set_viewport_size({"width": width, "height": 800})
        sign_in(page, world, language)
        page.goto(f"{world.url}/shops/{world.shop_id}/connect/email")
        page.locator("details summary").last.click()
        _fill(
            page,
            from_address="care@shop.example",
            host="127.0.0.1",
            port=str(office.port),
            security="none",
            imap_host="127.0.0.1",
            imap_port=str(box.port),
            imap_username="care",
            imap_password=PASSWORD,
            imap_folder="Answers",
        )
        press(page, connect)

        beside = page.locator("#imap_folder-wrong")
        expect(beside).to_be_visible()
        assert wrong in beside.inner_text()
        assert page.evaluate(SCROLLED) <= width

        _fill(page, imap_folder="")
        press(page, save)
        expect(page.get_by_text(works)).to_be_visible()
        world.clock.move(minutes=1)
        world.work()
        page.goto(f"{world.url}/connections/{_newest(world)}")
        assert page.evaluate(SCROLLED) <= width


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    ("provider", "wrong"), [("zoho", "from_address"), ("microsoft365", "client_id")]
)
def test_page_shows_the_wrong_field_of_a_preset_at_once(
    tmp_path: Path, provider: str, wrong: str, width: int, language: str
) -> None:
    connect, *_ = SAID[language]
    sender = "care" if wrong == "from_address" else "care@shop.example"
    with makegood(tmp_path) as world, phone(language=language) as page:
        page.set_viewport_size({"width": width, "height": 800})
        sign_in(page, world, language)
        page.goto(f"{world.url}/shops/{world.shop_id}/connect/email")
        _fill(page, provider=provider, from_address=sender)
        press(page, connect)

        expect(page.locator(f"#{wrong}-wrong")).to_be_visible()
        assert page.locator(f"[name={wrong}]").evaluate(IN_SIGHT)
        assert page.locator("[autofocus]").count() == 1
        assert page.evaluate(SCROLLED) <= width
