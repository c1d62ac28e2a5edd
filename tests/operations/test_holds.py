"""What was approved can be undone for a while: it is undone or it begins, never both."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from integrations.money import Money
from jobs.drain import Drain
from service.db.models import Task
from service.domain.errors import DomainError, NotPermitted, WrongState
from service.domain.messages.kinds import Step
from service.domain.staff.authority import BUYER, SellerRole
from service.domain.tasks.kinds import TaskKind
from service.operations.remedies import balance, decisions, holds, offers
from service.operations.shops import deciding
from tests.operations.steps import agent, message_of, rated, refund
from tests.operations.test_offers import open_tasks, ours, proposed, the_offer
from tests.web.test_sessions import another_process, at_once
from tests.world import World

HOLD = 20


def approved(world: World) -> int:
    """An approval that can be undone; gives the order."""
    order_id = rated(world)
    world.set_shop(hold_seconds=HOLD)
    decisions.approve(world.context, world.case().id, world.owner, changed=refund(order_id))
    world.work()
    return order_id


def told(world: World) -> list[str]:
    return [line.what for line in world.case().history]


def test_nothing_begins_before_the_time_to_undo_is_over(world: World) -> None:
    approved(world)
    made = world.case().make_goods[0]
    assert (made.state, made.held_until) == ("held", world.clock.now() + timedelta(seconds=HOLD))
    world.clock.move(seconds=HOLD - 1)
    world.work()
    assert (ours(world), world.case().make_goods[0].state, open_tasks(world)) == ([], "held", [])

    world.clock.move(seconds=1)
    world.work()

    assert (ours(world), world.case().state) == (["refund"], "following_up")
    assert told(world).count("approve") == told(world).count("made") == 1


def test_undone_approval_leaves_the_case_as_it_was(world: World) -> None:
    before = rated(world)
    with world.context.database.reading() as session:
        (task,) = session.scalars(select(Task))
        since = task.opened_at
        left = balance.left_of(session, world.case())
    world.clock.move(hours=1)
    world.set_shop(hold_seconds=HOLD)
    decisions.approve(world.context, world.case().id, world.owner, changed=refund(before))
    with world.context.database.reading() as session:
        promised = balance.promised_of(session, world.case())
        assert promised == Money(1_000_000, "IDR")

    holds.undo(world.context, world.case().id, world.owner)
    world.clock.move(minutes=5)
    world.work()

    assert (ours(world), world.case().state) == ([], "awaiting_approval")
    assert told(world)[-2:] == ["approve", "undone"]
    with world.context.database.reading() as session:
        (task,) = session.scalars(select(Task).where(Task.state == "open"))
        assert (task.kind, task.opened_at) == (TaskKind.DECIDE, since)
        assert balance.left_of(session, world.case()) == left


def test_what_was_undone_counts_against_no_limit(world: World) -> None:
    order_id, seller = rated(world), agent(world, IDR=1_000_000, week=1_000_000)
    world.set_shop(hold_seconds=HOLD)

    for _ in range(3):
        decisions.approve(world.context, world.case().id, seller, changed=refund(order_id))
        holds.undo(world.context, world.case().id, seller)
    decisions.approve(world.context, world.case().id, seller, changed=refund(order_id))
    world.clock.move(seconds=HOLD)
    world.work()

    assert ours(world) == ["refund"]


def test_doubt_is_there_again_when_its_approval_is_undone(world: World) -> None:
    order_id = rated(world, text="Saya lapor polisi, anak saya luka bakar!")
    doubt = world.case().doubt
    assert doubt is not None
    world.set_shop(hold_seconds=HOLD)
    decisions.approve(world.context, world.case().id, world.owner, changed=refund(order_id))
    assert open_tasks(world) == []

    holds.undo(world.context, world.case().id, world.owner)

    assert world.case().doubt == doubt
    assert open_tasks(world) == [TaskKind.TAKE_UP]


def test_too_late_to_undo_what_has_begun(world: World) -> None:
    approved(world)
    world.clock.move(seconds=HOLD)
    world.work()

    with pytest.raises(WrongState, match="too late"):
        holds.undo(world.context, world.case().id, world.owner)
    assert ours(world) == ["refund"]


def test_viewer_undoes_nothing(world: World) -> None:
    approved(world)

    with pytest.raises(NotPermitted):
        holds.undo(
            world.context, world.case().id, world.seller("v@example.test", SellerRole.VIEWER)
        )


def test_choice_is_told_to_the_buyer_after_the_hold_only(world: World) -> None:
    proposed(world)
    world.set_shop(hold_seconds=HOLD)
    decisions.offer(world.context, world.case().id, world.owner)
    world.work()
    assert [message.step for message in world.case().messages if message.step == Step.OFFER] == []
    with pytest.raises(WrongState):
        offers.pick(world.context, the_offer(world).id, 0, BUYER)

    world.clock.move(seconds=HOLD)
    world.work()

    assert message_of(world, Step.OFFER).state == "sent"
    assert world.case().make_goods[0].state == "offered"
    assert offers.pick(world.context, the_offer(world).id, 0, BUYER)
    world.work()
    assert len(ours(world)) == 1


def test_undone_choice_is_never_told(world: World) -> None:
    proposed(world)
    world.set_shop(hold_seconds=HOLD)
    decisions.offer(world.context, world.case().id, world.owner)

    holds.undo(world.context, world.case().id, world.owner)
    world.clock.move(days=8)
    world.work()

    assert (the_offer(world).state, world.case().state) == ("withdrawn", "awaiting_approval")
    assert [message.step for message in world.case().messages if message.step == Step.OFFER] == []
    assert ours(world) == []


def test_what_goes_by_itself_is_not_held(world: World) -> None:
    most = {"each": 26_000_000, "shop_day": 26_000_000, "buyer_day": 26_000_000}
    world.set_shop(hold_seconds=HOLD, automatic={"IDR": most})

    rated(world)

    assert len(ours(world)) == 1


@pytest.mark.parametrize("tries", range(4))
def test_undone_or_begun_never_both(world: World, tries: int) -> None:
    """Two processes at the same moment: one undoes, the other works on what is due."""
    approved(world)
    world.clock.move(seconds=HOLD)
    other = another_process(world)
    case_id = world.case().id

    def undo() -> str:
        holds.undo(other.context, case_id, world.owner)
        return "undone"

    def work() -> str:
        Drain(world.context, 2, threading.Event()).run()
        return "worked"

    came_of_it = at_once([undo, work])
    world.work()
    other.close()

    undone = "undone" in came_of_it
    assert undone or any(isinstance(each, DomainError) for each in came_of_it)
    assert ours(world) == ([] if undone else ["refund"])
    assert world.case().state == ("awaiting_approval" if undone else "following_up")
    assert told(world).count("undone") + told(world).count("made") == 1


@pytest.mark.parametrize("seconds", [-1, 601])
def test_hold_of_a_shop_is_within_bounds(world: World, seconds: int) -> None:
    with pytest.raises(DomainError, match="whole number"):
        deciding.change_hold(world.context, world.shop_id, world.owner, seconds)
    deciding.change_hold(world.context, world.shop_id, world.owner, 30)

    approve_then = rated(world)
    decisions.approve(world.context, world.case().id, world.owner, changed=refund(approve_then))

    assert world.case().make_goods[0].state == "held"
