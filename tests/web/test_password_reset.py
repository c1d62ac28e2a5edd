"""A forgotten password is set by a link from a mail: once, within an hour, and nobody learns who is here."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests

from service.domain.errors import NotFound
from service.domain.staff.authority import OPERATOR, SellerRole
from service.operations.staff import accounts, members, password_reset
from service.web.limits import HOUR
from testbed.processes import until
from tests.integrations.email.post_office import PostOffice, opened
from tests.operations.steps import with_email
from tests.web.pages import form_of, people, refusals_of, text_of
from tests.web.test_second_factor import _code, _enrolled
from tests.world import World

OLD, NEW = "a long password", "another password"


@pytest.fixture
def office(world: World) -> Iterator[PostOffice]:
    with opened(PostOffice()) as made:
        with_email(world, made)
        yield made


def _ask(world: World, email: str, browser: requests.Session | None = None) -> requests.Response:
    session = browser or requests.Session()
    address = f"{world.url}/forgot-password"
    form = {**form_of(session.get(address, timeout=10)), "email": email}
    return session.post(address, data=form, timeout=10)


def _link(office: PostOffice, number: int = 1) -> str:
    until("the mail", lambda: len(office.taken) >= number)
    found = re.search(r"\S+/reset-password/\S+", office.taken[-1].get_content())
    assert found is not None
    return found.group()


def _set(link: str, password: str) -> tuple[requests.Session, requests.Response]:
    session = requests.Session()
    form = {**form_of(session.get(link, timeout=10)), "password": password}
    return session, session.post(link, data=form, timeout=10)


@pytest.mark.parametrize("typed", ["", "ani", "a@" + "b" * 300])
def test_what_is_no_address_is_refused_beside_its_field(
    world: World, office: PostOffice, typed: str
) -> None:
    refused = _ask(world, typed)

    assert refused.status_code == 422
    assert "e-mail address, such as" in refusals_of(refused)["email"]
    assert form_of(refused)["email"] == typed
    assert office.taken == []


def test_password_is_set_once_by_the_link_and_other_sessions_end(
    world: World, office: PostOffice
) -> None:
    accounts.set_password(world.context, world.owner.id, OPERATOR, OLD)
    elsewhere = world.browser()
    _ask(world, "Owner@example.test ")
    link = _link(office)
    mail = office.taken[0]
    assert (mail["To"], mail["Subject"]) == (
        "owner@example.test",
        "Makegood: atur kata sandi baru",
    )
    assert [requests.get(link, timeout=10).status_code for _ in range(3)] == [200] * 3

    _, short = _set(link, "short")
    session, inside = _set(link, NEW)
    again = requests.get(link, timeout=10)

    assert (short.status_code, set(refusals_of(short))) == (422, {"password"})
    assert inside.url == f"{world.url}/"
    assert session.get(f"{world.url}/me", timeout=10).url == f"{world.url}/me"
    assert "/sign-in" in elsewhere.get("/").url
    assert again.status_code == 404
    email = "owner@example.test"
    assert accounts.sign_in(world.context, email, OLD) is None
    assert accounts.sign_in(world.context, email, NEW) is not None


def test_answer_is_the_same_for_whom_nobody_knows_and_only_the_known_get_a_mail(
    world: World, office: PostOffice
) -> None:
    agent = people(world)[SellerRole.AGENT]
    members.set_active(world.context, agent.id, OPERATOR, active=False)
    emails = ("nobody@example.test", "agent@example.test", "owner@example.test")

    answers = [_ask(world, email) for email in emails]

    _link(office)
    assert len({(answer.status_code, answer.url, text_of(answer)) for answer in answers}) == 1
    assert office.recipients == ["owner@example.test"]


def test_one_address_gets_three_links_an_hour(world: World, office: PostOffice) -> None:
    statuses = [_ask(world, "owner@example.test").status_code for _ in range(4)]
    unknown = [_ask(world, "nobody@example.test").status_code for _ in range(4)]

    assert statuses == unknown == [200] * 3 + [429]
    until("three mails", lambda: len(office.taken) == 3)
    world.clock.move(seconds=HOUR.total_seconds() + 1)
    assert _ask(world, "owner@example.test").status_code == 200


def test_second_factor_is_asked_for_as_ever(world: World, office: PostOffice) -> None:
    secret, _ = _enrolled(world)
    _ask(world, "owner@example.test")

    session, answer = _set(_link(office), NEW)

    assert answer.url == f"{world.url}/sign-in/code"
    form = {**form_of(answer), "code": _code(world, secret)}
    inside = session.post(answer.url, data=form, timeout=10)
    assert inside.url == f"{world.url}/"


def test_new_password_and_shutting_out_end_a_link(world: World, office: PostOffice) -> None:
    agent = people(world)[SellerRole.AGENT]
    _ask(world, "agent@example.test")
    key = _link(office).rpartition("/")[2]
    members.set_active(world.context, agent.id, world.owner, active=False)

    with pytest.raises(NotFound):
        password_reset.set_by_link(world.context, key, NEW)


def test_where_no_mail_can_be_sent_the_page_says_whom_to_ask(world: World) -> None:
    page = requests.get(f"{world.url}/forgot-password", timeout=10)

    assert "Ask an owner of your shop for a sign-in link" in text_of(page)
    assert 'name="email"' not in page.text


def test_forged_link_is_refused(world: World) -> None:
    answer = requests.get(f"{world.url}/reset-password/forged", timeout=10)

    assert answer.status_code == 404
    assert "/forgot-password" in answer.text
