"""Names of before that nothing checked are kept where they are among those there are, up and down."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from service.db import migrations
from service.db.models import MessageAttempt, Task
from service.domain.cases.states import CloseReason
from service.domain.messages.states import HandOverOutcome
from service.domain.tasks.kinds import TaskGroup
from service.operations.messages import do_not_contact
from tests.operations.steps import help_again, rated
from tests.world import World

BEFORE = "0061"
NAMES = (
    "SELECT close_reason FROM cases ORDER BY id",
    "SELECT kind FROM do_not_contact ORDER BY id",
)
UNCHECKED = (
    "UPDATE cases SET close_reason = 'lost'",
    "UPDATE do_not_contact SET kind = 'lost'",
    "UPDATE message_attempt SET outcome = 'lost'",
    "UPDATE task SET urgency = 7",
)


def _names(world: World) -> list[list[str | None]]:
    with world.context.database.reading() as session:
        return [list(session.scalars(text(statement))) for statement in NAMES]


def _outcomes(world: World, column: str) -> list[str]:
    with world.context.database.reading() as session:
        return list(session.scalars(text(f"SELECT {column} FROM message_attempt ORDER BY id")))


def _lived(world: World) -> None:
    """A closed case, an open one, messages, and two who want none."""
    order_id = rated(world)
    help_again(world, order_id)
    world.rate(5, "Terima kasih", order_id)
    world.work()
    rated(world)
    for who in ("wayan@example.com", "+6281234567890"):
        do_not_contact.put(world.context, world.shop_id, world.owner, who, "asked")


def test_names_of_before_are_kept(world: World) -> None:
    _lived(world)
    config, outcomes = migrations.config(world.context.database), _outcomes(world, "outcome")
    assert _names(world) == [["recovered", None], ["email", "telephone"]]
    assert outcomes

    command.downgrade(config, BEFORE)

    assert _names(world) == [["recovered", ""], ["email", "telephone"]]
    assert _outcomes(world, "state") == outcomes
    with world.context.database.transaction() as session:
        session.execute(text("UPDATE do_not_contact SET kind = '' WHERE id = 2"))

    migrations.migrate(world.context.database)

    assert _names(world) == [["recovered", None], ["email", None]]
    assert _outcomes(world, "outcome") == outcomes
    first, second = world.cases()
    assert (first.close_reason, second.close_reason) == (CloseReason.RECOVERED, None)
    with world.context.database.reading() as session:
        kept = session.scalars(select(MessageAttempt.outcome).order_by(MessageAttempt.id)).all()
    assert kept == [HandOverOutcome(outcome) for outcome in outcomes]


@pytest.mark.parametrize("statement", UNCHECKED)
def test_no_other_name_is_taken(world: World, statement: str) -> None:
    _lived(world)

    with world.context.database.transaction() as session, pytest.raises(IntegrityError):
        session.execute(text(statement))


def test_tasks_of_before_keep_their_groups(world: World) -> None:
    rated(world)
    config, statement = migrations.config(world.context.database), select(Task.urgency)
    command.downgrade(config, "0062")
    with world.context.database.transaction() as session:
        [kept] = session.scalars(statement)
        session.execute(text("UPDATE task SET urgency = 40"))

    migrations.migrate(world.context.database)

    with world.context.database.transaction() as session:
        assert (kept, session.scalars(statement).one()) == (TaskGroup.DECIDE, TaskGroup.REST)
