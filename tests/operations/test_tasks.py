"""What waits for a person is a row: it is there when it waits, and gone when it waits no more."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from integrations.money import Money
from service.db.models import Case, Task
from service.db.tasks import task_queries as waiting
from service.domain.messages.kinds import Answer
from service.domain.staff.authority import BUYER
from service.domain.tasks.kinds import TASK_RULES, TaskKind
from service.operations.messages import answers
from service.operations.remedies import decisions
from service.operations.tasks.wanted import wanted_of
from tests.world import World


def _tasks(world: World) -> list[Task]:
    with world.context.database.reading() as session:
        return list(session.scalars(select(Task).order_by(Task.id)))


def _open(world: World) -> list[TaskKind]:
    return [task.kind for task in _tasks(world) if task.state == "open"]


def _in_line(world: World) -> None:
    """The open tasks are those that the cases ask for as they stand."""
    with world.context.database.reading() as session:
        cases = session.scalars(select(Case)).all()
        asked = {(task.kind, task.subject_id) for case in cases for task in wanted_of(case)}
        rows = session.scalars(select(Task).where(Task.state == "open"))
        assert {(task.kind, task.subject_id) for task in rows} == asked


def test_decision_waits_with_what_it_costs_until_it_is_made(world: World) -> None:
    world.rate(1)
    world.work()
    [task] = _tasks(world)
    proposal = world.case().proposals[-1].remedies[0]

    decisions.approve(world.context, world.case().id, world.owner, number=0)

    [ended] = _tasks(world)
    assert (task.kind, task.state) == (TaskKind.DECIDE, "open")
    assert Money(task.amount_minor or 0, task.currency) == Money(
        proposal["amount_minor"], proposal["currency"]
    )
    assert (ended.state, ended.ended_by) == ("done", f"seller:{world.owner.id}")
    assert ended.ended_at == world.clock.now()
    _in_line(world)


def test_task_is_dropped_when_the_rating_is_raised_meanwhile(world: World) -> None:
    order_id = world.rate(1)
    world.work()
    world.clock.move(minutes=5)

    world.rate(5, order_id=order_id)
    world.work()

    [task] = _tasks(world)
    assert (world.case().state, task.state) == ("closed", "dropped")


def test_grave_complaint_is_urgent_until_it_is_taken_up(world: World) -> None:
    world.rate(1, "Anak saya luka dan masuk rumah sakit")
    world.work()
    before = _open(world)

    decisions.approve(world.context, world.case().id, world.owner, number=0)
    world.work()

    assert before == [TaskKind.TAKE_UP]
    assert TASK_RULES[TaskKind.TAKE_UP].group == 0
    assert _open(world) == []
    _in_line(world)


def test_not_solved_comes_before_other_decisions(world: World) -> None:
    world.rate(1, "Barang rusak")
    world.work()
    decisions.approve(world.context, world.case().id, world.owner, number=0)
    world.work()
    world.clock.move(days=20)
    world.work()
    asked = next(message for message in world.case().messages if message.step == "resolution_check")

    answers.answer(
        world.context, asked.id, BUYER, answer=Answer.NOT_SOLVED, stars=None, comment="Masih rusak"
    )
    world.rate(2, "Kurang bagus")
    world.work()

    with world.context.database.reading() as session:
        rows = waiting.open_tasks(session, [world.shop_id], most=10)
        assert [row.task.kind for row in rows] == [TaskKind.NOT_SOLVED, TaskKind.DECIDE]
        assert [row.in_group for row in rows] == [1, 1]
    _in_line(world)


def test_closed_case_asks_for_nothing(world: World) -> None:
    world.rate(1)
    world.work()

    decisions.close_case(world.context, world.case().id, world.owner, "sudah selesai")

    assert _open(world) == []
    _in_line(world)


def test_pages_of_the_list_follow_each_other_whatever_changes_between(world: World) -> None:
    for number in range(5):
        world.rate(1, f"Barang rusak {number}")
        world.clock.move(minutes=1)
        world.work()
    with world.context.database.reading() as session:
        first = waiting.open_tasks(session, [world.shop_id], most=2)
        decisions_made = first[0].task.subject_id

    decisions.close_case(world.context, decisions_made, world.owner, "")

    with world.context.database.reading() as session:
        rest = waiting.open_tasks(session, [world.shop_id], most=10, after=first[-1].key)
        shown = [row.task.id for row in first + rest]
        assert len(shown) == len(set(shown)) == 5
        assert waiting.count_open(session, [world.shop_id]) == 4


@pytest.mark.parametrize("kind", TaskKind)
def test_every_kind_says_what_is_asked(kind: TaskKind) -> None:
    assert TASK_RULES[kind].title.id
