"""Programs do with cases, connections, people and data what the desk does, and are refused what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from service.domain.staff.authority import OF_PROGRAMS, SellerRole
from service.operations.staff import tokens
from tests.operations.steps import helped, rated
from tests.web.pages import post_unreadable
from tests.web.test_api import Program
from tests.world import World


@pytest.fixture(name="program")
def _program(world: World) -> Program:
    program = Program(world)
    token = tokens.add_token(world.context, world.owner, "all", OF_PROGRAMS)
    program.headers = {"Authorization": f"Bearer {token}"}
    return program


def _case(world: World, verb: str = "") -> str:
    return f"/cases/{world.case().reference}{verb}"


def test_case_is_corrected_and_handed_over(world: World, program: Program) -> None:
    rated(world)
    agent = world.seller("agent@example.test", SellerRole.AGENT)

    _, corrected = program.post(_case(world, "/cause"), {"cause": "late"})
    status, _ = program.post(_case(world, "/hand-over"), {"seller_id": agent.id})
    refused, _ = program.post(_case(world, "/hand-over"), {"seller_id": 99})

    assert (corrected["cause"], corrected["cause_corrected"]) == ("late", True)
    assert (status, world.case().assignee_id, refused) == (200, agent.id, 422)


def test_message_is_drafted_changed_and_sent(world: World, program: Program) -> None:
    rated(world)
    words = {"text": "Mohon maaf, kami bantu ya."}

    _, thread = program.post(_case(world, "/messages"), {**words, "send": False})
    draft = thread["messages"][-1]
    address = _case(world, f"/messages/{draft['id']}")
    _, changed = program.post(f"{address}/change", {"text": "Mohon maaf ya, Kak."})
    _, released = program.post(f"{address}/release", {})
    world.work()
    _, read = program.get(_case(world, "/messages"))

    assert (draft["author"], draft["state"]) == ("seller", "draft")
    assert changed["messages"][-1]["text"] == "Mohon maaf ya, Kak."
    assert released["messages"][-1]["state"] == "planned"
    assert read["messages"][-1]["state"] == "sent"
    assert program.post(_case(world, "/messages/999/release"), {})[0] == 404


def test_make_good_is_named_by_its_reference_and_a_done_one_stays_done(
    world: World, program: Program
) -> None:
    helped(world)
    (make_good,) = world.case().make_goods

    done = program.post(_case(world, f"/make-goods/{make_good.reference}/cancel"), {})
    missing = program.post(_case(world, "/make-goods/MG-NONE-1/cancel"), {})

    assert [(status, answer["error"]["code"]) for status, answer in (done, missing)] == [
        (409, "wrong_state"),
        (404, "not_found"),
    ]
    assert world.case().make_goods[0].state == "done"


def test_connection_is_made_tested_and_given_another_secret(world: World, program: Program) -> None:
    values = {"base_url": f"{world.url}/sandbox", "api_key": "wrong"}
    made_of = {"adapter": "sandbox", "roles": ["orders"], "values": values}

    status, connection = program.post(f"/shops/{world.shop_id}/connections", made_of)
    address = f"/connections/{connection['id']}"
    _, failed = program.post(f"{address}/test", {})
    right = {"roles": ["orders"], "values": {"api_key": "test-key"}, "threshold": 3}
    program.post(f"{address}/change", right)
    _, passed = program.post(f"{address}/test", {})
    _, replaced = program.post(f"{address}/replace-secret", {})
    _, listed = program.get(f"/shops/{world.shop_id}/connections")

    assert status == 200
    assert [finding["ok"] for finding in failed["findings"]] == [False]
    assert "enter the one it printed" in failed["findings"][0]["advice"]
    assert [finding["ok"] for finding in passed["findings"]] == [True]
    assert len({connection["webhook_secret"], replaced["webhook_secret"], ""}) == 3
    assert [row["webhook_secret"] for row in listed["connections"]] == ["", ""]


def test_delivery_is_set_aside(world: World, program: Program) -> None:
    post_unreadable(world)
    world.work()
    (delivery,) = program.get("/deliveries")[1]["deliveries"]

    status, left = program.post(f"/deliveries/{delivery['id']}/set-aside", {})

    assert (status, left["deliveries"]) == (200, [])


def test_buyer_is_looked_at_and_erased(world: World, program: Program) -> None:
    helped(world)
    who = {"who": world.case().order["buyer"]["email"]}
    address = f"/shops/{world.shop_id}/erase"

    _, seen = program.post(f"{address}/look", who)
    untouched = world.case().erased_at
    _, erased = program.post(address, who)
    gone, _ = program.post(f"{address}/look", who)

    assert (seen["cases"], untouched) == (1, None)
    assert erased == seen
    assert (world.case().erased_at, gone) == (world.clock.now(), 404)


def test_old_data_is_listed_and_deleted(world: World, program: Program) -> None:
    helped(world)
    world.clock.move(days=60)
    world.work()
    world.clock.move(days=366)
    token = tokens.add_token(world.context, world.owner, "later", OF_PROGRAMS)
    program.headers = {"Authorization": f"Bearer {token}"}

    _, before = program.get(f"/shops/{world.shop_id}/old-data")
    _, after = program.post(f"/shops/{world.shop_id}/old-data/delete", {})

    assert sum(row["number"] for row in before["old"]) > 0
    assert sum(row["number"] for row in after["old"]) == 0


def test_shop_and_people_are_changed(world: World, program: Program) -> None:
    agent = world.seller("agent@example.test", SellerRole.AGENT)
    shop, person = f"/shops/{world.shop_id}", f"/shops/{world.shop_id}/people/{agent.id}"

    _, shop_settings = program.post(f"{shop}/hold", {"seconds": 45})
    automatic = {"currency": "IDR", "each": 100, "shop_day": 200, "buyer_day": 100}
    _, limited = program.post(f"{shop}/automatic", {"limits": [automatic]})
    _, viewer = program.post(f"{person}/change", {"role": "viewer"})
    _, recipient = program.post(f"{person}/reports", {"kinds": ["week"]})
    _, ended = program.post(f"{person}/end", {})

    assert shop_settings["hold_seconds"] == 45
    assert limited["automatic"] == {"IDR": {"each": 100, "shop_day": 200, "buyer_day": 100}}
    assert [row["role"] for row in viewer["people"]] == ["owner", "viewer"]
    assert recipient["people"][1]["reports"] == ["week"]
    assert [row["seller_id"] for row in ended["people"]] == [world.owner.id]


@pytest.mark.parametrize(
    ("verb", "body"),
    [("hold", {"seconds": 1}), ("connections", None), ("old-data/delete", {}), ("erase/look", {})],
)
def test_what_owners_do_is_refused_to_programs_of_others(
    world: World, verb: str, body: dict[str, Any] | None
) -> None:
    agent = world.seller("agent@example.test", SellerRole.AGENT)
    program = Program(world, agent)
    address = f"/shops/{world.shop_id}/{verb}"

    status, answer = program.get(address) if body is None else program.post(address, body)

    assert (status, answer["error"]["code"]) == (403, "not_permitted")
