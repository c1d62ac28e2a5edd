"""An open choice counts with its dearest remedy, against limits and against what the order leaves."""

from __future__ import annotations

import pytest

from integrations.money import Money
from integrations.sandbox.ledger import add_order
from integrations.sandbox.seed import SCARF
from service.db.models import MakeGood
from service.domain.errors import OverLimit, WrongState
from service.domain.messages.kinds import Step
from service.domain.staff.authority import BUYER, Limit, SellerRole
from service.operations.messages import opt_out
from service.operations.remedies import decisions, offers
from tests.operations.steps import agent, message_of, refund
from tests.operations.test_offers import PAID, ours, proposed, the_offer
from tests.world import World


def test_open_choice_counts_with_its_dearest_option(world: World) -> None:
    """Another case of the same order gets what is left beside it, whatever will be picked."""
    order_id = proposed(world)
    decisions.offer(
        world.context,
        world.case().id,
        world.owner,
        numbers=[0, 1],
    )
    [made] = world.case().make_goods
    assert made.remedy.amount == Money(PAID // 2, "IDR")
    with world.context.database.transaction() as session:
        other = session.get_one(MakeGood, made.id)
        assert other.state == "offered"

    with pytest.raises(WrongState):
        decisions.approve(world.context, world.case().id, world.owner, changed=refund(order_id))


def test_agent_offers_nothing_of_which_one_is_above_the_limit(world: World) -> None:
    proposed(world)
    seller = agent(world, IDR=PAID // 2)

    with pytest.raises(OverLimit):
        decisions.offer(world.context, world.case().id, seller)
    decisions.offer(world.context, world.case().id, seller, numbers=[0, 1])

    assert [option.kind for option in the_offer(world).options] == ["refund", "voucher"]


def test_owners_limit_lets_a_choice_go_by_itself_where_it_covers_the_dearest(world: World) -> None:
    most = {"each": PAID, "shop_day": PAID, "buyer_day": PAID}
    world.set_shop(automatic={"IDR": {**most, "each": PAID - 1}})
    proposed(world)
    assert world.case().state == "awaiting_approval"
    world.set_shop(automatic={"IDR": most})

    world.rate(1)
    world.work()
    world.rate(1)
    world.work()

    assert [case.state for case in world.cases()] == [
        "awaiting_approval",
        "offered",
        "awaiting_approval",
    ]


def test_week_of_an_agent_counts_the_dearest_until_the_buyer_has_picked(world: World) -> None:
    """What is given counts afterwards; what was taken back does not."""
    limits = {"IDR": Limit(PAID, PAID + 1_000_000)}
    seller = world.seller("w@example.test", SellerRole.AGENT, limits)
    proposed(world)
    decisions.offer(world.context, world.case().id, seller)
    order_id = proposed(world)
    other = world.cases()[-1].id
    some = refund(order_id, 2_000_000)

    with pytest.raises(OverLimit, match="seven days"):
        decisions.approve(world.context, other, seller, changed=some)
    assert offers.pick(world.context, the_offer(world).id, 0, BUYER)
    decisions.approve(world.context, other, seller, changed=some)
    world.work()

    assert ours(world) == ["refund", "refund"]


@pytest.mark.parametrize(
    ("without_pick", "state", "made"),
    [("first", "following_up", ["refund"]), ("seller", "awaiting_approval", [])],
)
def test_choice_by_itself_waits_for_no_buyer_who_cannot_be_written_to(
    world: World, without_pick: str, state: str, made: list[str]
) -> None:
    """What the rule says of no pick comes about at once, within the limit for what is given."""
    order_id = proposed(world, without_pick)
    opt_out.opt_out(world.context, message_of(world, Step.RECEIPT).id, BUYER)
    first = SCARF[2] * 2 // 5
    world.set_shop(automatic={"IDR": dict.fromkeys(("each", "shop_day", "buyer_day"), first)})
    with world.sandbox.ledger.write() as ledger:
        (buyer,) = ledger.execute(
            "SELECT buyer_id FROM orders WHERE id = ?", (order_id,)
        ).fetchone()
        other_id = add_order(ledger, buyer, SCARF, world.clock.now())

    world.rate(1, "Rusak", other_id)
    world.work()

    case = world.cases()[1]
    assert (case.state, ours(world)) == (state, made)
    left_out = [line for line in case.history if line.what == "choice_left_out"]
    assert len(left_out) == len(made)
