"""E-mail is connected by choosing the provider, and tried with a mail to oneself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from integrations.contract import Role
from integrations.email.presets import PRESETS, completed
from service.db.models import Audit, Connection
from service.domain.staff.authority import SellerRole
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from tests.integrations.email import mailbox_server
from tests.integrations.email.mailbox_server import PASSWORD, Box
from tests.integrations.email.post_office import PostOffice, opened
from tests.web.pages import form_of, refusals_of, text_of
from tests.world import World

FORM = {"name": "Mail", "roles": "messages", "from_address": "care@shop.example"}


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with opened(PostOffice()) as served:
        yield served


def _connect(world: World, port: int) -> int:
    values = {"host": "127.0.0.1", "port": str(port), "security": "none"}
    new = NewConnection(
        "email", "Mail", [Role.MESSAGES], {**values, "from_address": "a@shop.example"}
    )
    return connections.connect(world.context, world.shop_id, world.owner, new)


def _newest(world: World) -> Connection:
    with world.context.database.reading() as session:
        row = session.scalars(select(Connection).order_by(Connection.id.desc())).first()
        assert row is not None
        return row


@pytest.mark.parametrize("provider", [name for name in PRESETS if name != "own"])
def test_provider_fills_what_was_left_empty(
    world: World, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Saving tests the connection, and tests call nobody.
    monkeypatch.setattr("integrations.email.Email.check", lambda _: [])
    browser = world.browser()
    address = f"/shops/{world.shop_id}/connect/email"
    form = {**form_of(browser.get(address)), **FORM, "provider": provider, "password": "app-word"}

    browser.post(address, form)

    values = _newest(world).values
    filled = {name: values[name] for name in PRESETS[provider]}
    assert filled == PRESETS[provider]
    assert (values["username"], values["provider"]) == ("care@shop.example", provider)


def test_server_of_ones_own_is_asked_for_beside_its_field(world: World) -> None:
    browser = world.browser()
    address = f"/shops/{world.shop_id}/connect/email"

    answer = browser.post(address, {**form_of(browser.get(address)), **FORM})

    assert answer.status_code == 422
    assert "mail server" in refusals_of(answer)["host"]
    assert 'value="care@shop.example"' in answer.text


def test_what_few_need_is_folded_until_something_of_it_is_refused(world: World) -> None:
    browser, more = world.browser(), "<summary>More settings, which few shops need"
    address = f"/shops/{world.shop_id}/connect/email"
    fresh = browser.get(address).text
    before, _, folded = fresh.partition(f"<details>{more}")

    assert all(f'name="{name}"' in before for name in ("provider", "from_address", "password"))
    assert all(f'name="{name}"' in folded for name in ("imap_host", "imap_port", "ca_file"))
    wrong = {**FORM, "provider": "gmail", "password": "app-word", "imap_port": "x"}
    answer = browser.post(address, {**form_of(browser.get(address)), **wrong})
    assert "imap_port" in refusals_of(answer)
    assert f"<details open>{more}" in answer.text


def test_what_was_typed_stays_and_another_provider_takes_the_place_of_the_first() -> None:
    typed = completed({"provider": "gmail", "host": "relay.shop.example", "port": "465"})
    moved = completed({**completed({"provider": "gmail"}), "provider": "zoho"})

    assert (typed["host"], typed["port"], typed["security"]) == ("relay.shop.example", "465", "tls")
    assert typed["imap_host"] == "imap.gmail.com"
    assert {name: moved[name] for name in PRESETS["zoho"]} == PRESETS["zoho"]
    assert completed({"provider": "own", "host": "m.example"})["security"] == "starttls"


def test_test_mail_comes_to_oneself_and_makes_mail_a_step_that_is_done(
    world: World, office: PostOffice
) -> None:
    connection_id = _connect(world, office.port)
    browser = world.browser()

    answer = browser.post(f"/connections/{connection_id}/test-mail", {})

    assert "sent to owner@example.test" in text_of(answer).lower()
    assert office.recipients == ["owner@example.test"]
    assert "Mail" in office.taken[0].get_body().get_content()  # type: ignore[union-attr]
    with world.context.database.reading() as session:
        lines = session.scalars(select(Audit).order_by(Audit.id.desc()).limit(2)).all()
    assert [line.what for line in lines] == ["connection.checked", "connection.test_mail"]
    assert {line.actor for line in lines} == {str(world.owner)}


def test_refused_test_mail_says_why_and_is_no_success(world: World, office: PostOffice) -> None:
    office.refuse_sender = "550 no"
    connection_id = _connect(world, office.port)

    answer = world.browser().post(f"/connections/{connection_id}/test-mail", {})

    assert "refused the sender address (550)" in text_of(answer)
    with world.context.database.reading() as session:
        assert not session.scalars(select(Audit).where(Audit.what == "connection.test_mail")).all()


@pytest.fixture
def box() -> Iterator[Box]:
    with mailbox_server.opened(Box({})) as served:
        yield served


def _mail_form(office: PostOffice, box: Box, **entries: str) -> dict[str, str]:
    return {
        **FORM,
        "host": "127.0.0.1",
        "port": str(office.port),
        "security": "none",
        "imap_host": "127.0.0.1",
        "imap_port": str(box.port),
        "imap_username": "care",
        "imap_password": PASSWORD,
        **entries,
    }


def test_saving_tries_sending_and_reading(world: World, office: PostOffice, box: Box) -> None:
    browser, address = world.browser(), f"/shops/{world.shop_id}/connect/email"

    answer = browser.post(address, {**form_of(browser.get(address)), **_mail_form(office, box)})
    world.work()
    page = text_of(browser.get(f"/connections/{_newest(world).id}"))

    assert refusals_of(answer) == {}
    assert "mailbox for answers: works" in text_of(answer).lower()
    assert "was last read" in page
    assert "0 answers in the last 24 hours" in page


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize(
    ("entries", "field"),
    [
        ({"port": "1"}, "host"),
        ({"security": "starttls", "imap_host": ""}, "security"),
        ({"imap_host": "nowhere.invalid"}, "imap_host"),
        ({"imap_password": "wrong"}, "imap_password"),
        ({"imap_folder": "Jawaban"}, "imap_folder"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_the_test_finds_stands_beside_its_field(
    world: World,
    office: PostOffice,
    box: Box,
    entries: dict[str, str],
    field: str,
    language: str,
) -> None:
    browser, address = world.browser(), f"/shops/{world.shop_id}/connect/email"
    browser.get(f"/?lang={language}")
    form = {**form_of(browser.get(address)), **_mail_form(office, box, **entries)}

    answer = browser.post(address, form)

    assert list(refusals_of(answer)) == [field]
    shown = {"imap_folder": "Jawaban", "imap_host": "nowhere.invalid"}
    assert shown.get(field, "") in refusals_of(answer)[field]


def test_tries_are_limited(world: World, office: PostOffice) -> None:
    connection_id = _connect(world, office.port)
    browser = world.browser()

    states = [
        browser.post(f"/connections/{connection_id}/test-mail", {}).status_code for _ in range(6)
    ]

    assert states == [200] * 5 + [429]
    assert len(office.recipients) == 5


def test_only_who_manages_may_and_only_where_mail_is_sent(world: World, office: PostOffice) -> None:
    connection_id = _connect(world, office.port)
    agent = world.seller("agent@example.test", SellerRole.AGENT)

    refused = world.browser(agent).press("/me", f"/connections/{connection_id}/test-mail")
    other = world.browser().press("/me", f"/connections/{world.connection_id}/test-mail")

    assert refused.status_code == 403
    assert other.status_code == 409
    assert "sends no e-mail" in text_of(other)
    assert office.recipients == []
