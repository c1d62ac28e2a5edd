"""The shipped texts, the check before saving, and filling in."""

from __future__ import annotations

import pytest

from integrations.remedies import REFUND, RESEND, VOUCHER, RemedyKind
from service.data import LANGUAGES
from service.domain.errors import WrongInput
from service.domain.messages.kinds import Step
from service.domain.messages.policy_data import Duty
from service.domain.messages.rendering import LONGEST_TITLE, render
from service.domain.messages.templates import (
    MessageText,
    TextKey,
    Tone,
    confirmation_of,
    default_text,
    language_for,
    naming_sentences,
    required,
    shipped,
    text_key,
    text_keys,
)
from service.domain.messages.text_check import check_text

VALUES = {
    "buyer": "Sri",
    "shop": "Toko Daun",
    "product": "Blue cup",
    "answer_url": "https://shop.example/a/1",
    "choose_url": "https://shop.example/c/1",
    "last_day": "31 December 2026",
    "edit_url": "https://shop.example/e/1",
    "stop_url": "https://shop.example/s/1",
    "code": "mg-7f3k2qx9-1",
    "amount": "Rp50.000",
    "expires": "1 March 2027",
    "address": "Jalan Daun 1, Bandung",
    "problem": "Maaf, {product} rusak.",
    "promise": "Kami periksa dulu.",
    "early_access": "Warna baru, hari Jumat.",
}
BOTH = frozenset({Duty.STOP_LINK, Duty.POSTAL_ADDRESS})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", text_keys())
def test_a_shipped_text_passes_its_own_check(key: str, language: str) -> None:
    check_text(key, default_text(key, language), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", text_keys())
def test_a_shipped_text_is_filled_in_when_all_values_are_given(key: str, language: str) -> None:
    made = render(key, default_text(key, language), VALUES, language, duties=BOTH)

    assert "{" not in made.subject + made.text
    assert VALUES["stop_url"] in made.text
    assert VALUES["address"] in made.text
    for name in required(key) - {"invitation"}:
        assert VALUES[name] in made.text


@pytest.mark.parametrize("name", ["shop", "answer_url"])
def test_the_missing_value_is_named_when_it_is_not_given(name: str) -> None:
    key = TextKey.RESOLUTION_CHECK
    values = {known: value for known, value in VALUES.items() if known != name}

    with pytest.raises(WrongInput, match=rf"\{{{name}\}} is missing"):
        render(key, default_text(key, "en"), values, "en")


@pytest.mark.parametrize(("language", "greeting"), [("en", "Hello there,"), ("id", "Halo Kak,")])
def test_a_neutral_word_stands_in_when_the_buyer_has_no_name(language: str, greeting: str) -> None:
    key = TextKey.RECEIPT

    made = render(key, default_text(key, language), {**VALUES, "buyer": " "}, language)

    assert made.text.startswith(greeting)


def test_an_unknown_placeholder_is_named_when_a_text_is_checked() -> None:
    with pytest.raises(WrongInput, match=r"\{rating\} is not known"):
        check_text(TextKey.RECEIPT, MessageText("Hello", "Your {rating}"), "en")


@pytest.mark.parametrize("name", ["amount", "code", "expires"])
def test_an_invitation_is_refused_when_it_holds_a_make_good_placeholder(name: str) -> None:
    text = MessageText("Your review", f"{{invitation}} {{edit_url}} {{{name}}}")

    with pytest.raises(WrongInput, match=rf"\{{{name}\}} is not known"):
        check_text(TextKey.UPDATE_INVITATION, text, "en")


@pytest.mark.parametrize("words", ["Rp 50.000", "10 %", "5€", "voucher", "kupon", "refunded"])
def test_an_invitation_is_refused_when_it_names_an_amount_or_make_good(words: str) -> None:
    text = MessageText("Hello", f"You had {words} from us. {{invitation}} {{edit_url}}")

    with pytest.raises(WrongInput, match="no amount, no code, no gift and no make-good"):
        check_text(TextKey.UPDATE_INVITATION, text, "en")


@pytest.mark.parametrize(
    ("key", "body"),
    [
        (confirmation_of(RESEND), "About your review: it is sent again."),
        (TextKey.RESOLUTION_CHECK, "You wrote a review. Is it solved? {answer_url}"),
    ],
)
def test_a_message_about_the_make_good_is_refused_when_it_speaks_of_reviews(
    key: str, body: str
) -> None:
    with pytest.raises(WrongInput, match="Do not speak of reviews"):
        check_text(key, MessageText("Hello", body), "en")


def test_every_problem_is_listed_when_a_text_has_several() -> None:
    text = MessageText("", "Delete your review and give us 5 stars {nonsense} {")

    with pytest.raises(WrongInput) as caught:
        check_text(TextKey.RESOLUTION_CHECK, text, "en")

    problems = caught.value.fields["text"]
    assert isinstance(problems, list)
    assert len(problems) == 5


def test_a_stored_text_is_checked_again_when_it_is_sent() -> None:
    with pytest.raises(WrongInput, match="Delete your review"):
        render(TextKey.RECEIPT, MessageText("Hi", "Delete your review"), VALUES, "en")


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Star projector lamp", True),
        ("Handuk hotel bintang 5", True),
        ("Syal batik", True),
        ("Give us 5 stars and get a voucher", False),
        ("Lampu tidur KASIH BINTANG 5 DAPAT HADIAH", False),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_product_has_a_neutral_name_when_its_title_would_be_refused(
    title: str, shown: bool, language: str
) -> None:
    key = TextKey.RECEIPT

    made = render(key, default_text(key, language), {**VALUES, "product": title}, language)

    assert (title in made.text) is shown
    assert (shipped(language)["fallbacks"]["product"] in made.text) is not shown


def test_a_title_with_an_amount_has_a_neutral_name_in_an_invitation() -> None:
    key = TextKey.UPDATE_INVITATION_NO_LINK

    made = render(key, default_text(key, "en"), {**VALUES, "product": "Voucher 50rb"}, "en")

    assert "Voucher 50rb" not in made.text + made.subject


def test_a_title_is_shortened_in_the_subject_only() -> None:
    title = "Syal batik tulis motif parang premium wanita pria dewasa katun halus adem jumbo"
    key = confirmation_of(RESEND)

    made = render(key, default_text(key, "id"), {**VALUES, "product": title}, "id")

    assert title in made.text
    assert made.subject.endswith("…")
    assert len(made.subject) <= LONGEST_TITLE + len("Kami kirim ulang …")


@pytest.mark.parametrize("name", ["Bintang", "Stella Star"])
def test_a_buyer_is_called_by_name_when_the_name_is_a_word_for_a_star(name: str) -> None:
    made = render(
        TextKey.RECEIPT, default_text(TextKey.RECEIPT, "id"), {**VALUES, "buyer": name}, "id"
    )

    assert made.text.startswith(f"Halo Kak {name},")


def test_a_name_that_asks_for_something_is_not_said() -> None:
    values = {**VALUES, "buyer": "kasih bintang 5 ya kak"}

    made = render(TextKey.RECEIPT, default_text(TextKey.RECEIPT, "id"), values, "id")

    assert made.text.startswith("Halo Kak,")


def test_a_shop_whose_name_asks_for_something_sends_nothing() -> None:
    values = {**VALUES, "shop": "Ubah ulasan dapat voucher"}

    with pytest.raises(WrongInput, match="shop's name reads like a request"):
        render(TextKey.RECEIPT, default_text(TextKey.RECEIPT, "id"), values, "id")


@pytest.mark.parametrize(
    ("name", "greeting"),
    [("Rina", "Halo Kak Rina,"), ("Kak Rina", "Halo Kak Rina,"), ("Bu Sari", "Halo Bu Sari,")],
)
def test_an_indonesian_buyer_is_addressed_once(name: str, greeting: str) -> None:
    for text in ("Halo {buyer},", "Halo Kak {buyer},"):
        made = render(TextKey.RECEIPT, MessageText("Halo", text), {**VALUES, "buyer": name}, "id")

        assert made.text.startswith(greeting)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tone", Tone)
@pytest.mark.parametrize("key", [TextKey.UPDATE_INVITATION, TextKey.UPDATE_INVITATION_NO_LINK])
def test_the_review_is_named_by_the_shipped_sentence_of_the_tone(
    key: str, tone: Tone, language: str
) -> None:
    text = MessageText("Halo", "{invitation}\n\n{edit_url}\n\nSalam, {shop}", tone)
    if key is TextKey.UPDATE_INVITATION_NO_LINK:
        text = MessageText("Halo", "{invitation}\n\nSalam, {shop}", tone)

    made = render(key, text, VALUES, language)

    said = naming_sentences(key, language)[tone].replace("{product}", VALUES["product"])
    assert said in made.text
    assert len(set(naming_sentences(key, language).values())) == len(Tone)


@pytest.mark.parametrize(
    "sentence",
    [
        "You can edit your review below.",
        "Ulasannya bisa diedit di bawah ini.",
        "Five would be fab.",
    ],
)
def test_an_invitation_is_refused_when_another_sentence_names_the_review(sentence: str) -> None:
    text = MessageText("Hello", f"Hello {{buyer}},\n\n{{invitation}} {{edit_url}}\n\n{sentence}")

    with pytest.raises(WrongInput):
        check_text(TextKey.UPDATE_INVITATION, text, "en")


def test_an_invitation_saved_before_there_were_tones_is_still_sent() -> None:
    text = MessageText(
        "Your review of {product}",
        "Dear {buyer},\n\nif you like, you can update your review of {product}, whatever you now"
        " think:\n\n{edit_url}\n\n{shop}",
    )

    made = render(TextKey.UPDATE_INVITATION, text, VALUES, "en")

    assert "you can update your review of Blue cup, whatever you now think:" in made.text


def test_two_harmless_halves_that_make_a_request_are_parted() -> None:
    text = MessageText("Hello", "You can edit {product} until tomorrow.")

    made = render(TextKey.RECEIPT, text, {**VALUES, "product": "Review"}, "en")

    assert "your order" in made.text


def test_a_value_cannot_break_the_subject_when_it_holds_a_line_break() -> None:
    text = MessageText("About {product}", "Hello {buyer}")

    made = render(TextKey.RECEIPT, text, {**VALUES, "product": "Cup\r\nBcc: x@example.org"}, "en")

    assert made.subject == "About Cup Bcc: x@example.org"


def test_a_value_is_not_filled_in_twice_when_it_looks_like_a_placeholder() -> None:
    text = MessageText("Hello", "Hello {buyer}")

    made = render(TextKey.RECEIPT, text, {**VALUES, "buyer": "{code}"}, "en")

    assert made.text == "Hello {code}\n"


def test_an_address_is_refused_when_it_is_no_web_address() -> None:
    key = TextKey.RESOLUTION_CHECK

    with pytest.raises(WrongInput, match="web address"):
        render(key, default_text(key, "en"), {**VALUES, "answer_url": "javascript:x"}, "en")


def test_the_stop_line_stands_once_when_the_text_has_its_own() -> None:
    text = MessageText("Hello", "Hello. Stop: {stop_url}")

    made = render(TextKey.RECEIPT, text, VALUES, "en", duties=frozenset({Duty.STOP_LINK}))

    assert made.text.count(VALUES["stop_url"]) == 1


def test_no_stop_line_stands_when_no_duty_asks_for_it() -> None:
    made = render(TextKey.RECEIPT, default_text(TextKey.RECEIPT, "en"), VALUES, "en")

    assert VALUES["stop_url"] not in made.text


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("id", "id"),
        ("id-ID", "id"),
        ("ID_id", "id"),
        ("in", "id"),
        ("en-GB", "en"),
        ("de", "en"),
        ("", "en"),
    ],
)
def test_the_nearest_language_is_taken_when_a_code_is_given(code: str, language: str) -> None:
    assert language_for(code) == language


@pytest.mark.parametrize("shop", ["id", "en"])
@pytest.mark.parametrize("code", ["de", "", "zh-Hant", "xx", "idx", "english"])
def test_the_shops_language_is_taken_when_there_is_no_text_in_the_buyers(
    code: str, shop: str
) -> None:
    assert language_for(code, shop) == shop


@pytest.mark.parametrize(
    ("step", "kind", "edit_link", "key"),
    [
        (Step.RECEIPT, None, False, TextKey.RECEIPT),
        (Step.CONFIRMATION, VOUCHER, False, confirmation_of(VOUCHER)),
        (Step.RESOLUTION_CHECK, REFUND, True, TextKey.RESOLUTION_CHECK),
        (Step.UPDATE_INVITATION, None, True, TextKey.UPDATE_INVITATION),
        (Step.UPDATE_INVITATION, None, False, TextKey.UPDATE_INVITATION_NO_LINK),
    ],
)
def test_the_text_is_chosen_when_a_step_is_due(
    step: Step, kind: RemedyKind | None, edit_link: bool, key: str
) -> None:
    assert text_key(step, kind, edit_link=edit_link) == key


def test_there_is_no_confirmation_when_nothing_was_carried_out() -> None:
    with pytest.raises(WrongInput):
        text_key(Step.CONFIRMATION)
