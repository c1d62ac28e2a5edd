"""Signing in and out: slowed down per address and per account, by links that work once."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask

from service.app import create_app
from service.domain.staff.authority import OPERATOR, SellerRole
from service.operations.staff import accounts, members, second_factors
from tests.web.pages import form_of, people, post_anyway, text_of
from tests.world import World

GOOD, BAD = "a long password", "another password"


def _app(world: World, **settings: Any) -> Flask:
    world.settings(**settings)
    app = create_app(world.wired)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def _try(app: Flask, email: str, password: str, address: str = "10.0.0.1") -> int:
    return (
        app.test_client()
        .post(
            "/sign-in",
            data={"email": email, "password": password},
            environ_base={"REMOTE_ADDR": address},
        )
        .status_code
    )


def test_seller_signs_in_with_a_password_and_out_again(world: World) -> None:
    accounts.set_password(world.context, world.owner.id, OPERATOR, GOOD)
    client = _app(world).test_client()

    inside = client.post("/sign-in", data={"email": "OWNER@example.test ", "password": GOOD})
    seen = client.get("/").status_code
    client.post("/sign-out")

    assert (inside.status_code, seen) == (303, 200)
    assert client.get("/").status_code == 303


def test_link_that_signs_nobody_in_says_so_before_it_is_pressed(world: World) -> None:
    link = urlsplit(accounts.new_link(world.context, world.owner.id, OPERATOR)).path
    client = _app(world).test_client()

    looked_at = [client.get(link) for _ in range(2)]
    client.post(link)
    again, made_up = client.get(link), client.get("/sign-in/garbage")

    assert all("Sign in now" in page.text for page in looked_at), "to look uses nothing up"
    for page in (again, made_up):
        assert page.status_code == 401
        assert "Sign in now" not in page.text
    assert "used or has ended" in again.text


@pytest.mark.parametrize(
    ("email", "password"),
    [("owner@example.test", BAD), ("nobody@example.test", GOOD), ("owner@example.test", "")],
    ids=["wrong password", "nobody", "empty"],
)
def test_wrong_sign_in_is_refused_alike(world: World, email: str, password: str) -> None:
    accounts.set_password(world.context, world.owner.id, OPERATOR, GOOD)

    assert _try(_app(world), email, password) == 401


def test_one_address_is_slowed_down_whatever_account_it_tries(world: World) -> None:
    app = _app(world)

    answers = [_try(app, f"somebody{n}@example.test", BAD) for n in range(11)]

    assert answers == [401] * 10 + [429]


def test_one_account_is_slowed_down_from_whatever_address(world: World) -> None:
    accounts.set_password(world.context, world.owner.id, OPERATOR, GOOD)
    app = _app(world)

    answers = [_try(app, "owner@example.test", BAD, f"10.0.1.{n}") for n in range(11)]

    assert answers == [401] * 10 + [429]
    assert _try(app, "other@example.test", BAD, "10.0.2.1") == 401


def test_right_passwords_do_not_use_the_tries_up(world: World) -> None:
    accounts.set_password(world.context, world.owner.id, OPERATOR, GOOD)
    app = _app(world)

    answers = [_try(app, "owner@example.test", GOOD, f"10.0.1.{n}") for n in range(12)]

    assert set(answers) == {303}


@pytest.mark.parametrize(
    ("address", "secure"), [("https://m.example", True), ("http://m.example", False)]
)
def test_cookie_is_secure_where_the_address_is(world: World, address: str, secure: bool) -> None:
    accounts.set_password(world.context, world.owner.id, OPERATOR, GOOD)
    client = _app(world, public_url=address).test_client()

    answer = client.post("/sign-in", data={"email": "owner@example.test", "password": GOOD})

    cookie = answer.headers["Set-Cookie"]
    assert ("Secure" in cookie) is secure
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_link_works_once_and_not_by_looking(world: World) -> None:
    link = accounts.new_link(world.context, world.owner.id, OPERATOR)
    looked = [requests.get(link, timeout=10).status_code for _ in range(3)]
    sessions = [requests.Session(), requests.Session()]

    forms = [form_of(session.get(link, timeout=10)) for session in sessions]
    answers = [
        each.post(link, data=form, timeout=10) for each, form in zip(sessions, forms, strict=True)
    ]

    assert looked == [200, 200, 200]
    assert [answer.status_code for answer in answers] == [200, 401]
    assert "This link was used or has ended" in text_of(answers[1])


def test_owner_gives_an_agent_a_fresh_link(world: World) -> None:
    agent = people(world)[SellerRole.AGENT]

    page = world.browser().post(f"/sellers/{agent.id}/link", {})

    found = re.search(r"<code>(\S+)</code>", page.text)
    assert found is not None
    session = requests.Session()
    form = form_of(session.get(found.group(1), timeout=10))
    inside = session.post(found.group(1), data=form, timeout=10)
    assert inside.url == f"{world.url}/"


def test_nobody_gets_a_link_for_a_seller_who_is_shut_out(world: World) -> None:
    agent = people(world)[SellerRole.AGENT]
    members.set_active(world.context, agent.id, OPERATOR, active=False)

    answer = world.browser().post(f"/sellers/{agent.id}/link", {})

    assert answer.status_code == 409
    assert "/sign-in/" not in answer.text


def test_owner_resets_a_forgotten_password_and_its_seller_sets_another(world: World) -> None:
    agent = people(world)[SellerRole.AGENT]
    accounts.set_password(world.context, agent.id, OPERATOR, GOOD)
    signed_in, owner = world.browser(agent), world.browser()

    page = owner.post(f"/sellers/{agent.id}/reset-password", {})

    link = re.findall(r"<code>(\S+)</code>", page.text)[0]
    browser = requests.Session()
    browser.post(link, data=form_of(browser.get(link, timeout=10)), timeout=10)
    form = {**form_of(browser.get(f"{world.url}/me", timeout=10)), "password": BAD}
    browser.post(f"{world.url}/me/password", data=form, timeout=10)
    assert "/sign-in" in signed_in.get("/").url
    email = "agent@example.test"
    assert accounts.sign_in(world.context, email, GOOD) is None
    assert accounts.sign_in(world.context, email, BAD) is not None


def test_agent_resets_nobodys_password(world: World) -> None:
    accounts.set_password(world.context, world.owner.id, OPERATOR, GOOD)
    agent = world.browser(people(world)[SellerRole.AGENT])

    answer = post_anyway(agent, f"/sellers/{world.owner.id}/reset-password", {})

    assert answer.status_code == 403
    assert accounts.sign_in(world.context, "owner@example.test", GOOD) is not None


def _change(world: World, browser: Any, present: str, new: str) -> requests.Response:
    form = {"present": present, "password": new}
    return post_anyway(browser, "/me/password", form)


def test_first_password_needs_none_before(world: World) -> None:
    answer = _change(world, world.browser(), "", GOOD)

    assert answer.status_code == 303
    assert accounts.sign_in(world.context, "owner@example.test", GOOD) is not None


@pytest.mark.parametrize(
    ("present", "new", "status"),
    [(GOOD, BAD, 303), ("wrong", BAD, 422), ("", BAD, 422), (GOOD, "short", 422)],
    ids=["right", "wrong", "empty", "too short"],
)
def test_password_changes_only_with_the_present_one(
    world: World, present: str, new: str, status: int
) -> None:
    accounts.set_password(world.context, world.owner.id, OPERATOR, GOOD)

    answer = _change(world, world.browser(), present, new)

    assert answer.status_code == status
    holds = BAD if status == 303 else GOOD
    assert accounts.sign_in(world.context, "owner@example.test", holds) is not None


def test_other_devices_are_signed_out_when_the_password_changes(world: World) -> None:
    this, other = world.browser(), requests.Session()
    other.cookies.update(this._session.cookies)
    before = other.get(f"{world.url}/", timeout=10).url

    _change(world, this, "", GOOD)

    assert before == f"{world.url}/"
    assert this.get("/").url == f"{world.url}/"
    assert "/sign-in" in other.get(f"{world.url}/", timeout=10).url


def test_form_without_its_token_changes_nothing(world: World) -> None:
    browser = world.browser()

    answer = browser._session.post(f"{world.url}/me/password", data={"password": GOOD}, timeout=10)

    assert answer.status_code == 400
    assert accounts.sign_in(world.context, "owner@example.test", GOOD) is None


@pytest.mark.parametrize("has_second_factor", [False, True], ids=["password", "second factor"])
def test_pages_opened_beside_each_other_after_sign_in_share_one_token(
    world: World, has_second_factor: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_factors, "is_set_up", lambda *_: has_second_factor)
    page, form = ("/sign-in/code", "") if has_second_factor else ("/me", "/language")
    accounts.set_password(world.context, world.owner.id, OPERATOR, GOOD)
    client = create_app(world.wired).test_client()
    signing_in = {"email": "owner@example.test", "password": GOOD}
    client.post("/sign-in", data={**signing_in, "csrf_token": _token(client.get("/sign-in"))})
    beside = create_app(world.wired).test_client()
    cookie = client.get_cookie("session")
    assert cookie is not None
    beside.set_cookie("session", cookie.value)

    first, second = client.get(page), beside.get(page)
    client.set_cookie("session", getattr(beside.get_cookie("session"), "value", ""))
    saved = client.post(page + form, data={"csrf_token": _token(first)})

    assert (first.status_code, second.status_code) == (200, 200)
    assert saved.status_code != 400


def test_form_to_sign_in_stays_good_when_another_tab_finds_the_session_ended(world: World) -> None:
    client = create_app(world.wired).test_client()
    shown = client.get("/sign-in")

    client.get("/shops/1")
    answer = client.post(
        "/sign-in", data={"email": "nobody@x", "password": BAD, "csrf_token": _token(shown)}
    )

    assert answer.status_code == 401


def _token(page: Any) -> str:
    return str(form_of(page)["csrf_token"])
