"""All cases of a buyer are found by whatever they are known by, at any size."""

from __future__ import annotations

from datetime import timedelta

import pytest
from alembic import command
from sqlalchemy import select, text, update

from service.db import migrations
from service.db.cases import buyer_marks
from service.db.models import BuyerMark, Case, Message, Review
from service.domain.cases.buyers import mark_of_name, marks_of
from service.domain.messages.states import Author, MessageState
from service.operations.privacy import erasure
from tests.world import World

MANY = 700


def _cases(world: World, number: int) -> list[Case]:
    for _ in range(number):
        world.rate(1)
    world.work()
    return world.cases()


def _known_as(world: World, case: Case, **buyer: str) -> None:
    """Let the order of a case name its buyer so, and nothing else."""
    named = {"id": "", "name": "Rina", "email": "", "country": "ID", "language": "", "zone": ""}
    named |= {"region": "", "phone": "", "consents": "", **buyer}
    with world.context.database.transaction() as session:
        row = session.get_one(Case, case.id)
        row.order = {**row.order, "buyer": named}
        session.execute(update(Review).where(Review.id == row.review_id).values(buyer={}))
        marks = {*marks_of(named, row.order_connection_id, "ID"), *mark_of_name(named["name"])}
        buyer_marks.write(session, {row.id: row.shop_id}, {row.id: marks})


def _same_buyer(world: World, case: Case) -> set[int]:
    with world.context.database.reading() as session:
        own = session.get_one(Case, case.id)
        return set(session.scalars(select(Case.id).where(buyer_marks.of_buyer(own.id))))


def test_cases_are_one_buyers_by_any_mark_and_over_others(world: World) -> None:
    first, second, third, stranger = _cases(world, 4)
    _known_as(world, first, email="Rina@Example.test")
    _known_as(world, second, email="rina@example.test", phone="0812 3456 7890")
    _known_as(world, third, phone="+62 812-3456-7890")
    _known_as(world, stranger, email="other@example.test", id="b77")

    same = {first.id, second.id, third.id}
    assert _same_buyer(world, first) == _same_buyer(world, third) == same
    assert _same_buyer(world, stranger) == {stranger.id}


def test_marks_follow_the_case_and_go_with_the_buyer(world: World) -> None:
    [case] = _cases(world, 1)
    email = case.order["buyer"]["email"]

    def marks() -> set[str]:
        with world.context.database.reading() as session:
            return set(session.scalars(select(BuyerMark.mark)))

    assert f"mail:{email}" in marks()
    assert f"id:{world.connection_id}:{case.order['buyer']['id']}" in marks()
    erasure.erase_buyer(world.context, email, world.owner)
    assert marks() == set()


def test_newest_case_of_a_number_is_found_among_many(world: World) -> None:
    old, newer = _cases(world, 2)
    for case in (old, newer):
        _known_as(world, case, phone="0812 3456 7890")
    _crowd(world, newer)

    with world.context.database.reading() as session:
        reached = buyer_marks.newest_case(session, world.shop_id, ["phone:+6281234567890"])
        assert reached is not None
        assert reached.id == newer.id
        assert buyer_marks.newest_case(session, world.shop_id + 1, ["phone:+6281234567890"]) is None


def _crowd(world: World, like: Case) -> None:
    """Many newer cases of others."""
    with world.context.database.transaction() as session:
        columns = [column.name for column in Case.__table__.columns if column.name != "id"]
        copied = ", ".join(columns)
        changed = copied.replace("reference", "reference || '-' || :n").replace(
            "closed_at", "opened_at"
        )
        for number in range(MANY):
            session.execute(
                text(f"INSERT INTO cases ({copied}) SELECT {changed} FROM cases WHERE id = :id"),
                {"id": like.id, "n": str(number)},
            )


def test_who_wrote_last_counts_over_all_cases_of_the_buyer(world: World) -> None:
    first, second = _cases(world, 2)
    for case in (first, second):
        _known_as(world, case, phone="0812 3456 7890")
    at = world.clock.now() - timedelta(hours=3)
    with world.context.database.transaction() as session:
        heard = {"author": Author.BUYER, "state": MessageState.RECEIVED, "text": "Halo"}
        channel = {"connection_id": world.connection_id, "sent_at": at}
        session.add(Message(case_id=first.id, external_id="1:1", **heard, **channel))

    with world.context.database.reading() as session:
        row = session.get_one(Case, second.id)
        assert buyer_marks.written_at(session, row, world.connection_id) == at
        assert buyer_marks.written_at(session, row, world.connection_id + 1) is None


# PostgreSQL's planner goes by the size of the table.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_question_is_answered_by_the_index(world: World) -> None:
    [case] = _cases(world, 1)
    with world.context.database.reading() as session:
        rows = select(Case.id).where(buyer_marks.of_buyer(case.id))
        plan = str(rows.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
        steps = [row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {plan}"))]

    assert any("ix_buyer_mark_shop_mark" in step for step in steps)
    assert not any(step.startswith("SCAN buyer_mark") for step in steps)


def test_cases_of_before_get_the_same_marks(world: World) -> None:
    cases = _cases(world, 2)
    _known_as(world, cases[0], email="Rina@Example.test", phone="0812 3456 7890", id="b9")

    def marks() -> set[tuple[int, str]]:
        with world.context.database.reading() as session:
            rows = session.execute(select(BuyerMark.case_id, BuyerMark.mark))
            return {(case_id, mark) for case_id, mark in rows}

    before = marks()
    config = migrations.config(world.context.database)
    command.downgrade(config, "0049")
    command.upgrade(config, "head")
    assert marks() == before
