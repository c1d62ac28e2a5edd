"""An empty desk leads its owner through what is to be set up; rows alone say what is done."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from integrations.contract import CheckResult, Role
from integrations.errors import Misconfigured
from integrations.sentence import Text
from integrations.standard import ADAPTER as STANDARD
from service.db.models import Audit, Connection
from service.domain.staff.authority import OPERATOR, SellerRole
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from service.operations.staff import accounts
from tests.web.pages import text_of
from tests.world import Browser, World

HEADING = "First steps"
NAMES = (
    "Add your shop",
    "Connect the platform",
    "Let messages",
    "Look at the rules",
    "Invite your staff",
    "Rehearse",
)


def _steps(browser: Browser) -> dict[str, str]:
    """What each step of the list says, by a word of it; empty without the list."""
    page = text_of(browser.get("/"))
    if HEADING not in page:
        return {}
    ends = [*NAMES[1:], "No such words"]
    return {
        name: "done" if "✓ done" in page.partition(name)[2].partition(end)[0] else "to do"
        for name, end in zip(NAMES, ends, strict=True)
    }


def _done(browser: Browser) -> list[str]:
    return [name for name, state in _steps(browser).items() if state == "done"]


def _connect(world: World, adapter: str, role: Role, values: dict[str, str]) -> int:
    new = NewConnection(adapter, adapter.title(), [role], values)
    return connections.connect(world.context, world.shop_id, world.owner, new)


def _shop_of_ones_own(world: World) -> int:
    values = {"base_url": "https://shop.example", "outgoing_secret": f"whsec_{'c2Vj' * 12}"}
    return _connect(world, "standard", Role.REVIEWS, values)


def _mail(world: World) -> int:
    values = {"host": "127.0.0.1", "port": "9", "security": "none", "from_address": "a@b.example"}
    return _connect(world, "email", Role.MESSAGES, values)


def test_steps_are_done_one_after_the_other_and_the_list_goes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = world.browser()
    fine = [CheckResult(Text("Connection"), ok=True)]
    assert _done(browser) == ["Add your shop"]

    shop = _shop_of_ones_own(world)
    assert _done(browser) == ["Add your shop"], "it is connected, not tested"

    monkeypatch.setattr(STANDARD, "check", lambda _: fine)
    browser.post(f"/connections/{shop}/test", {})
    assert _done(browser) == ["Add your shop", "Connect the platform"]

    page = f"/shops/{world.shop_id}/playbook"
    assert "Keep these rules" in browser.get(page).text
    browser.post(f"{page}/keep", {})
    assert "Keep these rules" not in browser.get(page).text
    assert _done(browser)[-1] == "Look at the rules"

    mail = _mail(world)
    monkeypatch.setattr("integrations.email.Email.check", lambda _: fine)
    browser.post(f"/connections/{mail}/test", {})
    assert _steps(browser) == {}
    assert "Nothing waits for you" in text_of(browser.get("/"))


def test_failed_check_does_not_count(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = world.browser()
    shop = _shop_of_ones_own(world)

    def refuse(_: object) -> list[CheckResult]:
        raise Misconfigured("the shop refused the key")

    monkeypatch.setattr(STANDARD, "check", refuse)
    browser.post(f"/connections/{shop}/test", {})

    assert "Connect the platform" not in _done(browser)


def test_platform_that_works_no_more_counts_no_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = world.browser()
    shop = _shop_of_ones_own(world)
    monkeypatch.setattr(STANDARD, "check", lambda _: [CheckResult(Text("Connection"), ok=True)])
    browser.post(f"/connections/{shop}/test", {})
    faulty = [CheckResult(Text("Connection"), ok=False, advice=Text("enter the key"))]

    monkeypatch.setattr(STANDARD, "check", lambda _: faulty)
    browser.post(f"/connections/{shop}/test", {})

    assert "Connect the platform" not in _done(browser)


def test_staff_and_rehearsal_are_ticked_and_not_required(world: World) -> None:
    browser = world.browser()
    world.seller("agent@example.test", SellerRole.AGENT)
    world.rate(5)
    world.work()
    assert _done(browser) == ["Add your shop", "Invite your staff"], "five stars open no case"

    world.rate(1)
    world.work()
    assert _steps(browser) == {}, "what waits comes before the list"


def test_check_of_the_clock_counts_and_is_noted_once(world: World) -> None:
    for _ in range(3):
        world.clock.move(days=1, minutes=1)
        world.work()

    with world.context.database.reading() as session:
        noted = session.scalars(select(Audit).where(Audit.what == "connection.checked")).all()
        connection = session.get_one(Connection, world.connection_id)
    assert [row.shop_id for row in noted] == [world.shop_id]
    assert connection.problem is None


def test_only_who_manages_a_shop_or_may_add_the_first_sees_the_list(world: World) -> None:
    agent = world.seller("agent@example.test", SellerRole.AGENT)
    stranger = world.actor(accounts.add_seller(world.context, OPERATOR, "new@example.test", {}))

    assert HEADING not in text_of(world.browser(agent).get("/"))
    assert HEADING not in text_of(world.browser(stranger).get("/"))
    assert HEADING in text_of(world.browser().get("/"))


def test_each_step_leads_to_a_page(world: World) -> None:
    browser = world.browser()
    page = browser.get("/").text.partition('id="first-steps"')[2].partition("</section>")[0]
    addresses = re.findall(r'href="([^"]+)"', page)
    assert len(addresses) == 6
    for address in addresses:
        path = address.removeprefix(world.url)
        assert browser.get(path).status_code == 200, path
