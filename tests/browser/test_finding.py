"""Finding one case among many in a real browser: one search, whatever the seller has at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.phone import makegood, phone, sign_in, told

pytestmark = pytest.mark.browser
WORDS = "Gagangnya copot"


@pytest.mark.parametrize(("width", "language"), [(360, "id"), (1280, "en")])
def test_case_is_found_by_one_search(tmp_path: Path, width: int, language: str) -> None:
    with makegood(tmp_path) as world, phone(language=language) as page:
        page.set_viewport_size({"width": width, "height": 800})
        for number in range(8):
            world.rate(1, WORDS if number == 5 else "Barang datang pecah")
        world.work()
        (wanted,) = [case for case in world.cases() if case.review.text == WORDS]
        sign_in(page, world, language)

        for typed in (wanted.order["number"], "copot gagangnya", wanted.reference.lower()):
            page.get_by_role("searchbox").fill(typed)
            with page.expect_navigation():
                page.keyboard.press("Enter")

            links = page.locator("main a[href*='/cases/']").all()
            found = {link.get_attribute("href") for link in links}
            assert found == {f"/cases/{wanted.reference}"}
            assert WORDS in told(page)
