"""The texts buyers get: changed by the owner, checked before they are saved, shipped again."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from service.db.models import Shop
from service.domain.messages.templates import TextKey
from tests.operations.steps import sell_to
from tests.web.pages import people, post_anyway, text_of
from tests.world import World

GOOD = {
    "id": ("Sudah beres, Kak {buyer}?", "Apakah {product} sudah beres? {answer_url}\n\n{shop}"),
    "en": ("All fine, {buyer}?", "Is {product} all right now? {answer_url}\n\n{shop}"),
}


@dataclass(frozen=True)
class Bad:
    """A sentence nobody may be sent, and a word of the advice in that language."""

    key: str
    language: str
    text: str
    advice: str


BAD = [
    Bad("update_invitation_no_link", "en", "Please change your review to five stars.", "stars"),
    Bad("update_invitation_no_link", "id", "Tolong ubah ulasan Kakak jadi bintang 5.", "bintang"),
    Bad("update_invitation_no_link", "en", "If you change your review we send a voucher.", "given"),
    Bad("update_invitation_no_link", "id", "Mohon hapus ulasan Kakak.", "dihapus"),
    Bad("resolution_check", "en", "Solved? {answer_url} Rate us well in your review.", "review"),
    Bad("resolution_check", "id", "Sudah beres?", "{answer_url}"),
    Bad("confirmation_voucher", "en", "Here: {code} until {expires}, {amount}. {price}", "{price}"),
    Bad("confirmation_refund", "id", "Dana {amount} kembali. {amount", "kurung"),
]


def _address(key: str, language: str) -> str:
    return f"/shops/1/texts/{key}/{language}"


def _own(world: World) -> dict[str, object]:
    with world.context.database.reading() as session:
        return dict(session.get_one(Shop, world.shop_id).texts)


def _form(subject: str, text: str) -> dict[str, str]:
    return {"subject": subject, "text": text}


@pytest.mark.parametrize("language", ["id", "en"])
def test_buyer_gets_the_changed_text_when_it_was_saved(world: World, language: str) -> None:
    world.set_shop(language=language, follow_ups={"resolution_check_hours": 0, "opens": "00:00"})
    browser = world.browser()

    saved = browser.post(_address("resolution_check", language), _form(*GOOD[language]))

    assert "Saved. Buyers get this text from now on." in text_of(saved)
    shipped = [key.value for key in TextKey if key.value not in _own(world)]
    assert len(shipped) == len(TextKey) - 1


@pytest.mark.parametrize("bad", BAD, ids=lambda each: f"{each.key}-{each.language}-{each.advice}")
def test_bad_text_is_not_saved_and_nothing_typed_is_lost(world: World, bad: Bad) -> None:
    browser = world.browser()
    browser.post("/me/language", {"language": bad.language})

    refused = browser.post(_address(bad.key, bad.language), _form("Halo {buyer}", bad.text))

    assert refused.status_code == 422
    assert bad.text in text_of(refused)
    assert bad.advice in text_of(refused).replace(bad.text, "")
    assert _own(world) == {}


def test_sample_is_shown_and_nothing_saved_when_trying(world: World) -> None:
    tried = world.browser().post(
        f"{_address('confirmation_refund', 'id')}/try", _form("Dana {amount}", "{amount} kembali.")
    )

    assert "Rp36.500 kembali." in text_of(tried)
    assert _own(world) == {}


def test_shipped_text_is_used_again_when_the_owner_goes_back(world: World) -> None:
    browser, address = world.browser(), _address("resolution_check", "en")
    browser.post(address, _form(*GOOD["en"]))

    browser.post(f"{address}/ship", {})

    assert _own(world) == {}
    assert "Is everything all right now?" in browser.get(address).text


def test_text_that_was_saved_is_what_the_buyer_reads(world: World) -> None:
    own = {"receipt": {"id": {"subject": "Halo", "text": "Maaf, Kak {buyer}: {product}.\n"}}}
    world.set_shop(texts=own, follow_ups={"opens": "00:00", "closes": "23:59"})

    world.rate(1)
    world.work()

    assert "Maaf, Kak Sari: Electric kettle." in world.ledger()["messages"][0]["text"]


def test_only_the_owner_reaches_the_texts(world: World) -> None:
    answers = [
        post_anyway(world.browser(each), _address("receipt", "id"), _form("Halo", "Halo {buyer}"))
        for role, each in people(world).items()
        if role != "owner"
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert _own(world) == {}


def test_text_saved_before_the_check_knew_better_is_marked_and_told_what_to_do(
    world: World,
) -> None:
    old = {"subject": "Ulasan Kakak", "text": "Kakak bisa memperbarui ulasannya: {edit_url}\n"}
    world.set_shop(texts={"update_invitation": {"id": old}})
    browser = world.browser()

    overview = text_of(browser.get("/shops/1/texts"))
    page = text_of(browser.get(_address("update_invitation", "id")))

    assert "not sent: open it to see why" in overview
    assert "The placeholder {invitation} is missing in the text." in page


def test_owner_chooses_how_the_sentence_that_names_the_review_sounds(world: World) -> None:
    browser, address = world.browser(), _address("update_invitation_no_link", "id")
    text = "Halo {buyer},\n\n{invitation}\n\nSalam, {shop}"

    saved = browser.post(address, {**_form("Kabar dari {shop}", text), "tone": "warm"})
    refused = browser.post(address, {**_form("Kabar dari {shop}", text), "tone": "loud"})

    assert "Baik atau kurang baik, kami senang mendengarnya" in text_of(saved)
    assert re.search(r'<input checked[^>]*value="warm"', saved.text)
    assert refused.status_code == 422
    assert "There is no such tone" in text_of(refused)
    assert _own(world)["update_invitation_no_link"]["id"]["tone"] == "warm"  # type: ignore[index]


def test_text_is_shown_with_a_real_case(world: World) -> None:
    order = sell_to(world, name="Rahmat", email="rahmat@example.test")
    world.rate(1, "Barang rusak", order)
    world.work()
    reference, browser = world.case().reference, world.browser()
    form = _form("Halo {buyer}", GOOD["id"][1])

    chosen = browser.press(
        _address("resolution_check", "id"),
        f"{_address('resolution_check', 'id')}/try",
        {**form, "case": reference},
    )
    unknown = browser.press(
        _address("resolution_check", "id"),
        f"{_address('resolution_check', 'id')}/try",
        {**form, "case": "MG-OTHER"},
    )

    assert "Halo Kak Rahmat" in text_of(chosen)
    assert f'<option selected value="{reference}">' in chosen.text
    assert "Halo Kak Sari" in text_of(unknown)
    assert _own(world) == {}
