"""What is entered at a button of a case, or of a page of the shop: wrong entries stand beside their
field as they were typed, and change nothing."""

from __future__ import annotations

import pytest

from tests.web.pages import form_of, text_of
from tests.world import Browser, World

TOO_LONG = "panjang " * 100
BUTTONS = "Press one of the buttons of the page."


@pytest.fixture(name="desk")
def _desk(world: World) -> Browser:
    world.rate(1, "Barang rusak")
    world.work()
    return world.browser()


@pytest.mark.parametrize("verb", ["decline", "close", "do-not-contact"])
def test_reason_that_is_too_long_is_refused_beside_it(
    world: World, desk: Browser, verb: str
) -> None:
    before = world.case().state

    answer = desk.post(f"/cases/{world.case().reference}/{verb}", {"reason": TOO_LONG})

    assert answer.status_code == 422
    assert '<span\n  class="wrong">Write at most 500 letters.</span>' in answer.text
    assert TOO_LONG in answer.text
    assert world.case().state == before


@pytest.mark.parametrize(
    ("verb", "form"),
    [
        ("approve", {"number": "x"}),
        ("approve", {"number": "0", "proposal": "9" * 5000}),
        ("offer", {"proposal": "²"}),
        ("close", {"root_cause": "nobody"}),
        ("preference", {"profile": "nobody"}),
        ("cause", {"cause": "nobody"}),
        ("thank", {}),
    ],
)
def test_what_no_button_says_gives_the_page_again(
    world: World, desk: Browser, verb: str, form: dict[str, str]
) -> None:
    before = world.case().state

    answer = desk.post(f"/cases/{world.case().reference}/{verb}", form)

    assert answer.status_code == 422
    assert BUTTONS in text_of(answer)
    assert "Barang rusak" in text_of(answer)
    assert world.case().state == before


def test_person_who_is_none_is_refused_beside_the_list_and_the_words_stay(
    world: World, desk: Browser
) -> None:
    form = {"to": "nobody", "reason": "Mohon cek"}

    answer = desk.post(f"/cases/{world.case().reference}/hand-over", form)

    assert answer.status_code == 422
    assert "Choose somebody who may decide in this shop." in text_of(answer)
    assert "Mohon cek" in answer.text
    assert world.case().assignee_id is None


def test_working_hours_are_refused_beside_their_field(world: World) -> None:
    browser = world.browser()
    address = f"/shops/{world.shop_id}/first-answer"
    wrong = {"opens_0": "kapan", "closed": "besok", "first_answer": "none"}

    answer = browser.post(address, {**form_of(browser.get(address)), **wrong})

    assert answer.status_code == 422
    said = text_of(answer)
    for sentence in ("Enter the time as 09:00.", "Enter the day as 2026-11-24."):
        assert sentence in said
    assert "Choose what the first answer is." in said
    assert wrong["closed"] in form_of(answer)["closed"]
