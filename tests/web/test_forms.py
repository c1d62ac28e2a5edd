"""Every form of the desk in both languages: what is hostile is refused beside its field or kept as it
was typed, and what no form of ours sends changes nothing that it should not."""

from __future__ import annotations

import re
from typing import Any

import pytest

from service.db.models import Connection, Shop
from service.domain.staff.authority import Membership, SellerRole
from service.operations.staff import accounts, invitations
from tests.operations.verbs import fill
from tests.web.pages import form_of, people, refusals_of
from tests.web.walking import forms_of, linked_pages, put_off, sign_in, signed_in, unlinked_forms
from tests.world import Browser, World

LANGUAGES = ("en", "id")
HOSTILE = {
    (
        "sqlite",
        "en",
    ): "<script>alert(1)</script>\"'>\u202emoc.live\u202c %(x)s {y} {{ 7*7 }}\r\n\u2028c",
    ("sqlite", "id"): "\u00b2",
    ("postgresql", "en"): "a\0b",
    ("postgresql", "id"): "9" * 30_000,
}
"""Markup, placeholders and signs that turn or break lines; a digit that is no number; a sign that PostgreSQL does not
keep; a number beyond all others, and a text beyond all lengths. Each on one database, in one language."""
AWAY = "not signed in"
ENDING = (
    "remove|end|revoke|disconnect|erase|delete|take_back|discard|sign_out|active|password|leave"
)
"""What takes away what other forms are about is pressed last."""


def _page(world: World, language: str, page: str) -> tuple[Browser, dict[str, Any]]:
    """A browser in this language, and the fields of a page as they stand."""
    browser = world.browser()
    browser.post("/me/language", {"language": language})
    return browser, form_of(browser.get(page))


def _kept(world: World) -> list[dict[str, Any]]:
    with world.context.database.reading() as session:
        rows = [session.get_one(Shop, 1), session.get_one(Connection, 1)]
        return [{key: each for key, each in vars(row).items() if key[:1] != "_"} for row in rows]


class _Walk:
    """Every form of the application, as an owner reading this language presses it."""

    def __init__(self, world: World, language: str) -> None:
        fill(world)
        world.rate(2, "Warna salah")
        world.work()
        people(world)
        put_off(world)
        self._world, self._language = world, language
        self._app, self._client = signed_in(world)
        self._restore()
        self.forms: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        """Address and fields of all forms by their routes; last those that take away what others are about."""
        self._find()
        self.forms = dict(sorted(self.forms.items(), key=lambda form: _is_ending(form[0])))

    def _find(self) -> None:
        world = self._world
        agent = Membership(SellerRole.AGENT)
        joining = invitations.invite(world.context, world.owner, "Ani", {1: agent})
        told = " ".join(message["text"] for message in world.ledger()["messages"])
        buyers = re.findall(r"/b/\w+/[\w.-]+", told)
        outside = ["/sign-in", "/forgot-password", joining.removeprefix(world.url), *buyers]
        for page_address, page in linked_pages(self._client, *outside).items():
            for address, fields in forms_of(page):
                self._add(address or page_address, fields)
        self.linked = frozenset(self.forms)
        for address, fields in unlinked_forms(self._app, world, self.linked):
            self._add(address, fields)

    def _add(self, address: str, fields: dict[str, Any]) -> None:
        with self._app.test_request_context():
            adapter = self._app.url_map.bind("")
            route = str(adapter.match(address.partition("?")[0], method="POST")[0])
        fields.pop("csrf_token", None)
        self.forms.setdefault(route, []).append((address, fields))

    def fields(self, route: str) -> dict[str, tuple[str, dict[str, Any], list[str]]]:
        """What to press for each field of a route, of rows of fields the last: address, the fields of
        its form and those that are meant. Of a form that no page here shows, all at once."""
        forms = self.forms[route]
        if route not in self.linked:
            address, fields = forms[0]
            return {"all": (address, fields, [*fields])}
        return {
            re.sub("[0-9]+", "0", name): (address, fields, [name])
            for address, fields in forms
            for name in fields
        }

    def press(self, address: str, fields: dict[str, Any]) -> str:
        """What is wrong with the answer, '' for nothing."""
        problem = self._press(address, fields)
        if problem in (AWAY, "in another language"):
            # The form before may have done so, and a form to sign in by leads there.
            self._restore()
            problem = self._press(address, fields)
        return "" if problem == AWAY else problem

    def _press(self, address: str, fields: dict[str, Any]) -> str:
        headers = {"Accept-Language": self._language}
        answer = self._client.post(address, data=fields, headers=headers)
        if answer.status_code >= 500:
            return str(answer.status_code)
        if answer.status_code == 303:
            return AWAY if answer.location in ("/sign-in", "/me/second-factor") else ""
        if "<script>" in answer.text or "49" in re.findall(r"\{\{.*?\}\}", answer.text):
            return "runs what was typed"
        is_desk = "<html" in answer.text and not address.startswith("/b/")
        right = not is_desk or f'<html lang="{self._language}"' in answer.text
        return "" if right else "in another language"

    def _restore(self) -> None:
        """Some forms end the session or change the language, one leads to setting up a second factor."""
        world = self._world
        world.set_shop(second_factor=False)
        accounts.set_language(world.context, world.owner, self._language)
        sign_in(self._client, world)


def _is_ending(route: str) -> bool:
    return re.search(rf"[._]({ENDING})", route) is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_form_fails_at_hostile_input_nor_runs_it(world: World, language: str) -> None:
    """Nor where it comes empty, doubled, or without one of its fields."""
    walk, failed, fields = _Walk(world, language), {}, 0
    hostile = HOSTILE[world.context.database.engine.dialect.name, language]
    for route in walk.forms:
        whole = walk.forms[route][0]
        kinds: dict[str, tuple[str, dict[str, Any]]] = {
            "empty": (whole[0], {}),
            "doubled": (whole[0], {name: [value, "\0zwei"] for name, value in whole[1].items()}),
        }
        for named, (address, form, meant) in walk.fields(route).items():
            kinds[f"hostile {named}"] = address, {**form, **dict.fromkeys(meant, hostile)}
            if language == "en":
                rest = {name: value for name, value in form.items() if name not in meant}
                kinds[f"without {named}"] = address, rest
            fields += 1
        for kind, sent in kinds.items():
            if problem := walk.press(*sent):
                failed[route, kind] = problem

    assert failed == {}
    assert len(walk.linked) > 80
    assert len(walk.forms) > 130
    assert fields > 300


def test_row_that_comes_without_some_of_its_fields_is_refused_beside_them(world: World) -> None:
    form = {"rows-0-currency": "IDR", "rows-0-each": "5000"}

    answer = world.browser().post("/shops/1/automatic", form)

    assert answer.status_code == 422
    assert set(refusals_of(answer)) == {"rows-0-shop_day", "rows-0-buyer_day"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_refusal_beside_the_field_is_in_the_readers_language(world: World, language: str) -> None:
    address = "/shops/1/about"
    browser, fields = _page(world, language, address)
    before = _kept(world)

    answer = browser.post(address, {**fields, "zone": "Mars/Base", "name": "Toko <Baru>"})

    said = {"en": "“Mars/Base” is no time zone.", "id": "“Mars/Base” bukan zona waktu."}[language]
    assert said in refusals_of(answer)["about-zone"]
    assert 'aria-describedby="about-zone-wrong"' in answer.text
    assert form_of(answer)["name"] == "Toko <Baru>"
    assert _kept(world) == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_secret_is_never_shown_and_stays_where_none_is_entered(world: World, language: str) -> None:
    browser, fields = _page(world, language, "/connections/1")
    address = "/connections/1/change"
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

    shop, messages = (browser.get(f"/shops/1/{part}").text for part in ("about", "messages"))
    mail = browser.get("/shops/1/connect/email").text

    assert '<option value="DE">Jerman</option>' in shop
    assert re.search(r'<input checked[^>]* type="checkbox" value="0">\s*Sen', messages)
    assert '<option selected value="no">tidak</option>' in mail
    assert 'value="starttls">STARTTLS' in mail
