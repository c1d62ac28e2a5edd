"""Invitations: a link joins one person once, with the role and limits that stand in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import requests
from sqlalchemy import select

from service.db.models import Audit, Invitation, Membership, Seller
from service.db.staff import seller_queries
from service.domain.errors import NotFound, NotPermitted
from service.domain.staff import authority
from service.domain.staff.authority import OPERATOR, SellerRole
from service.operations.shops import connections
from service.operations.staff import invitations, members
from tests.operations.steps import agent
from tests.web.pages import form_of, refusals_of, text_of
from tests.web.test_sessions import at_once
from tests.world import World

PASSWORD = "a good long password"
AGENT = authority.Membership(SellerRole.AGENT, {"IDR": authority.Limit(5_000_000, None)})


def _invite(world: World, **typed: Any) -> str:
    """The link that the page of people shows."""
    form = {"name": "Rina", "shop_1-role": "agent", **typed}
    page = world.browser().press("/sellers", "/invitations", form)
    found = re.findall(r"<code>(http\S+/join/\S+)</code>", page.text)
    return str(found[0])


def _join(link: str, language: str = "en", **typed: str) -> requests.Response:
    """Open the link in a fresh browser and send its form."""
    browser = requests.Session()
    browser.headers["Accept-Language"] = language
    form = form_of(browser.get(link, timeout=10))
    who = {"email": "rina@example.test", "name": "Rina", "password": PASSWORD}
    return browser.post(link, data={**form, **who, **typed}, timeout=10)


def _memberships(world: World, email: str) -> dict[int, tuple[str, dict[str, Any]]]:
    with world.context.database.reading() as session:
        wanted = select(Membership).join(Seller, Seller.id == Membership.seller_id)
        rows = session.scalars(wanted.where(Seller.email == email))
        return {row.shop_id: (row.role, row.limits) for row in rows}


@pytest.mark.parametrize("language", ["en", "id"])
def test_invited_person_joins_with_role_and_limits_and_is_signed_in(
    world: World, language: str
) -> None:
    limits = {"shop_1-rows-0-currency": "IDR", "shop_1-rows-0-each": "50000"}
    link = _invite(world, **limits)
    shown = requests.get(link, headers={"Accept-Language": language}, timeout=10)

    joined = _join(link, language)

    assert {"en": "You are invited", "id": "Anda diundang"}[language] in text_of(shown)
    assert "Toko Uji" in text_of(shown)
    assert joined.url == f"{world.url}/"
    assert _memberships(world, "rina@example.test") == {
        1: ("agent", {"IDR": {"each": 5_000_000, "week": None}})
    }


def test_link_works_once_and_not_by_looking(world: World) -> None:
    link = _invite(world)
    looked = [requests.get(link, timeout=10).status_code for _ in range(3)]

    first = _join(link)
    second = requests.get(link, timeout=10)

    assert (looked, first.status_code, second.status_code) == ([200, 200, 200], 200, 404)


def test_of_those_who_join_at_once_one_does(world: World) -> None:
    key = invitations.invite(world.context, world.owner, "", {1: AGENT}).rpartition("/")[2]

    def join(number: int) -> Callable[[], Any]:
        who = {"email": f"r{number}@example.test", "name": "", "password": PASSWORD}
        return lambda: invitations.join_as_new(world.context, key, language="id", **who)

    given = at_once([join(number) for number in range(4)])

    assert sorted(type(each).__name__ for each in given) == ["NotFound"] * 3 + ["Seller"]
    with world.context.database.reading() as session:
        assert (
            len(seller_queries.memberships(session, 2))
            + len(seller_queries.memberships(session, 3))
            == 1
        )


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"email": "rina"}, "email"),
        ({"email": "owner@example.test"}, "email"),
        ({"email": "a@b.example\u202e"}, "email"),
        ({"email": "x" * 300 + "@example.test"}, "email"),
        ({"password": "short"}, "password"),
    ],
)
def test_wrong_entry_is_refused_beside_its_field_and_the_link_stays_good(
    world: World, typed: dict[str, str], field: str
) -> None:
    link = _invite(world)

    refused = _join(link, **typed)

    assert refused.status_code == 422
    assert set(refusals_of(refused)) == {field}
    assert PASSWORD not in refused.text
    assert _join(link).url == f"{world.url}/"


def test_link_ends_after_a_week(world: World) -> None:
    link = _invite(world)
    world.clock.move(days=6, hours=23)
    before = requests.get(link, timeout=10).status_code
    world.clock.move(hours=1, seconds=1)

    assert (before, requests.get(link, timeout=10).status_code) == (200, 404)


def test_link_that_was_taken_back_joins_nobody(world: World) -> None:
    link = _invite(world)
    browser = world.browser()
    listed = text_of(browser.get("/sellers"))

    browser.press("/sellers", "/invitations/1/take-back")

    assert "Rina" in listed
    assert "Rina" not in text_of(browser.get("/sellers"))
    assert requests.get(link, timeout=10).status_code == 404


def test_link_ends_with_the_right_of_whoever_made_it(world: World) -> None:
    second = world.seller("second@example.test", SellerRole.OWNER)
    link = invitations.invite(world.context, second, "", {1: AGENT})
    viewer = authority.Membership(SellerRole.VIEWER)

    members.set_membership(world.context, 1, second.id, OPERATOR, viewer)

    assert requests.get(link, timeout=10).status_code == 404


def test_nobody_invites_into_a_shop_of_others(world: World) -> None:
    other = connections.add_shop(world.context, OPERATOR, "Toko Lain", zone="Asia/Jakarta")

    with pytest.raises(NotFound):
        invitations.invite(world.context, world.owner, "", {1: AGENT, other: AGENT})
    with pytest.raises(NotPermitted):
        invitations.invite(world.context, agent(world), "", {1: AGENT})
    with world.context.database.reading() as session:
        assert session.scalars(select(Invitation)).all() == []


def test_seller_of_another_shop_joins_as_who_they_are(world: World) -> None:
    other = connections.add_shop(world.context, OPERATOR, "Toko Lain", zone="Asia/Jakarta")
    seller = world.seller("dua@example.test", SellerRole.VIEWER)
    members.set_membership(world.context, other, world.owner.id, OPERATOR, AGENT)
    owner = authority.Membership(SellerRole.OWNER)
    members.set_membership(world.context, other, world.owner.id, OPERATOR, owner)
    shops = {1: owner, other: AGENT}
    key = invitations.invite(world.context, world.actor(world.owner.id), "", shops)
    browser = world.browser(seller)

    page = browser.get(key.removeprefix(world.url))
    joined = browser.press(key.removeprefix(world.url), f"{key.removeprefix(world.url)}/as-me")

    assert "Join as" in text_of(page)
    assert "You have joined." in text_of(joined)
    # What they were in the first shop stays.
    roles = {shop: role for shop, (role, _) in _memberships(world, "dua@example.test").items()}
    assert roles == {1: "viewer", other: "agent"}


def test_each_step_stands_in_the_audit_without_the_key(world: World) -> None:
    link = _invite(world)
    _join(link)

    with world.context.database.reading() as session:
        rows = session.scalars(select(Audit).order_by(Audit.id)).all()
    told = [(row.what, row.actor) for row in rows]
    owner = str(world.owner)
    for what in ("invitation.added", "invitation.ended_at", "seller.added", "membership.added"):
        assert (what, owner) in told, what
    assert link.rpartition("/")[2] not in str([vars(row) for row in rows])


def test_nothing_chosen_is_refused(world: World) -> None:
    form = {"name": "Rina", "shop_1-role": ""}

    page = world.browser().press("/sellers", "/invitations", form)

    assert page.status_code == 422
    assert "Choose what the person is to be" in text_of(page)


def test_one_sees_and_ends_ones_other_sign_ins(world: World) -> None:
    this, other, third = world.browser(), world.browser(), world.browser()
    page = this.get("/me")
    ends = re.findall(r'action="(/me/sign-ins/\d+/end)"', page.text)

    this.post(ends[-1], {})
    after_one = [browser.get("/").url for browser in (this, other, third)]
    this.post("/me/sign-ins/end-others", {})

    assert text_of(page).count("Sign out there") == 2
    assert "python-requests" in text_of(page)
    assert sum("/sign-in" in url for url in after_one) == 1
    assert ["/sign-in" in each.get("/").url for each in (this, other, third)] == [False, True, True]


def test_nobody_ends_the_sign_in_of_another(world: World) -> None:
    this, other = world.browser(), world.browser(agent(world))
    mine = re.findall(r'action="(/me/sign-ins/\d+/end)"', world.browser().get("/me").text)

    answer = other.post(mine[0], {})

    assert answer.status_code == 404
    assert "/sign-in" not in this.get("/").url


def test_sign_in_link_ends_no_other_sign_in(world: World) -> None:
    before = world.browser()

    world.browser()

    assert "/sign-in" not in before.get("/").url
