"""What a connection or a delivery needs of a person is a task, and ends with its reason."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from integrations import errors
from integrations.contract import CheckResult
from integrations.sandbox import Sandbox
from integrations.sentence import Text
from service.db.models import Connection, Delivery, Task
from service.domain.errors import WrongState
from service.domain.reviews.delivery_states import DELIVERIES
from service.domain.shops.connection_states import CONNECTIONS, ConnectionState
from service.domain.staff.authority import OPERATOR
from service.domain.state_table import StateTable
from service.domain.tasks.kinds import TaskKind
from service.operations.remedies import decisions
from service.operations.reviews import deliveries
from service.operations.shops import connections, disconnect
from tests.operations.steps import rated, refund
from tests.operations.test_recovery import Shop
from tests.web.pages import post_unreadable, text_of
from tests.world import World


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    return Shop(monkeypatch)


def _tasks(world: World, kind: TaskKind) -> list[tuple[str, str]]:
    """State and text of each task of a kind, the oldest first."""
    with world.context.database.reading() as session:
        tasks = session.scalars(select(Task).where(Task.kind == kind).order_by(Task.id)).all()
    assert {(task.connection_id, task.case_id) for task in tasks} <= {(world.connection_id, None)}
    return [(task.state.value, str(task.text)) for task in tasks]


def _mending(world: World) -> list[tuple[str, str]]:
    return _tasks(world, TaskKind.MEND_CONNECTION)


def _lives(world: World, minutes: float, every: int = 10) -> None:
    for _ in range(int(minutes * 60 / every)):
        world.work()
        world.clock.move(seconds=every)


def test_refused_connection_is_a_task_until_it_mends_itself(world: World, shop: Shop) -> None:
    world.work()
    world.rate(1)
    shop.error = errors.Misconfigured("the key is wrong")
    world.work()
    refused = _mending(world), world.connection().state
    page = text_of(world.browser().get("/"))
    shop.error = None
    _lives(world, minutes=3)

    assert refused == ([("open", "the key is wrong")], ConnectionState.PAUSED)
    assert "Sandbox ✗ The key is wrong." in page
    assert _mending(world) == [("dropped", "the key is wrong")]
    assert world.connection().state == ConnectionState.WORKING
    assert "Sandbox goes on by itself" in text_of(world.browser().get("/"))


def test_task_is_done_by_whoever_lets_the_connection_go_on(world: World, shop: Shop) -> None:
    world.work()
    world.rate(1)
    shop.error = errors.Misconfigured("the key is wrong")
    world.work()
    shop.error = None

    connections.resume(world.context, world.connection_id, world.owner)
    world.work()

    assert _mending(world) == [("done", "the key is wrong")]
    assert "goes on by itself" not in text_of(world.browser().get("/"))


def test_what_fails_again_and_again_is_a_task_until_it_has_gone_through(
    world: World, shop: Shop
) -> None:
    world.work()
    world.rate(1)
    shop.error = errors.Temporary("the shop could not be reached", outcome="not_done")
    _lives(world, minutes=0.3)
    soon = _mending(world)
    _lives(world, minutes=3)
    (later,) = _mending(world)
    shop.error = None
    _lives(world, minutes=3)

    assert soon == []
    assert later[0] == "open"
    assert "the shop could not be reached" in later[1]
    assert [state for state, _ in _mending(world)] == ["dropped"]
    assert world.case().state == "awaiting_approval"


def test_what_a_check_finds_is_a_task_until_it_finds_it_no_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.work()
    findings = [CheckResult(Text("Webhook"), False, Text("it is off"))]
    monkeypatch.setattr(Sandbox, "check", lambda _: list(findings))

    _lives(world, minutes=25 * 60, every=1800)
    found, state = _mending(world), world.connection().state
    findings.clear()
    _lives(world, minutes=120, every=1800)

    assert (found, state) == ([("open", "Webhook: it is off")], ConnectionState.FAULTY)
    assert _mending(world) == [("dropped", "Webhook: it is off")]


def test_disconnected_connection_asks_for_nothing(world: World, shop: Shop) -> None:
    world.work()
    world.rate(1)
    shop.error = errors.Misconfigured("the key is wrong")
    world.work()

    disconnect.disconnect(world.context, world.connection_id, OPERATOR)

    assert world.connection().state == ConnectionState.DISCONNECTED
    assert [state for state, _ in _mending(world)] == ["dropped"]


def test_delivery_that_cannot_be_read_is_a_task_each_time_it_comes_back(world: World) -> None:
    post_unreadable(world)
    world.work()
    with world.context.database.reading() as session:
        delivery = session.scalars(select(Delivery).where(Delivery.key == "odd")).one()
    first = _tasks(world, TaskKind.LOOK_AT_DELIVERY)

    deliveries.read_again(world.context, delivery.id, world.owner)
    world.work()
    again = _tasks(world, TaskKind.LOOK_AT_DELIVERY)
    deliveries.set_aside(world.context, delivery.id, world.owner)

    assert first == [("open", str(delivery.note))]
    assert [state for state, _ in again] == ["done", "open"]
    assert [state for state, _ in _tasks(world, TaskKind.LOOK_AT_DELIVERY)] == ["done", "done"]
    with pytest.raises(WrongState):
        deliveries.set_aside(world.context, delivery.id, world.owner)


@pytest.mark.parametrize("table", [CONNECTIONS, DELIVERIES], ids=["connection", "delivery"])
def test_every_state_has_a_name_and_can_be_reached(table: StateTable[Any, Any]) -> None:
    reached = {table.first} | {target for _, target in table.moves.values()}

    assert reached == set(table.labels) == set(type(table.first).__members__.values())


@pytest.mark.parametrize("column", ["connection.state", "delivery.state", "outbox.kind"])
def test_database_refuses_states_that_nobody_knows(world: World, column: str) -> None:
    world.rate(1)
    table, _, name = column.partition(".")

    with pytest.raises(IntegrityError), world.context.database.transaction() as session:
        session.execute(text(f"UPDATE {table} SET {name} = 'odd'"))


def test_paused_connection_holds_what_goes_out_and_reads_what_comes_in(world: World) -> None:
    order_id = rated(world)
    with world.context.database.transaction() as session:
        session.get_one(Connection, world.connection_id).state = ConnectionState.PAUSED
    decisions.approve(world.context, world.case().id, world.owner, changed=refund(order_id))
    world.rate(5, "bagus", order_id)
    world.work()

    assert world.case().close_reason == "recovered"
    assert (world.case().make_goods[0].state, world.ledger()["made"]) == ("approved", [])
