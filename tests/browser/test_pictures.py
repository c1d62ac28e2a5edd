"""Pictures of a case in a real browser: they are seen, and no host but Makegood's is called for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import update

from integrations.sandbox.ledger import leave_review
from integrations.sandbox.seed import sell
from service.db.models import Review
from tests.browser.phone import WIDTH, makegood, phone, sign_in
from tests.browser.test_pages import SCROLLED
from tests.integrations.lines import served
from tests.integrations.test_pictures import HTML, sent
from tests.world import World

pytestmark = pytest.mark.browser

WIDE = 1280
SEEN = """() => [...document.querySelectorAll('main img')].map(
  one => [one.alt, one.complete && one.naturalWidth, one.getBoundingClientRect().width])"""
IN_ANOTHER_PLACE = """address => { const one = document.createElement('img');
  one.src = address; document.body.append(one); }"""


def _case(world: World, *more: str) -> str:
    """A case with the sandbox's photo, and photos that stand at other addresses."""
    order_id = sell(world.sandbox.ledger, 1, world.clock.now())[0]
    leave_review(world.sandbox.ledger, order_id, 1, "Pecah", world.clock.now(), photo=True)
    world.sandbox.sender.send_due()
    world.work()
    case = world.case()
    with world.context.database.transaction() as session:
        session.execute(update(Review).values(photos=[*(case.review.photos or ()), *more]))
    return f"{world.url}/cases/{case.reference}"


def _shown(page: Page) -> list[tuple[str, int, float]]:
    """What each picture says it is, how many pixels it has, and how wide it stands there."""
    for image in page.locator("main img").all():
        image.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    return [(alt, pixels, width) for alt, pixels, width in page.evaluate(SEEN)]


@pytest.mark.parametrize("width", [WIDTH, WIDE])
def test_pictures_are_seen_and_only_makegood_is_called(tmp_path: Path, width: int) -> None:
    with makegood(tmp_path) as world, phone(scripts=True) as page, served(sent(HTML)) as other:
        address = _case(world, f"{other.url}/2.jpg")
        sign_in(page, world)
        page.set_viewport_size({"width": width, "height": 780})
        called: list[str] = []
        page.on("request", lambda request: called.append(request.url))
        page.goto(address)

        shown = _shown(page)
        page.evaluate(IN_ANOTHER_PLACE, f"{other.url}/3.jpg")
        page.wait_for_load_state("networkidle")

        assert [(alt, pixels) for alt, pixels, _ in shown] == [
            ("Photo 1 of the review", 320),
            ("Photo 2 of the review", 160),
            ("Picture of Electric kettle", 320),
        ]
        # Two photos stand beside each other on a phone.
        first, second, product = (across for _, _, across in shown)
        assert first == second > 130
        assert product == 96
        assert page.evaluate(SCROLLED) <= width
        pictures = [url for url in called if "/pictures/" in url]
        assert len(pictures) == 3
        assert all(url.startswith(f"{address}/pictures/") for url in pictures)
        # What a page would call elsewhere, the browser refuses to.
        assert [asked.split(b" ")[1] for asked in other.asked] == [b"/2.jpg"]


def test_tap_opens_the_picture_large_or_says_why_not(tmp_path: Path) -> None:
    with makegood(tmp_path) as world, phone() as page, served(sent(HTML)) as other:
        address = _case(world, f"{other.url}/2.jpg")
        sign_in(page, world)
        page.goto(address)

        page.get_by_role("link", name="Photo 1 of the review").click()
        assert page.url == f"{address}/pictures/photo/1/large"
        assert page.locator("img").count() == 1
        page.goto(address)
        page.get_by_role("link", name="Photo 2 of the review").click()

        assert "The picture cannot be shown: it is no JPEG" in page.inner_text("main")
