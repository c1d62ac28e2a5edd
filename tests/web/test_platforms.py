"""The pretend shop is offered where things are tried, never to a shop that real buyers rate."""

from __future__ import annotations

from integrations.contract import Role
from service.domain.staff.authority import OF_PROGRAMS, OPERATOR, Membership, SellerRole
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from service.operations.staff import accounts, tokens
from tests.web.pages import text_of
from tests.web.test_api import Program
from tests.world import World


def _new_shop(world: World) -> int:
    return connections.add_shop(world.context, world.owner, "Toko", zone="Asia/Jakarta")


def _rated(world: World, shop_id: int) -> None:
    """Real buyers rate this shop from now on."""
    values = {"base_url": "https://shop.example", "outgoing_secret": f"whsec_{'c2Vj' * 12}"}
    new = NewConnection("standard", "Toko", [Role.REVIEWS], values)
    connections.connect(world.context, shop_id, OPERATOR, new)


def _is_offered(world: World, shop_id: int) -> bool:
    """On the shop's page; the page to connect agrees."""
    browser, address = world.browser(), f"/shops/{shop_id}/connect/sandbox"
    is_listed = address in browser.get(f"/shops/{shop_id}").text
    status = browser.get(address).status_code

    assert browser.get(f"/shops/{shop_id}/connect/standard").status_code == 200
    assert status == (200 if is_listed else 404)
    return is_listed


def test_shop_of_real_buyers_is_not_offered_the_sandbox(world: World) -> None:
    shop_id = _new_shop(world)
    assert not _is_offered(world, shop_id), "there is no sandbox here"

    world.settings(sandbox_path="instance/sandbox.db")
    assert _is_offered(world, shop_id), "it may be rehearsed with its own rules"

    _rated(world, shop_id)
    assert not _is_offered(world, shop_id)


def test_shop_to_try_things_with_is_offered_more_of_the_sandbox(world: World) -> None:
    assert _is_offered(world, world.shop_id)

    _rated(world, world.shop_id)
    assert not _is_offered(world, world.shop_id)


def test_programs_are_offered_what_the_page_offers(world: World) -> None:
    program = Program(world)
    token = tokens.add_token(world.context, world.owner, "all", OF_PROGRAMS)
    program.headers = {"Authorization": f"Bearer {token}"}
    address = f"/shops/{world.shop_id}/connections"
    values = {"base_url": f"{world.url}/sandbox", "api_key": "test-key"}
    sent = {"adapter": "sandbox", "roles": ["orders"], "values": values}

    before, _ = program.post(address, sent)
    _rated(world, world.shop_id)
    after, said = program.post(address, sent)

    assert (before, after) == (200, 404)
    assert said["error"]["message"] == "There is no such platform."


def test_first_steps_lead_to_the_sandbox_where_there_is_one(world: World) -> None:
    shops = {_new_shop(world): Membership(SellerRole.OWNER)}
    owner = world.actor(accounts.add_seller(world.context, OPERATOR, "new@example.test", shops))
    browser, rehearse = world.browser(owner), "Rehearse with the sandbox"

    assert "First steps" in text_of(browser.get("/"))
    assert rehearse not in text_of(browser.get("/"))

    world.settings(sandbox_path="instance/sandbox.db")
    assert rehearse in text_of(browser.get("/"))
