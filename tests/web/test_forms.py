"""Every form of the desk in both languages: what is hostile is refused beside its field or kept as it
was typed, and what no form of ours sends changes nothing that it should not."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

from service.db.models import Connection, Shop
from tests.web.pages import form_of, refusals_of
from tests.world import World

LANGUAGES = ("en", "id")
FORMS = {
    "about": ("/shops/1", "/shops/1/about"),
    "automatic": ("/shops/1", "/shops/1/automatic"),
    "messages": ("/shops/1", "/shops/1/messages"),
    "playbook": ("/shops/1", "/shops/1/playbook"),
    "new shop": ("/shops", "/shops"),
    "new connection": ("/shops/1/connect/standard", "/shops/1/connect/standard"),
    "connection": ("/connections/1", "/connections/1/change"),
    "invitation": ("/sellers", "/invitations"),
    "member": ("/sellers", "/shops/1/sellers/1"),
    "token": ("/tokens", "/tokens"),
    "language": ("/me", "/me/language"),
    "password": ("/me", "/me/password"),
    "text": ("/shops/1/texts/receipt/id", "/shops/1/texts/receipt/id"),
}
"""The page that holds a form, and where it is sent."""
HOSTILE = {
    "en": {
        "long": "x" * 30_000,
        "zero": "\0",
        "turned round": "\u202emoc.live\u202c",
        "markup": "<script>alert(1)</script>\"'>",
    },
    "id": {
        "placeholders": "%(x)s {y} %s {{ 7*7 }}",
        "no number": "\u00b2",
        "beyond all numbers": "9" * 400,
        "several lines": "a\r\nb\u2028c",
    },
}


def _page(world: World, language: str, form: str) -> tuple[Any, dict[str, Any], str]:
    """A browser in this language, the form's fields as they stand, and where it is sent."""
    browser = world.browser()
    browser.post("/me/language", {"language": language})
    page, address = FORMS[form]
    return browser, form_of(browser.get(page)), address


def _kept(world: World) -> list[dict[str, Any]]:
    with world.context.database.reading() as session:
        rows = [session.get_one(Shop, 1), session.get_one(Connection, 1)]
        return [{key: one for key, one in vars(row).items() if key[:1] != "_"} for row in rows]


def _is_answer(answer: requests.Response, language: str) -> bool:
    return answer.status_code in (200, 409, 422, 429) and f'<html lang="{language}"' in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
def test_no_form_fails_at_hostile_input_nor_runs_it(world: World, form: str, language: str) -> None:
    browser, fields, address = _page(world, language, form)
    failed = {}
    for name in fields:
        for kind, value in HOSTILE[language].items():
            answer = browser.post(address, {**fields, name: value})
            runs = "<script>" in answer.text or "49" in re.findall(r"\{\{.*?\}\}", answer.text)
            if not _is_answer(answer, language) or runs:
                failed[name, kind] = answer.status_code

    assert failed == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
def test_form_that_comes_empty_or_doubled_is_answered(
    world: World, form: str, language: str
) -> None:
    browser, fields, address = _page(world, language, form)

    doubled = browser.post(address, {name: [value, "\0zwei"] for name, value in fields.items()})
    empty = browser.post(address, {})
    without_one = [
        browser.post(address, {other: one for other, one in fields.items() if other != name})
        for name in fields
    ]

    assert _is_answer(doubled, language)
    assert _is_answer(empty, language)
    assert all(_is_answer(answer, language) for answer in without_one)


def test_row_that_comes_without_some_of_its_fields_is_refused_beside_them(world: World) -> None:
    form = {"rows-0-currency": "IDR", "rows-0-each": "5000"}

    answer = world.browser().press("/shops/1", "/shops/1/automatic", form)

    assert answer.status_code == 422
    assert set(refusals_of(answer)) == {"rows-0-shop_day", "rows-0-buyer_day"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_refusal_beside_the_field_is_in_the_readers_language(world: World, language: str) -> None:
    browser, fields, address = _page(world, language, "about")
    before = _kept(world)

    answer = browser.post(address, {**fields, "zone": "Mars/Base", "name": "Toko <Baru>"})

    said = {"en": "“Mars/Base” is no time zone.", "id": "“Mars/Base” bukan zona waktu."}[language]
    assert said in refusals_of(answer)["about-zone"]
    assert 'aria-describedby="about-zone-wrong"' in answer.text
    assert form_of(answer)["name"] == "Toko <Baru>"
    assert _kept(world) == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_secret_is_never_shown_and_stays_where_none_is_entered(world: World, language: str) -> None:
    browser, fields, address = _page(world, language, "connection")
    before = world.context.vault.decrypt(world.connection().secrets)
    typed = {**fields, "roles": ["orders"], "api_key": "sangat-rahasia", "threshold": "9"}

    refused = browser.post(address, typed)
    saved = browser.post(address, {**fields, "roles": ["orders"], "api_key": ""})

    again = {"en": "Enter it again", "id": "Isi sekali lagi"}[language]
    assert "sangat-rahasia" not in refused.text
    assert again in refused.text
    assert again not in saved.text
    assert world.context.vault.decrypt(world.connection().secrets) == before


def test_what_may_stay_empty_can_be_emptied(world: World) -> None:
    browser = world.browser()
    form = {
        "name": "Own",
        "roles": ["reviews"],
        "base_url": "https://shop.example/api",
        "outgoing_secret": "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNk",
        "edit_links": "no",
    }
    made = browser.post("/shops/1/connect/standard", form)
    address = re.findall(r'action="(/connections/\d+/change)"', made.text)[0]

    browser.post(address, {**form, "outgoing_secret": "", "edit_links": ""})

    with world.context.database.reading() as session:
        kept = session.get_one(Connection, int(address.split("/")[2]))
        assert kept.values["edit_links"] == "yes"


def test_choices_are_named_in_the_readers_language(world: World) -> None:
    browser = world.browser()
    browser.post("/me/language", {"language": "id"})

    shop = browser.get("/shops/1").text
    mail = browser.get("/shops/1/connect/email").text

    assert '<option value="DE">Jerman</option>' in shop
    assert re.search(r'<input checked[^>]* type="checkbox" value="0">\s*Sen', shop)
    assert '<option value="no">tidak</option>' in mail or 'value="no">tidak' in mail
    assert 'value="starttls">STARTTLS' in mail
