"""One box finds a case from any page; the list says who, which order and what about."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import select

from service.db.models import Case, Shop
from service.operations.cases.search import case_changed
from tests.operations.test_buyer_marks import _known_as
from tests.web.pages import text_of
from tests.world import World


@pytest.fixture(name="three")
def _three(world: World) -> World:
    for stars, words in ((1, "Tutupnya pecah"), (2, "Lama sekali sampainya"), (1, "Jelek")):
        world.rate(stars, words)
        world.work()
    return world


def _onward(page: str) -> str:
    """What the link to the next page asks for."""
    return html.unescape(re.findall(r'class="more"\s+href="/cases([^"]+)"', page)[0])


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
    onward = _onward(newest)

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


def _paid(world: World, *amounts: tuple[int, str]) -> list[str]:
    """The references of the cases, whose orders were paid with these minor units."""
    with world.context.database.transaction() as session:
        cases = session.scalars(select(Case).order_by(Case.id)).all()
        for case, (minor, currency) in zip(cases, amounts, strict=True):
            case.order = {**case.order, "paid": minor, "currency": currency}
        return [case.reference for case in cases]


def test_list_is_narrowed_and_sorted_by_what_was_paid(
    three: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    three.set_shop(automatic={"SGD": {"each": 1, "shop_day": 1, "buyer_day": 1}})
    first, second, third = _paid(three, (9_000_000, "IDR"), (25_900_000, "IDR"), (9_999, "SGD"))

    assert _rows(three, "?paid=90.000") == [first, second]
    assert _rows(three, "?paid=100rb&currency=IDR") == [second]
    assert _rows(three, "?paid=99&currency=SGD") == [third]
    monkeypatch.setattr("service.web.desk.case_list.PAGE", 1)
    page = three.browser().get("/cases?sort=dearest").text
    onward = _onward(page)
    assert second in page
    assert first not in page
    assert _rows(three, onward) == [first]


def test_money_that_cannot_be_read_stays_in_its_field_and_says_so(three: World) -> None:
    page = three.browser().get("/cases?paid=banyak&sort=dearest&after=1_2_3")

    assert 'value="banyak"' in page.text
    assert "“banyak” is not an amount" in text_of(page)


def test_case_leads_to_all_of_its_product(three: World) -> None:
    first, second, third = three.cases()
    with three.context.database.transaction() as session:
        session.get_one(Case, second.id).product_key = "1:other"
    page = three.browser().get(f"/cases/{first.reference}").text
    address = page.split("All cases of this product")[0].rsplit('href="/cases', 1)[1].split('"')[0]

    assert _rows(three, address) == [first.reference, third.reference]
    assert " selected>Electric kettle" in three.browser().get(f"/cases{address}").text


@pytest.mark.parametrize("typed", ["0812-3456-7890", "%2B62 812 3456 7890", "081234567890"])
def test_number_of_a_buyer_finds_their_cases_however_it_is_written(
    three: World, typed: str
) -> None:
    first, second, third = three.cases()
    _known_as(three, first, phone="+62 812-3456-7890")
    _known_as(three, second, phone="081234567890")
    _known_as(three, third, phone="081234567891")

    assert _rows(three, f"?q={typed}") == [first.reference, second.reference]
