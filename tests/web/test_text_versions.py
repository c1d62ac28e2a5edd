"""Versions of a text to buyers, and its check while it is typed."""

from __future__ import annotations

import html
import re

import pytest
import requests

from integrations.sentence import Text
from service.db.models import Shop, TextVersion
from service.domain.errors import NotFound, NotPermitted, WrongInput
from service.domain.messages.templates import MessageText
from service.domain.messages.text_changes import changes
from service.domain.messages.text_check import LONGEST_TEXT
from service.domain.staff.authority import SellerRole
from service.operations.messages import custom_texts
from tests.web.pages import people, text_of
from tests.world import World

PATH = "/shops/1/texts/resolution_check/en"
FIRST = MessageText("All fine?", "Is {product} all right now? {answer_url}")
SECOND = MessageText("All fine?", "Is {product} all right by now? {answer_url}")


def _save(world: World, text: MessageText) -> None:
    custom_texts.save_text(
        world.context, world.shop_id, "resolution_check", "en", text, actor=world.owner
    )


def _used(world: World) -> str:
    with world.context.database.reading() as session:
        shop = session.get_one(Shop, world.shop_id)
        return custom_texts.text_of(shop, "resolution_check", "en").text.strip()


def _numbers(world: World) -> list[tuple[int, str]]:
    with world.context.database.reading() as session:
        rows = session.query(TextVersion).order_by(TextVersion.number)
        return [(row.number, row.actor) for row in rows]


def _marked(answer: requests.Response) -> list[str]:
    return [html.unescape(letters) for letters in re.findall(r"<mark>(.*?)</mark>", answer.text)]


def test_versions_say_who_changed_what_and_lead_one_step_back(world: World) -> None:
    shipped = _used(world)
    _save(world, FIRST)
    world.clock.move(hours=1)
    _save(world, SECOND)
    browser = world.browser()

    page = browser.get(f"{PATH}/versions")

    assert _numbers(world) == [(1, "makegood"), (2, str(world.owner)), (3, str(world.owner))]
    assert "<ins>by </ins>" in page.text
    assert "Version 3 in use owner ·" in text_of(page)
    browser.post(f"{PATH}/versions/2/restore", {})
    assert _used(world) == FIRST.text
    browser.post(f"{PATH}/versions/1/restore", {})
    assert _used(world) == shipped
    assert [number for number, _ in _numbers(world)] == [1, 2, 3, 4, 5]
    with world.context.database.reading() as session:
        assert session.get_one(Shop, world.shop_id).texts == {}


def test_same_text_again_makes_no_version(world: World) -> None:
    for _ in range(2):
        _save(world, FIRST)
    ship = custom_texts.ship_text
    for _ in range(2):
        ship(world.context, world.shop_id, "resolution_check", "en", world.owner)

    assert [number for number, _ in _numbers(world)] == [1, 2, 3]


def test_version_that_the_check_refuses_by_now_is_not_used_again(world: World) -> None:
    _save(world, FIRST)
    bad = {"subject": "Hi", "text": "Give us five stars. {answer_url}", "tone": "plain"}
    with world.context.database.transaction() as session:
        session.query(TextVersion).filter_by(number=2).update({"text": bad})
    custom_texts.ship_text(world.context, world.shop_id, "resolution_check", "en", world.owner)

    refused = world.browser().post(f"{PATH}/versions/2/restore", {})

    assert refused.status_code == 422
    assert "Do not name stars" in text_of(refused)
    assert len(_numbers(world)) == 3


def test_only_owners_go_back_to_a_version_and_only_to_one_that_is(world: World) -> None:
    _save(world, FIRST)
    agent = people(world)[SellerRole.AGENT]
    restore = custom_texts.restore_text

    with pytest.raises(NotPermitted):
        restore(world.context, world.shop_id, "resolution_check", "en", 1, actor=agent)
    for key, number in (("resolution_check", 9), ("receipt", 1)):
        with pytest.raises(NotFound):
            restore(world.context, world.shop_id, key, "en", number, actor=world.owner)


@pytest.mark.parametrize(
    ("text", "words", "better"),
    [
        ("Please give us 5 stars! {answer_url}", "stars!", "Leave the rating to the buyer: “"),
        ("Mohon ubah ulasan Kakak. {answer_url}", "ulasan", "Write instead: “"),
        ("Please leave a r3view. {answer_url}", "r3view.", "Write instead: “"),
    ],
)
def test_check_marks_what_is_refused_and_says_what_is_better(
    world: World, text: str, words: str, better: str
) -> None:
    answer = world.browser().post(f"{PATH}/check", {"subject": "Hi", "text": text})

    assert answer.status_code == 200
    assert words in _marked(answer)
    assert better in text_of(answer)
    assert _numbers(world) == []


def test_check_counts_words_and_has_nothing_against_a_good_text(world: World) -> None:
    answer = world.browser().post(f"{PATH}/check", {"subject": "Hi", "text": FIRST.text})

    assert _marked(answer) == []
    assert "The check has nothing against it." in text_of(answer)
    assert f"6 words, {len(FIRST.text)} letters" in text_of(answer)
    short = world.browser().post(f"{PATH}/check", {"subject": "Hi", "text": "a"})
    assert "1 word, 1 letter" in text_of(short)


def test_text_that_is_too_long_is_refused_before_it_is_read(world: World) -> None:
    long = MessageText("Hi", "stars " * LONGEST_TEXT)
    with pytest.raises(WrongInput) as refused:
        _save(world, long)

    (problem,) = refused.value.fields["text"]
    assert isinstance(problem, Text)
    assert "10000 letters at most" in str(problem)


def test_changes_turn_the_older_text_into_the_newer() -> None:
    older, newer = "Halo Kak,\nbarangnya kami kirim ulang.", "Halo Kak,\nbarangnya kami ganti."
    pieces = changes(older, newer)

    assert "".join(piece.letters for piece in pieces if piece.change != "new") == older
    assert "".join(piece.letters for piece in pieces if piece.change != "gone") == newer
    assert [piece.letters for piece in pieces if piece.change == "new"] == ["ganti."]
    assert changes("", "") == []


def test_a_text_that_was_never_changed_has_no_versions(world: World) -> None:
    page = world.browser().get(f"{PATH}/versions")
    assert page.status_code == 200
    assert "/restore" not in page.text
