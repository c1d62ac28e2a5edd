"""The thread on the case page: what was said and heard, what will be said, and what sellers write."""

from __future__ import annotations

import re

import pytest

from service.domain.messages.kinds import Answer
from service.domain.staff.authority import BUYER, SellerRole
from service.operations.messages import answers
from tests.operations.steps import CHECK, RECEIPT, helped, message_of, rated, told, work_for
from tests.web.pages import form_of, people, post_anyway, text_of
from tests.world import World

WORDS = {"message": "new", "subject": "Soal teko", "text": "Halo Kak,\n\nBoleh kirim foto?"}
RUDE = {**WORDS, "text": "MAKANYA BACA DULU DESKRIPSINYA KAK!!!"}


def _page(world: World) -> str:
    return f"/cases/{world.case().reference}"


def _press(world: World, verb: str, form: dict[str, str]) -> str:
    answer = world.browser().press(_page(world), f"{_page(world)}/messages{verb}", form)
    return text_of(answer)


def test_thread_shows_all_that_was_said_and_heard_in_order(world: World) -> None:
    helped(world)
    work_for(world, 24 * 4)
    check = message_of(world, CHECK)
    answers.answer(
        world.context, check.id, BUYER, answer=Answer.SOLVED, stars=4, comment="Sudah, makasih"
    )

    page = text_of(world.browser().get(_page(world)))

    order = ["First answer", "Confirmation", "Question whether it is solved", "Sudah, makasih"]
    places = [page.index(words) for words in order]
    assert places == sorted(places)
    assert "handling 4 of 5" in page
    assert "Terima kasih" in page


def test_planned_message_shows_what_it_will_say_without_the_buyers_links(world: World) -> None:
    helped(world)

    answer = world.browser().get(_page(world))

    assert "Kami ingin tahu, apakah masalah dengan Electric kettle sudah beres" in text_of(answer)
    assert "/b/answer/" not in answer.text


def test_seller_writes_to_the_buyer_from_the_case(world: World) -> None:
    rated(world)
    shown = world.browser().get(_page(world))

    page = _press(world, "/send", WORDS)
    world.work()

    assert form_of(shown)["subject"] == "Soal Electric kettle"
    assert re.search(r'<textarea name="text"[^>]*>\s*Halo Kak Sari,', shown.text)
    assert "The message goes out now." in page
    assert told(world)[-1] == "Soal teko"


def test_draft_is_kept_changed_and_released(world: World) -> None:
    rated(world)
    kept = _press(world, "", WORDS)
    draft = world.case().messages[-1]

    changed = _press(world, f"/{draft.id}/change", {"subject": "Soal teko", "text": "Foto ya Kak"})
    waits = text_of(world.browser().get("/"))
    _press(world, f"/{draft.id}/release", {})
    world.work()

    assert "The draft is kept." in kept
    assert "The message is changed." in changed
    assert "Read a draft" in waits
    assert world.ledger()["messages"][-1]["text"].startswith("Foto ya Kak")


def test_refused_words_stand_there_as_typed_with_what_is_wrong(world: World) -> None:
    rated(world)
    bad = {**WORDS, "text": "Tolong ubah ulasannya jadi bintang 5 ya kak"}

    answer = world.browser().press(_page(world), f"{_page(world)}/messages/send", bad)

    assert answer.status_code == 422
    assert bad["text"] in answer.text
    assert "Do not name stars" in text_of(answer)
    assert "I have read this" not in answer.text
    assert f'action="{_page(world)}/close"' in answer.text
    assert len(told(world)) == 1


def test_hurting_words_are_sent_once_their_advice_was_read(world: World) -> None:
    rated(world)

    first = _press(world, "/send", RUDE)
    second = _press(world, "/send", {**RUDE, "confirmed": "yes"})
    world.work()

    assert "I have read this" in first
    assert "The message goes out now." in second
    assert RUDE["text"] in world.ledger()["messages"][-1]["text"]


def test_message_of_another_case_is_not_touched(world: World) -> None:
    rated(world)
    other = world.case().messages[0].id
    world.rate(1, "Rusak juga")
    world.work()
    path = f"/cases/{world.cases()[-1].reference}/messages/{other}/change"

    assert post_anyway(world.browser(), path, WORDS).status_code == 404


def test_viewer_sees_the_thread_and_writes_nothing(world: World) -> None:
    rated(world)
    viewer = world.browser(people(world)[SellerRole.VIEWER])

    page = viewer.get(_page(world)).text
    answer = post_anyway(viewer, f"{_page(world)}/messages/send", WORDS)

    assert "Read it" in page
    assert "Write to the buyer" not in page
    assert answer.status_code == 403
    assert len(told(world)) == 1


@pytest.mark.parametrize("choice", ["draft", "off"])
def test_owner_chooses_what_becomes_of_first_answers(world: World, choice: str) -> None:
    path = f"/shops/{world.shop_id}/first-answer"
    before = form_of(world.browser().get(path))

    world.browser().post(path, {**before, "first_answer": choice})
    rated(world)

    assert before == {**before, "first_answer": "automatic", "most_an_hour": "30"}
    assert told(world) == []
    assert [message.state for message in world.case().messages] == (
        ["draft"] if choice == "draft" else []
    )


def test_wrong_settings_stand_there_as_typed(world: World) -> None:
    path = f"/shops/{world.shop_id}/first-answer"
    before = form_of(world.browser().get(path))

    answer = world.browser().post(path, {**before, "most_an_hour": "viele"})

    assert (answer.status_code, "viele" in answer.text) == (422, True)
    assert "from 1" in text_of(answer)


def test_outdated_text_of_the_shop_is_shown_as_unsendable(world: World) -> None:
    world.set_shop(
        answering={"first_answer": "draft"},
        texts={"receipt": {"id": {"subject": "Halo", "text": "Tolong ubah ulasannya ya kak."}}},
    )
    rated(world)

    page = text_of(world.browser().get(_page(world)))

    assert message_of(world, RECEIPT).state == "draft"
    assert "This text cannot be used" in page


def test_owner_sets_the_hours_in_which_complaints_are_looked_at(world: World) -> None:
    path = f"/shops/{world.shop_id}/first-answer"
    page = world.browser().get(path)
    hours = {"look_within_hours": "2", "works_1": "", "closed": "2026-11-25\n2026-12-31"}

    saved = world.browser().post(path, {**form_of(page), **hours})
    rated(world)

    assert "Hari Raya Idul Fitri" in page.text
    assert "Saved." in text_of(saved)
    # Tuesday is a day of rest now, Wednesday an own one.
    assert "Kamis, 26 November pukul 11.00 WIB" in world.ledger()["messages"][-1]["text"]
