"""Rows of before get the state that their attempts and texts say."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from service.db import migrations
from service.operations.remedies import decisions
from tests.operations.steps import refund
from tests.operations.test_offers import offered
from tests.world import World

BEFORE = "0020"
WHY = '{"words": "the shop answered 504"}'
UNSURE = (
    '{"text": "It is not known whether this refund was paid (%%(why)s). Look.",'
    f' "values": {{"why": {WHY}}}}}'
)
BY_HAND = '{"text": "%(what)s, note the reference %(reference)s, then mark it as done here."}'
REFUSED = '{"words": "more than what is left"}'
CASES = (
    # state of case, make-good, outcome of its attempt, task -> state of both, what is kept of the task
    ("needs_attention", "needs_attention", "unknown", UNSURE, "approved", "unknown", WHY),
    ("needs_attention", "needs_attention", "refused", REFUSED, "awaiting_approval", "refused", ""),
    ("needs_attention", "needs_attention", None, BY_HAND, "approved", "by_hand", ""),
    ("needs_attention", "needs_attention", None, REFUSED, "awaiting_approval", "refused", ""),
    ("made_good", "done", "done", REFUSED, "approved", "to_finish", ""),
    ("approved", "approved", "open", "", "approved", "approved", ""),
    ("closed", "needs_attention", "seen", UNSURE, "closed", "unknown", WHY),
)


def _approved(world: World) -> list[int]:
    for _ in CASES:
        order_id = world.rate(1)
        world.work()
        case = world.cases()[-1]
        decisions.approve(world.context, case.id, world.owner, changed=refund(order_id))
    return [case.id for case in world.cases()]


def _set_back(world: World, ids: list[int]) -> None:
    with world.context.database.transaction() as session:
        session.execute(text("DELETE FROM attempt"))
        for case_id, (of_case, state, outcome, task, *_) in zip(ids, CASES, strict=True):
            row = {"id": case_id, "case": of_case, "state": state, "task": task, "outcome": outcome}
            session.execute(text("UPDATE cases SET state = :case WHERE id = :id"), row)
            session.execute(
                text("UPDATE make_good SET state = :state, task = :task WHERE case_id = :id"), row
            )
            if outcome is not None:
                session.execute(
                    text(
                        "INSERT INTO attempt (make_good_id, claim_token, started_at, outcome, note)"
                        " SELECT id, 't', decided_at, :outcome, '' FROM make_good"
                        " WHERE case_id = :id"
                    ),
                    row,
                )


def _rows(world: World) -> list[tuple[str, str, str]]:
    with world.context.database.reading() as session:
        found = session.execute(
            text(
                "SELECT cases.state, make_good.state, make_good.note FROM cases"
                " JOIN make_good ON make_good.case_id = cases.id ORDER BY cases.id"
            )
        )
        return [tuple(row) for row in found]


def test_make_goods_of_before_get_states_of_their_own(world: World) -> None:
    ids, config = _approved(world), migrations.config(world.context.database)
    command.downgrade(config, BEFORE)
    _set_back(world, ids)

    migrations.migrate(world.context.database)

    for row, (*_, task, of_case, state, why) in zip(_rows(world), CASES, strict=True):
        kept = why or ("" if state in ("by_hand", "approved") else task)
        assert row == (of_case, state, kept)
    assert all(
        made.todo or made.state == "approved" for case in world.cases() for made in case.make_goods
    )
    with world.context.database.transaction() as session, pytest.raises(IntegrityError):
        session.execute(text("UPDATE make_good SET state = 'lost'"))


def test_states_of_before_come_back(world: World) -> None:
    ids, config = _approved(world), migrations.config(world.context.database)
    command.downgrade(config, BEFORE)
    _set_back(world, ids)
    migrations.migrate(world.context.database)

    command.downgrade(config, BEFORE)

    with world.context.database.reading() as session:
        found = session.execute(
            text(
                "SELECT cases.state, make_good.state FROM cases"
                " JOIN make_good ON make_good.case_id = cases.id ORDER BY cases.id"
            )
        ).all()
    assert [tuple(row) for row in found] == [(of_case, state) for of_case, state, *_ in CASES]
    migrations.migrate(world.context.database)


def test_open_choice_goes_back_to_the_seller_where_it_is_not_known(world: World) -> None:
    offered(world)
    database = world.context.database
    config = migrations.config(database)

    command.downgrade(config, "0024")
    with database.reading() as session:
        steps = session.scalars(text("SELECT step FROM message ORDER BY id")).all()
        left = session.scalar(text("SELECT count(*) FROM outbox WHERE kind = 'end_offer'"))
        state = session.scalar(text("SELECT state FROM make_good"))
    migrations.migrate(database)

    assert (steps, left, state) == (["receipt"], 0, "cancelled")
    assert world.case().state == "awaiting_approval"
