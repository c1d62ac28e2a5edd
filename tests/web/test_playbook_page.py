"""The playbook as forms: a rule comes out of its form as it went in, refusals stand beside their fields."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from service.db.models import Shop
from service.domain.remedies import playbook_file
from service.domain.remedies.playbook import Rule
from service.domain.remedies.ready_made import ReadyMade, ready_made
from service.operations.remedies import playbooks
from service.web.desk.forms import Rows
from service.web.desk.rule_forms import RuleForm
from tests.domain.playbooks import rules
from tests.web.pages import form_of, refusals_of, text_of
from tests.world import World

PATH = "/shops/1/playbook"
CURRENCIES = ("IDR", "EUR")
NEW = {
    "name_id": "Pecah di jalan",
    "causes": ["damaged"],
    "remedies-0-kind": "refund",
    "remedies-0-way": "percent",
    "remedies-0-percent": "50",
    "remedies-0-bounds-0-cap": "119.000",
}


def _kept(world: World) -> playbooks.Playbooks:
    with world.context.database.reading() as session:
        return playbooks.playbooks_of(session, session.get_one(Shop, 1))


def _typed(form: Any) -> list[tuple[str, str]]:
    """The fields of a form as a browser sends them."""
    sent: list[tuple[str, str]] = []
    for field in form:
        if isinstance(field, Rows):
            for row in field:
                sent += _typed(row.form)
        elif field.type == "BooleanField":
            sent += [(field.name, "y")] if field.data else []
        else:
            values = field.data if isinstance(field.data, list) else [field.data or ""]
            sent += [(field.name, value) for value in values]
    return sent


@settings(max_examples=40, deadline=None)
@given(rule=rules(CURRENCIES), data=st.data())
def test_rule_comes_out_of_its_form_as_it_went_in(rule: Rule, data: st.DataObject) -> None:
    """Also through a file between."""
    from flask_babel import Babel  # noqa: PLC0415 - of this test only

    app = Flask("forms")
    Babel(app)
    with app.test_request_context():
        shown = RuleForm.of(rule, CURRENCIES)
        shown.offer_products({})
        sent = RuleForm(MultiDict(_typed(shown)))
        sent.offer_products({})

        assert sent.validate(), [field.errors for field in sent]
    assert sent.rule == rule


def test_new_rule_is_a_draft_then_tried_then_in_effect(world: World) -> None:
    world.rate(1, "Gelasnya pecah")
    world.work()
    browser = world.browser()
    form = form_of(browser.get(f"{PATH}/rules/new"))

    answer = browser.post(f"{PATH}/rules/new", {**form, **NEW})

    assert "A draft, not in effect yet" in text_of(answer)
    assert "Rule “Pecah di jalan” is new." in text_of(answer)
    tried = browser.get(f"{PATH}/dry-run")
    assert "1 of 1 case would get a different proposal." in text_of(tried)
    assert f'href="/cases/{world.case().reference}"' in tried.text
    done = browser.post(f"{PATH}/put-in-effect", form_of(tried))
    assert "These rules are in effect now." in text_of(done)
    (first, *_rest) = _kept(world).in_effect.rules
    assert (first.name, first.remedies[0].cap) == ("Pecah di jalan", {"IDR": 11_900_000})


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"name_id": ""}, "name_en", "Give the rule a name."),
        ({"remedies-0-kind": ""}, "remedies-0-kind", "Choose what is given."),
        ({"remedies-0-kind": "gold"}, "remedies-0-kind", "Choose what is given."),
        ({"remedies-0-percent": "120"}, "remedies-0-percent", "whole number from 1 to 100"),
        (
            {"remedies-0-bounds-0-cap": ""},
            "remedies-0-bounds-0-cap",
            "Enter the most this may cost",
        ),
        (
            {"remedies-0-bounds-0-uncapped": "y"},
            "remedies-0-bounds-0-cap",
            "or tick that there is none: not both",
        ),
        ({"remedies-0-bounds-0-cap": "banyak"}, "remedies-0-bounds-0-cap", "is not an amount"),
        ({"remedies-0-bounds-0-cap": "0"}, "remedies-0-bounds-0-cap", "above zero"),
        ({"remedies-0-way": "fixed"}, "remedies-0-bounds-0-fixed", "Enter an amount."),
        ({"remedies-0-kind": "voucher"}, "remedies-0-expires_days", "whole number from 1 to 3650"),
        ({"min_stars": "4", "max_stars": "2"}, "max_stars", "Must not be lower than the first."),
        ({"earlier_cases_min": "x"}, "earlier_cases_min", "whole number"),
        ({"values-0-at_least": "x"}, "values-0-at_least", "is not an amount"),
        ({"countries": ["Indonesia"]}, "countries", "is no country code"),
        ({"chooses": "y"}, "chooses", "two remedies or more"),
        ({"chooses": "y"}, "offer_days", "whole number from 1 to 60"),
        ({"name_id": "Broken"}, "name_en", "has this name already"),
    ],
)
def test_refusal_stands_beside_its_field_and_what_was_typed_stays(
    world: World, typed: dict[str, Any], field: str, said: str
) -> None:
    browser = world.browser()
    form = {**form_of(browser.get(f"{PATH}/rules/new")), **NEW, **typed}

    answer = browser.post(f"{PATH}/rules/new", form)

    assert answer.status_code == 422
    assert said in refusals_of(answer)[field]
    kept = form_of(answer)
    assert (kept["remedies-0-percent"], kept["seen"]) == (form["remedies-0-percent"], form["seen"])
    assert _kept(world).draft is None


def test_only_fields_of_the_kind_are_read(world: World) -> None:
    browser = world.browser()
    form = {**form_of(browser.get(f"{PATH}/rules/new")), **NEW, "remedies-0-kind": "resend"}

    browser.post(f"{PATH}/rules/new", {**form, "remedies-0-percent": "not a number"})

    (remedy,) = _kept(world).shown.rules[0].remedies
    assert (remedy.kind.name, remedy.percent, remedy.cap) == ("resend", None, {})


def test_rules_are_moved_copied_and_removed(world: World) -> None:
    browser, names = world.browser(), [r.name for r in ready_made(ReadyMade.BALANCED).rules]
    for verb in ("2/down", "3/up", "2/copy", "2/remove"):
        browser.post(f"{PATH}/rules/{verb}", form_of(browser.get(PATH)))

    # Down and up again; the copy of the second is the third, and the second itself is removed.
    names[1] += " (2)"
    assert [rule.name for rule in _kept(world).shown.rules] == names


def test_make_goods_of_a_rule_change_places_in_the_form_and_are_saved_in_that_order(
    world: World,
) -> None:
    browser, path = world.browser(), f"{PATH}/rules/new"
    second = {"remedies-1-kind": "resend"}
    form = {**form_of(browser.get(path)), **NEW, **second}

    moved = browser.post(path, {**form, "swap": "0"})

    kept = form_of(moved)
    assert moved.status_code == 200
    assert _kept(world).draft is None
    assert (kept["remedies-0-kind"], kept["remedies-1-kind"]) == ("resend", "refund")
    assert kept["remedies-1-bounds-0-cap"] == "119.000"
    browser.post(path, {**kept, "causes": ["damaged"]})
    given = [remedy.kind.name for remedy in _kept(world).shown.rules[0].remedies]
    assert given == ["resend", "refund"]


@pytest.mark.parametrize("swap", ["9", "99999999999999999999", "x", "-1"])
def test_what_no_button_says_moves_nothing_away(world: World, swap: str) -> None:
    browser, path = world.browser(), f"{PATH}/rules/new"
    form = {**form_of(browser.get(path)), **NEW}

    answer = browser.post(path, {**form, "swap": swap})

    assert answer.status_code == 200
    assert "refund" in {form_of(answer).get(f"remedies-{row}-kind") for row in range(3)}


def test_playbook_has_a_name_in_each_language(world: World) -> None:
    browser = world.browser()
    names = {"name_en": "Gentle", "name_id": "Halus"}
    browser.post(f"{PATH}/about", {**form_of(browser.get(PATH)), **names})

    english = text_of(browser.get(PATH))
    browser.post("/me/language", {"language": "id"})
    page = browser.get(PATH)

    assert "Toko Uji · Gentle" in english
    assert "Toko Uji · Halus" in text_of(page)
    assert form_of(page)["name_en"] == "Gentle"
    assert 'name = {en = "Gentle", id = "Halus"}' in browser.get(f"{PATH}/file").text


def test_playbook_without_a_name_is_refused_beside_the_field(world: World) -> None:
    browser = world.browser()
    form = {**form_of(browser.get(PATH)), "name_en": "", "name_id": " "}

    assert set(refusals_of(browser.post(f"{PATH}/about", form))) == {"name_en"}


def test_stale_page_changes_nothing(world: World) -> None:
    browser = world.browser()
    stale = form_of(browser.get(PATH))
    browser.post(f"{PATH}/rules/1/down", stale)

    answer = browser.post(f"{PATH}/rules/1/remove", stale)

    assert answer.status_code == 409
    assert "The rules were changed meanwhile." in text_of(answer)


@pytest.mark.parametrize("kind", ["careful", "generous"])
def test_ready_made_playbook_is_tried_before_it_takes_effect(world: World, kind: str) -> None:
    world.rate(1, "telat banget")
    world.work()
    browser = world.browser()

    tried = browser.press(PATH, f"{PATH}/ready-made", {"kind": kind})

    assert "1 of 1 case would get a different proposal." in text_of(tried)
    assert _kept(world).in_effect == ready_made(ReadyMade.BALANCED)
    browser.post(f"{PATH}/put-in-effect", form_of(tried))
    assert _kept(world).in_effect == ready_made(ReadyMade(kind))


def test_new_shop_begins_with_the_chosen_playbook(world: World) -> None:
    form = {"name": "Dua", "zone": "Asia/Jakarta", "country": "ID", "language": "id"}

    world.browser().post("/shops", {**form, "playbook": "careful"})
    refused = world.browser().post("/shops", {**form, "playbook": "lavish"})

    with world.context.database.reading() as session:
        shop = session.get_one(Shop, 2)
        in_effect = playbooks.playbooks_of(session, shop).in_effect
    assert in_effect == ready_made(ReadyMade.CAREFUL)
    assert "Choose one of the shipped playbooks." in refusals_of(refused)["about-playbook"]


def test_file_is_downloaded_changed_and_read_again_with_its_comments(world: World) -> None:
    browser = world.browser()
    file = browser.get(f"{PATH}/file")
    text = file.text.replace("[[rules]]", "# Ask Rina first\n[[rules]]", 1)

    answer = browser.press(PATH, f"{PATH}/file", {"text": text})

    assert file.headers["Content-Disposition"] == 'attachment; filename="playbook.toml"'
    assert "What was changed" in text_of(answer)
    assert _kept(world).shown.rules[0].note == "Ask Rina first"
    assert "# Ask Rina first" in browser.get(f"{PATH}/file").text
    assert playbook_file.read(browser.get(f"{PATH}/file").text) == _kept(world).shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "not valid TOML"),
        ("", "Choose a file, or paste its text."),
        ("x = 1", "x is not known"),
    ],
)
def test_file_that_is_no_playbook_is_refused_beside_it(world: World, text: str, said: str) -> None:
    answer = world.browser().press(PATH, f"{PATH}/file", {"text": text})

    assert answer.status_code == 422
    assert said in refusals_of(answer)["text"]
    assert form_of(answer)["text"] == text


def test_file_that_is_sent_is_read_or_refused_beside_it(world: World) -> None:
    browser = world.browser()
    typed = form_of(browser.get(PATH)) | {"text": ""}

    def send(sent: bytes) -> requests.Response:
        files = {"file": ("playbook.toml", sent)}
        return browser._session.post(f"{world.url}{PATH}/file", typed, files=files, timeout=10)

    torn, wrong = send(b"name = \xff"), send(b"x = 1")
    assert refusals_of(torn) == {"file": "This file is no text in UTF-8."}
    assert "x is not known" in refusals_of(wrong)["file"]
    assert _kept(world).draft is None
    text = browser.get(f"{PATH}/file").text.replace("[[rules]]", "# Ask Rina first\n[[rules]]", 1)
    assert "What was changed" in text_of(send(text.encode("utf-8-sig")))
    assert _kept(world).shown.rules[0].note == "Ask Rina first"


def test_versions_say_who_and_what_and_lead_one_step_back(world: World) -> None:
    browser = world.browser()
    tried = browser.press(PATH, f"{PATH}/ready-made", {"kind": "careful"})
    browser.post(f"{PATH}/put-in-effect", form_of(tried))

    versions = text_of(browser.get(f"{PATH}/versions"))
    careful = text_of(browser.get(f"{PATH}/versions/2"))
    back = browser.press(f"{PATH}/versions", f"{PATH}/versions/1/restore", {})

    assert "owner" in versions
    assert "The shipped playbook “Careful”." in versions
    assert "Rule “Late” was changed." in versions
    assert "Careful" in careful
    assert "Version 1 is in effect again." in text_of(back)
    assert _kept(world).in_effect == ready_made(ReadyMade.BALANCED)
