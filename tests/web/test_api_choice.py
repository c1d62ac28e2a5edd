"""A program lets the buyer choose among proposed make-goods."""

from __future__ import annotations

from typing import Any

import pytest

from tests.operations.steps import rated
from tests.operations.test_offers import playbook
from tests.web.test_api import Program
from tests.world import World


def _address(world: World, verb: str = "") -> str:
    return f"/cases/{world.case().reference}{verb}"


def test_program_lets_the_buyer_choose(world: World) -> None:
    world.set_shop(playbook=playbook())
    rated(world)
    program = Program(world)
    _, case = program.get(_address(world))
    wanted = {"proposal_id": case["proposal_id"], "numbers": [1, 0], "days": 3}

    status, offered = program.post(_address(world, "/offer"), {**wanted, "without_pick": "seller"})
    again = program.post(_address(world, "/offer"), wanted)

    assert case["proposal_offer"] == {"days": 7, "without_pick": "first"}
    assert (status, offered["state"], again[0]) == (200, "offered", 409)
    offer = offered["make_goods"][0]["offer"]
    assert (offer["state"], offer["without_pick"]) == ("open", "seller")
    assert offer["ends_at"] == "2026-11-27T03:00:00+00:00"
    assert [option["action"] for option in offer["options"]] == ["voucher", "refund"]


@pytest.mark.parametrize(
    "body", [{}, {"days": 0}, {"days": 7, "numbers": [0]}, {"days": 7, "without_pick": "later"}]
)
def test_program_offers_no_choice_without_terms_or_a_set(
    world: World, body: dict[str, Any]
) -> None:
    rated(world)

    status, said = Program(world).post(_address(world, "/offer"), body)

    assert (status, said["error"]["code"]) == (422, "wrong_input")
    assert world.case().state == "awaiting_approval"
