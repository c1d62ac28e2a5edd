"""Like cases approved together: each by itself, within all limits, and none that was not counted."""

from __future__ import annotations

import pytest

from service.domain.errors import WrongInput
from service.domain.staff.authority import Limit, SellerRole
from service.operations.remedies import bulk
from service.operations.remedies.bulk import Chosen
from tests.operations.test_offers import ours
from tests.world import World

PRICE = 25_900_000


def _rated(world: World, number: int) -> list[Chosen]:
    """So many cases of a broken kettle."""
    for _ in range(number):
        world.rate(1, "Barang datang pecah")
    world.work()
    return [Chosen(case.reference, case.proposals[-1].id) for case in world.cases()]


def test_ten_like_cases_are_approved_each_once(world: World) -> None:
    chosen = _rated(world, 10)

    results = bulk.approve(world.context, chosen, world.owner, counted=10)
    world.work()

    assert [result.refused for result in results] == [None] * 10
    assert ours(world) == ["resend"] * 10
    assert {case.decisions[0].actor for case in world.cases()} == {str(world.owner)}


@pytest.mark.parametrize("counted", [2, 4, -1])
def test_nothing_is_decided_when_the_typed_number_differs(world: World, counted: int) -> None:
    chosen = _rated(world, 3)

    with pytest.raises(WrongInput, match="3"):
        bulk.approve(world.context, chosen, world.owner, counted=counted)
    assert {case.state for case in world.cases()} == {"awaiting_approval"}


def test_what_no_longer_fits_the_limit_is_left_and_says_why(world: World) -> None:
    chosen = _rated(world, 4)
    most = Limit(each=PRICE, week=2 * PRICE)
    seller = world.seller("agent@example.test", SellerRole.AGENT, {"IDR": most})

    results = bulk.approve(world.context, chosen, seller, counted=4)
    world.work()

    assert [result.refused is None for result in results] == [True, True, False, False]
    assert "limit for seven days" in str(results[-1].refused)
    assert len(ours(world)) == 2
    assert world.cases()[-1].state == "awaiting_approval"


def test_case_decided_meanwhile_is_left_and_the_others_are_done(world: World) -> None:
    chosen = _rated(world, 3)
    bulk.approve(world.context, chosen[1:2], world.owner, counted=1)

    results = bulk.approve(world.context, chosen, world.owner, counted=3)

    assert [result.refused is None for result in results] == [True, False, True]


def test_case_named_twice_is_decided_once(world: World) -> None:
    (reference,) = _rated(world, 1)

    results = bulk.approve(world.context, [reference, reference], world.owner, counted=1)
    world.work()

    assert [result.refused is None for result in results] == [True, False]
    assert len(ours(world)) == 1


def test_what_was_approved_together_is_undone_together(world: World) -> None:
    chosen = _rated(world, 3)
    world.set_shop(hold_seconds=20)
    bulk.approve(world.context, chosen, world.owner, counted=3)

    references = [each.reference for each in chosen]
    results = bulk.undo(world.context, references, world.owner)
    world.clock.move(minutes=1)
    world.work()

    assert [result.refused for result in results] == [None] * 3
    assert ours(world) == []
    assert {case.state for case in world.cases()} == {"awaiting_approval"}
