"""A form that makes something makes it once: loaded again, sent again by the way back, pressed twice."""

from __future__ import annotations

import ast
import inspect
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import func, select

from service.app import PAGES
from service.db import sent_forms
from service.db.models import (
    ApiToken,
    Base,
    Connection,
    Endpoint,
    History,
    Invitation,
    Message,
    NoticeAddress,
    Shop,
)
from tests.operations.steps import rated
from tests.world import Browser, World

SHOP = {"name": "Toko Baru", "zone": "Asia/Jakarta", "country": "ID", "language": "id"}
CREATING = re.compile(r"^(add|connect|invite|write|send|thank|try|replay|renew|new)(_|$)")
"""How verbs that make something are called."""
SAFE = {
    "rules.add": "names the draft that it has seen",
    "channels.add_rung": "a channel is on a ladder once",
    "connections.try_now": "what is due already stays so",
    "message_templates.try_it": "shows something, and keeps nothing",
}
"""Why a view that is named so may be pressed again."""


def _forms(world: World) -> list[tuple[str, str, dict[str, Any], type[Base]]]:
    """Page, address, entries, and what is made."""
    connect = f"/shops/{world.shop_id}/connect/sandbox"
    entered = {"name": "Kedua", "roles": "orders", "base_url": f"{world.url}/sandbox"}
    endpoints = f"/shops/{world.shop_id}/endpoints"
    told = {"name": "Gudang", "url": "https://1.1.1.1/hook", "events": "case.opened"}
    token = {"name": "Gudang", "scopes": "look", "days": "90"}
    rated(world)
    case = f"/cases/{world.case().reference}"
    words = {"message": "new", "subject": "Halo", "text": "Halo Kak, apa kabar?"}
    role = {f"shop_{world.shop_id}-role": "viewer"}
    return [
        ("/shops", "/shops", SHOP, Shop),
        (connect, connect, {**entered, "api_key": "test-key"}, Connection),
        (endpoints, endpoints, told, Endpoint),
        ("/tokens", "/tokens", token, ApiToken),
        ("/sellers", "/invitations", {"name": "Rina", **role}, Invitation),
        ("/me/notices", "/me/notices/mail", {}, NoticeAddress),
        (case, f"{case}/note", {"text": "Sudah ditelepon"}, History),
        (case, f"{case}/messages", words, Message),
    ]


def _number(world: World, made: type[Base]) -> int:
    with world.context.database.reading() as session:
        return session.scalar(select(func.count()).select_from(made)) or 0


class _Page(Browser):
    """Sends one form of one page as often as it likes."""

    def open(self, page: str, address: str, entries: dict[str, Any]) -> dict[str, Any]:
        text = self.get(page).text
        form = next(
            form
            for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL)
            if 'name="form_key"' in form and (f'"{address}"' in form or page == address)
        )
        hidden = {name: re.search(rf'name="{name}" value="([^"]+)"', form) for name in HIDDEN}
        return {**entries, **{name: found.group(1) for name, found in hidden.items() if found}}

    def send(self, address: str, form: dict[str, Any], *, follow: bool = True) -> requests.Response:
        return self._session.post(self.url + address, data=form, timeout=60, allow_redirects=follow)


HIDDEN = ("csrf_token", "form_key")


@pytest.mark.parametrize("number", range(8))
def test_form_sent_again_leads_to_what_it_made(world: World, number: int) -> None:
    page, address, entries, made = _forms(world)[number]
    browser, before = _Page(world, world.owner), _number(world, made)
    form = browser.open(page, address, entries)

    first = browser.send(address, form)
    after = _number(world, made)
    again = browser.send(address, form)

    assert (first.status_code, after) == (200, before + 1), first.text
    assert again.status_code == 200
    assert again.history[0].status_code == 303
    assert "Nothing was made twice" in again.text or "dua kali" in again.text
    assert _number(world, made) == after


def test_presses_at_once_make_one(world: World) -> None:
    page, address, entries, made = _forms(world)[1]
    browsers = [_Page(world, world.owner) for _ in range(4)]
    form = browsers[0].open(page, address, entries)
    before = _number(world, made)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: browsers[0].send(address, form), range(4)))

    assert _number(world, made) == before + 1
    assert {answer.status_code for answer in answers} <= {200, 409}


def test_refused_form_may_be_sent_again(world: World) -> None:
    browser = _Page(world, world.owner)
    form = browser.open("/shops", "/shops", SHOP)

    refused = browser.send("/shops", {**form, "name": ""})
    made = browser.send("/shops", form)

    assert (refused.status_code, made.status_code) == (422, 200)
    assert _number(world, Shop) == 2


def test_secret_that_was_shown_is_not_shown_again(world: World) -> None:
    page, address, entries, _ = _forms(world)[3]
    browser = _Page(world, world.owner)
    form = browser.open(page, address, entries)

    shown, again = browser.send(address, form).text, browser.send(address, form).text

    [secret] = re.findall(r"<code>(\S{20,})</code>", shown)
    assert secret not in again


def test_press_that_died_holds_up_no_other_for_long(world: World) -> None:
    database, now = world.context.database, world.clock.now()
    seller = world.owner.id

    assert sent_forms.begin(database, seller, "k" * 20, now) is None
    assert sent_forms.begin(database, seller, "k" * 20, now) is not None
    later = now + sent_forms.LEASE + timedelta(seconds=1)
    assert sent_forms.begin(database, seller, "k" * 20, later) is None


def test_what_makes_something_makes_it_once() -> None:
    """Each view of the desk that is named as one that makes something, whatever was forgotten above."""
    lacking = set()
    for module in PAGES:
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if ".desk." in module.__name__ and isinstance(node, ast.FunctionDef):
                decorators = [ast.unparse(each) for each in node.decorator_list]
                is_press = any(".post(" in each for each in decorators)
                is_once = any(each == "once" or each.startswith("verb(") for each in decorators)
                if is_press and not is_once and CREATING.match(node.name):
                    lacking.add(f"{module.__name__.rpartition('.')[2]}.{node.name}")

    assert lacking == SAFE.keys()
