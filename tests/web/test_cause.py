"""The cause on the case page and in the API: shown with its words, corrected with one tap."""

from __future__ import annotations

import re

import requests

from service.operations.staff import tokens
from tests.web.pages import text_of
from tests.world import World


def _case(world: World, text: str) -> str:
    world.rate(1, text)
    world.work()
    return f"/cases/{world.case().reference}"


def test_page_says_what_it_is_about_and_by_which_words(world: World) -> None:
    answer = world.browser().get(_case(world, "Gelas <b>pecah</b> waktu sampai"))

    assert "About: arrived damaged" in text_of(answer)
    assert "<mark>pecah</mark>" in answer.text
    assert "<b>" not in re.sub(r"</?mark>", "", answer.text)


def test_one_tap_corrects(world: World) -> None:
    address, browser = _case(world, "Gelasnya pecah waktu sampai"), world.browser()

    answer = browser.post(f"{address}/cause", {"cause": "late"})

    assert answer.ok
    assert world.case().cause == "late"
    page = text_of(browser.get(address))
    assert "About: late as you said" in page
    assert "Cause corrected" in page


def test_another_word_is_refused_on_the_page(world: World) -> None:
    address, browser = _case(world, "Gelasnya pecah waktu sampai"), world.browser()

    answer = browser.post(f"{address}/cause", {"cause": "sad"})

    assert answer.status_code == 422
    assert world.case().cause == "damaged"


def test_unsure_is_said(world: World) -> None:
    page = text_of(world.browser().get(_case(world, "😡😡")))

    assert "About: unclear" in page


def test_page_is_indonesian(world: World) -> None:
    address, browser = _case(world, "Gelasnya pecah waktu sampai"), world.browser()
    browser.post("/me/language", {"language": "id"})

    assert "Penyebab: rusak saat diterima" in text_of(browser.get(address))


def test_programs_are_told_the_cause(world: World) -> None:
    address = _case(world, "Gelasnya pecah waktu sampai")
    token = tokens.add_token(world.context, world.owner, "test")

    answer = requests.get(
        f"{world.url}/api/v1{address}", headers={"Authorization": f"Bearer {token}"}, timeout=10
    ).json()

    assert (answer["cause"], answer["cause_corrected"]) == ("damaged", False)
    assert answer["cause_read"]["name"] == "damaged"
    assert 0 < answer["cause_read"]["confidence"] <= 1
    assert answer["cause_read"]["places"]
    assert all(
        0 <= start < end <= len(answer["text"]) for start, end in answer["cause_read"]["places"]
    )
