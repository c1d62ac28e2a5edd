"""One box finds a case from any page; the list says who, which order and what about."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.db.models import Case, Shop
from service.operations.cases.search import case_changed
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


@pytest.mark.parametrize("typed", ["J%26T Express", "jnt", "j%26t express", "J T"])
def test_list_is_narrowed_by_courier_however_it_is_typed(three: World, typed: str) -> None:
    """Order 1, 2 and 3 of the sandbox go by J&T, SiCepat and JNE."""
    browser = three.browser()
    page = browser.get(f"/cases?courier={typed}").text

    assert _rows(three, f"?courier={typed}") == [three.cases()[0].reference]
    assert 'value="J&amp;T Express" list="couriers"' in page
    assert _rows(three, "?courier=Kurir+Toko") == []


def _numbered_alike(world: World) -> list[Case]:
    """Three cases: of the order SB-1, of another with a reference that goes on like its number, and of
    the order SB-10."""
    with world.context.database.transaction() as session:
        first, second, third = session.scalars(select(Case).order_by(Case.id))
        first.order = {**first.order, "number": "SB-1"}
        second.reference = "MG-1AAAAAAA"
        third.order = {**third.order, "number": "SB-10"}
        for case in (first, second, third):
            case_changed(session, case)
    return world.cases()


@pytest.mark.parametrize("typed", ["SB-1", "sb-1", " SB-1 ", "%23SB-1"])
def test_a_number_finds_its_order_alone(three: World, typed: str) -> None:
    first, _second, _third = _numbered_alike(three)

    assert _rows(three, f"?q={typed}") == [first.reference]


def test_what_is_no_whole_number_finds_all_that_begin_so(three: World) -> None:
    first, second, third = _numbered_alike(three)

    assert _rows(three, "?q=mg-1aaaaaaa") == [second.reference]
    assert _rows(three, "?q=MG-1A") == [second.reference]
    assert _rows(three, "?q=SB-10") == [third.reference]
    assert _rows(three, "?q=sb") == [first.reference, second.reference, third.reference]
    assert _rows(three, "?q=SB-1+pecah") == [first.reference]


def test_number_of_a_shop_one_may_not_see_hides_nothing(three: World) -> None:
    _first, second, third = _numbered_alike(three)
    with three.context.database.transaction() as session:
        other = Shop(
            **{
                column.key: getattr(session.get_one(Shop, three.shop_id), column.key)
                for column in Shop.__table__.columns
                if column.key != "id"
            }
        )
        session.add(other)
        session.flush()
        session.get_one(Case, _first.id).shop_id = other.id

    assert _rows(three, "?q=SB-1") == [second.reference, third.reference]


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
