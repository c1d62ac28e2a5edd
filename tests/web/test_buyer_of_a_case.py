"""What a program reads of the buyer of a case, and where the platform has them."""

from __future__ import annotations

import pytest

from service.domain.staff.authority import SellerRole
from service.operations.privacy import erasure
from tests.operations.steps import rated
from tests.web.test_api import Program
from tests.world import World


@pytest.fixture
def program(world: World) -> Program:
    return Program(world, world.owner)


def test_program_reads_what_is_known_of_the_buyer(world: World, program: Program) -> None:
    rated(world)
    address = f"/cases/{world.case().reference}"
    proposal = program.get(address)[1]["proposal_id"]
    program.post(f"{address}/approve", {"proposal_id": proposal, "number": 1})
    world.work()

    told = program.get(address)[1]["buyer_summary"]

    paid = world.case().order["paid"]
    assert told == {
        "orders": 1,
        "spent": [{"orders": 1, "currency": "IDR", "amount_minor": paid}],
        "cases": 1,
        "given": [{"action": "refund", "number": 1, "currency": "IDR", "amount_minor": paid}],
        "other_cases": [],
    }


def test_program_reads_where_the_platform_has_it(world: World, program: Program) -> None:
    order_id = rated(world)
    looker = Program(world, world.seller("v@example.test", SellerRole.VIEWER))
    address = f"/cases/{world.case().reference}"

    pages, by_looker = (reader.get(address)[1]["pages"] for reader in (program, looker))

    assert pages == {
        "order": f"{world.url}/sandbox/orders/{order_id}",
        "review": f"{world.url}/sandbox/reviews/{world.case().review.platform_id[1:]}",
        "chat": f"{world.url}/sandbox/mailbox?order={order_id}",
    }
    assert by_looker == {**pages, "chat": ""}


def test_nothing_is_told_of_who_was_erased(world: World, program: Program) -> None:
    rated(world)
    erasure.erase_buyer(world.context, world.case().order["buyer"]["email"], world.owner)

    case = program.get(f"/cases/{world.case().reference}")[1]

    assert case["buyer_summary"] is None
