"""A clock that runs ahead and steps back stops nothing that recurs, and no lane."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from jobs import schedule
from service.db.models import Kind, Lane, OutboxRow
from service.db.outbox.ahead import FURTHEST
from service.domain.cases.states import CaseState
from tests.operations.steps import ASKING, help_again, rated
from tests.world import World

AHEAD = timedelta(days=400)


def _open_rows(world: World) -> list[OutboxRow]:
    with world.context.database.reading() as session:
        rows = select(OutboxRow).where(OutboxRow.done_at.is_(None)).order_by(OutboxRow.id)
        return list(session.scalars(rows))


def _step(world: World, by: timedelta) -> None:
    world.clock.move(seconds=by.total_seconds())
    schedule.run_due(world.context)
    world.work()


def test_what_recurs_goes_on_after_the_clock_has_stepped_back(world: World) -> None:
    world.work()
    _step(world, AHEAD)
    _step(world, -AHEAD)

    soon = world.clock.now() + timedelta(days=2)
    recurring = [row for row in _open_rows(world) if row.kind in FURTHEST]
    assert {row.kind for row in recurring} == {Kind.POLL, Kind.CHECK}
    assert all(row.due_at <= soon for row in recurring)


@pytest.mark.parametrize("kind", ["claimed", "quiet"])
def test_lane_that_was_held_by_a_wrong_time_goes_on(world: World, kind: str) -> None:
    world.work()
    far = world.clock.now() + AHEAD
    with world.context.database.transaction() as session:
        if kind == "quiet":
            session.execute(update(Lane).values(quiet_until=far))
        else:
            open_rows = update(OutboxRow).where(OutboxRow.done_at.is_(None))
            session.execute(open_rows.values(due_at=far, claim_token="of-a-worker-that-died"))
    _step(world, timedelta(minutes=11))

    rated(world)

    assert world.case().state == CaseState.AWAITING_APPROVAL
    assert not [row for row in _open_rows(world) if row.due_at >= far]


def test_nothing_that_may_lie_far_ahead_is_brought_near(world: World) -> None:
    world.set_shop(asking=ASKING)
    help_again(world, rated(world))
    before = [(row.id, row.due_at) for row in _open_rows(world) if row.kind not in FURTHEST]
    _step(world, timedelta(minutes=11))

    after = [(row.id, row.due_at) for row in _open_rows(world) if row.kind not in FURTHEST]
    assert before == after != []
