"""Few stars for words that only praise: nothing goes by itself, and a person asks what happened."""

from __future__ import annotations

import pytest

from integrations.sandbox.ledger import add_order
from service.domain.complaints.causes import UNCLEAR
from service.domain.messages.first_answer import problem
from service.operations.cases import causes, confirm
from tests.operations.steps import KETTLE, RECEIPT, help_again, message_of, rated
from tests.web.pages import text_of
from tests.world import World

EVERYTHING = {"IDR": {"each": 10**9, "shop_day": 10**12, "buyer_day": 10**12}}
PRAISING = "Kualitas bagus sekali, cepat sampai, terima kasih kak 👍"


@pytest.fixture(autouse=True)
def _by_itself(world: World) -> None:
    """Whatever may go by itself does."""
    world.set_shop(automatic=EVERYTHING)


def test_automatic_limit_does_not_decide_it(world: World) -> None:
    rated(world, text=PRAISING)
    praised = world.case()
    rated(world, text="Kualitas jelek sekali")
    complained = world.cases()[-1]

    assert (praised.state, praised.make_goods, praised.cause) == ("awaiting_approval", [], UNCLEAR)
    assert [made_good.state for made_good in complained.make_goods] == ["done"]
    assert praised.messages == []


def test_page_says_it_in_both_languages(world: World) -> None:
    rated(world, text=PRAISING)
    browser, path = world.browser(), f"/cases/{world.case().reference}"

    english = text_of(browser.get(path))
    browser.post("/me/language", {"language": "id"})
    indonesian = text_of(browser.get(path))

    assert "The words of this review only praise, but its stars are few" in english
    assert "Ask the buyer what happened before you approve." in english
    assert "Kata-kata ulasan ini hanya memuji, tetapi bintangnya sedikit" in indonesian
    assert "Tanyakan dulu kepada pembeli apa yang terjadi" in indonesian


def test_first_answer_is_sorry_for_no_fault_that_nobody_told_of(world: World) -> None:
    rated(world, text=PRAISING)

    confirm.confirm(world.context, world.case().id, world.owner)
    world.work()

    said = str(world.ledger()["messages"][-1]["text"])
    assert message_of(world, RECEIPT).state == "sent"
    wordings = [problem("id", "other", turn) for turn in range(4)]
    assert any(words.replace("{product}", "Electric kettle") in said for words in wordings)


def test_complaint_written_later_takes_the_doubt_back(world: World) -> None:
    order_id = rated(world, text=PRAISING)

    world.rate(1, "Salah tulis, ternyata pecah", order_id)
    world.work()

    case = world.case()
    assert (case.doubt, case.cause, case.state) == (None, "damaged", "awaiting_approval")
    assert message_of(world, RECEIPT).state == "sent"


def test_other_doubts_stay_when_the_words_change(world: World) -> None:
    help_again(world, rated(world, text=PRAISING))
    with world.sandbox.ledger.write() as ledger:
        order_id = add_order(ledger, 1, KETTLE, world.clock.now())
    world.rate(1, PRAISING, order_id)
    world.work()
    assert "made good before" in str(world.cases()[-1].doubt)

    world.rate(1, "Salah tulis, ternyata pecah", order_id)
    world.work()

    doubt = str(world.cases()[-1].doubt)
    assert "made good before" in doubt
    assert "only praise" not in doubt


def test_praise_written_later_is_a_doubt_until_something_was_made_good(world: World) -> None:
    world.set_shop(automatic={})
    order_id = rated(world)
    world.rate(1, PRAISING, order_id)
    world.work()
    before = str(world.case().doubt)
    help_again(world, order_id)

    world.rate(1, "Mantap, terima kasih kak", order_id)
    world.work()

    assert "only praise" in before
    assert (world.case().doubt, world.case().state) == (None, "following_up")


def test_cause_that_a_person_told_leaves_no_doubt(world: World) -> None:
    world.set_shop(automatic={})
    order_id = rated(world)
    causes.correct(world.context, world.case().id, world.owner, "damaged")

    world.rate(1, PRAISING, order_id)
    world.work()

    assert (world.case().doubt, world.case().cause) == (None, "damaged")
