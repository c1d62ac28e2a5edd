"""The shipped texts, the check before saving, and filling in."""

from __future__ import annotations

import pytest

from integrations.contract import Action
from service.domain.errors import WrongInput
from service.domain.messages.kinds import Step
from service.domain.messages.policy_data import Duty
from service.domain.messages.templates import (
    LANGUAGES,
    REQUIRED,
    MessageText,
    TextKey,
    check_text,
    default_text,
    language_for,
    render,
    text_key,
    to_html,
)

VALUES = {
    "buyer": "Sri",
    "shop": "Toko Daun",
    "product": "Blue cup",
    "answer_url": "https://shop.example/a/1",
    "edit_url": "https://shop.example/e/1",
    "stop_url": "https://shop.example/s/1",
    "code": "mg-7f3k2qx9-1",
    "amount": "Rp50.000",
    "expires": "1 March 2027",
    "address": "Jalan Daun 1, Bandung",
}
BOTH = frozenset({Duty.STOP_LINK, Duty.POSTAL_ADDRESS})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", TextKey)
def test_a_shipped_text_passes_its_own_check(key: TextKey, language: str) -> None:
    check_text(key, default_text(key, language), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", TextKey)
def test_a_shipped_text_is_filled_in_when_all_values_are_given(key: TextKey, language: str) -> None:
    made = render(key, default_text(key, language), VALUES, language, duties=BOTH)

    assert "{" not in made.subject + made.text + made.html
    assert VALUES["stop_url"] in made.text
    assert VALUES["address"] in made.text
    for name in REQUIRED[key]:
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
    text = MessageText("Your review", f"Update it here {{edit_url}}. {{{name}}}")

    with pytest.raises(WrongInput, match=rf"\{{{name}\}} is not known"):
        check_text(TextKey.UPDATE_INVITATION, text, "en")


@pytest.mark.parametrize("words", ["Rp 50.000", "10 %", "5€", "voucher", "kupon", "refunded"])
def test_an_invitation_is_refused_when_it_names_an_amount_or_make_good(words: str) -> None:
    text = MessageText("Your review", f"You had {words}. Update it if you like: {{edit_url}}")

    with pytest.raises(WrongInput, match="no amount, no code and no make-good"):
        check_text(TextKey.UPDATE_INVITATION, text, "en")


@pytest.mark.parametrize(
    ("key", "body"),
    [
        (TextKey.CONFIRMATION_RESEND, "About your review: it is sent again."),
        (TextKey.RESOLUTION_CHECK, "You wrote a review. Is it solved? {answer_url}"),
    ],
)
def test_a_message_about_the_make_good_is_refused_when_it_speaks_of_reviews(
    key: TextKey, body: str
) -> None:
    with pytest.raises(WrongInput, match="do not speak of reviews"):
        check_text(key, MessageText("Hello", body), "en")


def test_every_problem_is_listed_when_a_text_has_several() -> None:
    text = MessageText("", "Delete your review and give 5 stars {nonsense} {")

    with pytest.raises(WrongInput) as caught:
        check_text(TextKey.RESOLUTION_CHECK, text, "en")

    problems = caught.value.fields["text"]
    assert isinstance(problems, list)
    assert len(problems) == 7


def test_a_stored_text_is_checked_again_when_it_is_sent() -> None:
    with pytest.raises(WrongInput, match="Delete your review"):
        render(TextKey.RECEIPT, MessageText("Hi", "Delete your review"), VALUES, "en")


def test_a_product_name_is_no_wording_when_it_names_stars() -> None:
    key = TextKey.RECEIPT

    made = render(key, default_text(key, "en"), {**VALUES, "product": "5 stars lamp"}, "en")

    assert "5 stars lamp" in made.text


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


def test_markup_is_escaped_and_links_work_when_html_is_made() -> None:
    made = to_html('Hi <b>"you"</b>\n\nSee https://x.example/?a=1&b=2.\nBye')

    assert made == (
        "<p>Hi &lt;b&gt;&quot;you&quot;&lt;/b&gt;</p>\n"
        '<p>See <a href="https://x.example/?a=1&amp;b=2">https://x.example/?a=1&amp;b=2</a>.<br>\n'
        "Bye</p>\n"
    )


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
    ("step", "action", "edit_link", "key"),
    [
        (Step.RECEIPT, None, False, TextKey.RECEIPT),
        (Step.CONFIRMATION, Action.VOUCHER, False, TextKey.CONFIRMATION_VOUCHER),
        (Step.RESOLUTION_CHECK, Action.REFUND, True, TextKey.RESOLUTION_CHECK),
        (Step.UPDATE_INVITATION, None, True, TextKey.UPDATE_INVITATION),
        (Step.UPDATE_INVITATION, None, False, TextKey.UPDATE_INVITATION_NO_LINK),
    ],
)
def test_the_text_is_chosen_when_a_step_is_due(
    step: Step, action: Action | None, edit_link: bool, key: TextKey
) -> None:
    assert text_key(step, action, edit_link=edit_link) is key


def test_there_is_no_confirmation_when_nothing_was_carried_out() -> None:
    with pytest.raises(WrongInput):
        text_key(Step.CONFIRMATION)
