"""One box finds a case from any page; the list says who, which order and what about."""

from __future__ import annotations

import pytest

from tests.web.pages import text_of
from tests.world import World


@pytest.fixture(name="three")
def _three(world: World) -> World:
    for stars, words in ((1, "Tutupnya pecah"), (2, "Lama sekali sampainya"), (1, "Jelek")):
        world.rate(stars, words)
        world.work()
    return world


def _rows(world: World, query: str = "") -> list[str]:
    page = world.browser().get(f"/cases{query}").text
    return [case.reference for case in world.cases() if f"/cases/{case.reference}" in page]


def test_the_box_is_on_each_page_and_finds_a_case_by_its_order(three: World) -> None:
    first = three.cases()[0]
    browser = three.browser()

    assert 'name="q"' in browser.get("/").text
    page = text_of(browser.get("/cases?q=pecah"))

    assert first.order["number"] in page
    assert _rows(three, "?q=pecah") == [first.reference]


def test_the_list_is_narrowed_by_what_the_address_says(three: World) -> None:
    first, second, third = (case.reference for case in three.cases())

    assert _rows(three, "?stars=2") == [second]
    assert _rows(three, "?state=awaiting_approval&stars=1") == [first, third]
    assert _rows(three, "?state=closed") == []
    assert _rows(three, f"?cause={three.cases()[0].cause}&q=tutupnya") == [first]
    assert _rows(three, f"?shop={three.shop_id}") == [first, second, third]
    assert _rows(three, f"?shop={three.shop_id + 1}") == []


def test_pages_go_on_after_the_last_case_and_keep_the_search(
    three: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.web.desk.case_list.PAGE", 2)
    first, second, third = (case.reference for case in three.cases())
    newest = three.browser().get("/cases?q=sari").text
    onward = newest.split('class="more" href="')[1].split('"')[0].replace("&amp;", "&")

    assert _rows(three, "?q=sari") == [second, third]
    assert "q=sari" in onward
    assert _rows(three, onward) == [first]
    assert _rows(three, "?sort=oldest") == [first, second]


@pytest.mark.parametrize(
    "query",
    ["?q=%00", "?q=%22%27", "?stars=99", "?shop=" + "9" * 40, "?state=nonsense", "?after=-1"],
)
def test_an_address_nobody_made_breaks_nothing(three: World, query: str) -> None:
    assert three.browser().get(f"/cases{query}").status_code == 200
