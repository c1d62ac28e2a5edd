"""A make-good that is not simply done: the platform takes its time, the buyer has to do something, or
a person does it by hand. None of these is a failure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from integrations.contract import ActionRequest, ActionResult, ByHand, Done, Pending, Way
from integrations.errors import Rejected, Temporary
from integrations.remedies import REFUND, VOUCHER
from integrations.sandbox import CAPABILITIES, Sandbox
from integrations.sentence import Text
from service.db.models import MakeGood, Task
from service.domain.tasks.kinds import TaskKind
from service.operations.remedies import decisions, make_goods
from tests.operations.steps import help_again, rated, refund
from tests.web.pages import text_of
from tests.world import World

AT_IT = Text("the warehouse packs it")
OPEN_RETURN = Text("the buyer has to open a return")
Answers = list[Callable[[ActionRequest], ActionResult]]


def _answer(monkeypatch: pytest.MonkeyPatch, answers: Answers) -> list[ActionRequest]:
    """The platform answers so, one after the other; gives what it was asked."""
    asked: list[ActionRequest] = []

    def act(self: Sandbox, request: ActionRequest) -> ActionResult:
        asked.append(request)
        return answers.pop(0)(request)

    monkeypatch.setattr(Sandbox, "act", act)
    return asked


def _pending(world: World, text: Text, **values: object) -> Callable[[ActionRequest], ActionResult]:
    until = world.clock.now() + timedelta(hours=1)
    pending = Pending(until, {"claim": "c-7"}, text)
    return lambda request: replace(pending, **values)  # type: ignore[arg-type]


def _raise(error: Exception) -> Callable[[ActionRequest], ActionResult]:
    def act(request: ActionRequest) -> ActionResult:
        raise error

    return act


def _open_tasks(world: World) -> list[TaskKind]:
    with world.context.database.reading() as session:
        return list(session.scalars(select(Task.kind).where(Task.state == "open")))


def _make_good(world: World) -> MakeGood:
    return world.case().make_goods[0]


def test_platform_takes_its_time_and_is_asked_again_with_what_it_gave(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = rated(world)
    done = Done("r-1")
    asked = _answer(monkeypatch, [_pending(world, AT_IT), lambda request: done])

    help_again(world, order_id)

    assert (world.case().state, _make_good(world).state) == ("approved", "in_progress")
    assert (_open_tasks(world), "fail" in [line.what for line in world.case().history]) == (
        [],
        False,
    )
    page = text_of(world.browser().get(f"/cases/{world.case().reference}"))
    assert "The warehouse packs it" in page
    world.work()
    world.clock.move(hours=1)
    world.work()
    assert [request.progress for request in asked] == [{}, {"claim": "c-7"}]
    assert len({request.key for request in asked}) == 1
    assert (world.case().state, _make_good(world).state) == ("following_up", "done")


def test_buyer_is_waited_for_until_the_last_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = rated(world)
    last = world.clock.now() + timedelta(days=7)
    over = Rejected(Text("the buyer opened no return"))
    _answer(monkeypatch, [_pending(world, OPEN_RETURN, buyer_until=last), _raise(over)])

    help_again(world, order_id)

    waiting = _make_good(world)
    assert (waiting.state, waiting.waits_until, _open_tasks(world)) == (
        "waiting_for_buyer",
        last,
        [],
    )
    page = text_of(world.browser().get(f"/cases/{world.case().reference}"))
    assert "waits for the buyer" in page
    assert "The buyer has time until Dec 1" in page
    world.clock.move(days=8)
    world.work()
    assert (world.case().state, _make_good(world).state) == ("awaiting_approval", "refused")
    assert _open_tasks(world) == [TaskKind.REFUSED]


def test_step_of_unknown_outcome_is_looked_up_before_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = rated(world)
    lost = _raise(Temporary(Text("the line broke")))
    asked = _answer(monkeypatch, [_pending(world, AT_IT), lost, lambda request: Done("r-1")])
    later = world.clock.now() + timedelta(hours=2)
    looked_up: list[ActionRequest] = []

    def find(self: Sandbox, request: ActionRequest) -> Pending:
        looked_up.append(request)
        return Pending(later, {"claim": "c-7", "label": "l-1"}, AT_IT)

    monkeypatch.setattr(Sandbox, "find", find)
    help_again(world, order_id)
    world.clock.move(hours=1)
    world.work()
    world.clock.move(minutes=1)
    world.work()

    assert (len(asked), len(looked_up), _make_good(world).state) == (2, 1, "in_progress")
    world.clock.move(hours=1)
    world.work()
    assert asked[-1].progress == {"claim": "c-7", "label": "l-1"}
    assert _make_good(world).state == "done"


def test_what_was_taken_up_and_is_lost_from_sight_may_have_been_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = rated(world)
    gone = _raise(ValueError("nonsense"))
    _answer(monkeypatch, [_pending(world, AT_IT), *[gone] * 9])
    monkeypatch.setattr(Sandbox, "capabilities", replace(CAPABILITIES, look_up=False))

    help_again(world, order_id)
    for _ in range(12):
        world.clock.move(hours=1)
        world.work()

    assert (_make_good(world).state, _make_good(world).outcome_unknown) == ("unknown", True)
    assert _open_tasks(world) == [TaskKind.FIND_OUT]


def test_make_good_that_waits_for_the_buyer_holds_up_no_other_of_its_order(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = rated(world)
    last = world.clock.now() + timedelta(days=7)
    _answer(
        monkeypatch,
        [_pending(world, OPEN_RETURN, buyer_until=last), lambda request: Done("r-2")],
    )
    help_again(world, order_id)
    world.rate(1, "Salah kirim", order_id=None)
    with world.context.database.transaction() as session:
        first = session.get_one(MakeGood, _first_id(world))
        assert first.state == "waiting_for_buyer"
    second = world.rate(1)
    world.work()
    help_again(world, second)

    assert [made.state for case in world.cases() for made in case.make_goods] == [
        "waiting_for_buyer",
        "done",
    ]


def _first_id(world: World) -> int:
    return world.cases()[0].make_goods[0].id


@pytest.mark.parametrize("said_by", ["capabilities", "platform"])
def test_by_hand_is_a_task_and_no_failure(
    world: World, monkeypatch: pytest.MonkeyPatch, said_by: str
) -> None:
    ways = {REFUND: Way.TASK, VOUCHER: Way.API}
    if said_by == "capabilities":
        monkeypatch.setattr(Sandbox, "capabilities", replace(CAPABILITIES, remedies=ways))
    else:
        text = Text("pay it back at the bank")
        _answer(monkeypatch, [lambda request: ByHand(text)])
    order_id = rated(world)

    help_again(world, order_id)

    made = _make_good(world)
    assert (world.case().state, made.state) == ("approved", "by_hand")
    assert _open_tasks(world) == [TaskKind.CARRY_OUT]
    assert ("Refund" if said_by == "capabilities" else "at the bank") in str(made.todo)
    assert "fail" not in [line.what for line in world.case().history]
    assert world.ledger()["made"] == []
    make_goods.done_by_hand(world.context, made.id, actor=world.owner)
    assert (world.case().state, _make_good(world).state) == ("following_up", "done")
    assert _open_tasks(world) == []


def test_by_hand_is_taken_back_for_another_decision(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Sandbox, "capabilities", replace(CAPABILITIES, remedies=Way.TASK))
    order_id = rated(world)
    decisions.approve(world.context, world.case().id, world.owner, changed=refund(order_id))

    make_goods.cancel(world.context, _make_good(world).id, actor=world.owner)

    assert (world.case().state, _make_good(world).state) == ("awaiting_approval", "cancelled")
    assert _open_tasks(world) == [TaskKind.DECIDE]
