"""What a rating and its changes do to cases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from integrations.contract import EventKind, ReviewEvent
from service.db.models import Connection
from service.operations.reviews.apply import apply_event
from tests.world import World


@pytest.mark.parametrize(("stars", "cases"), [(1, 1), (3, 1), (4, 0), (5, 0)])
def test_case_opens_at_or_below_the_threshold(world: World, stars: int, cases: int) -> None:
    world.rate(stars)

    world.work()

    assert len(world.cases()) == cases


def test_lowered_rating_opens_a_case(world: World) -> None:
    order = world.rate(5)
    world.work()

    world.rate(2, "rusak", order)
    world.work()

    assert world.case().review.rating == 2


def test_raised_rating_closes_the_case_as_recovered(world: World) -> None:
    order = world.rate(1)
    world.work()

    world.rate(4, "baik", order)
    world.work()

    assert world.case().close_reason == "recovered"


def test_changed_but_low_review_opens_no_second_case(world: World) -> None:
    order = world.rate(1)
    world.work()

    world.rate(2, "lain", order)
    world.work()

    assert [entry.what for entry in world.case().history].count("opened") == 1


def test_withdrawn_review_closes_the_case(world: World) -> None:
    order = world.rate(1)
    world.work()

    world.withdraw(order)
    world.work()

    assert world.case().close_reason == "withdrawn"


def test_reviews_from_before_the_connection_open_no_case(world: World) -> None:
    with world.context.database.transaction() as session:
        connection = session.get_one(Connection, world.connection_id)
        now = world.clock.now()
        event = ReviewEvent(
            EventKind.ADDED, review_id="old", rating=1, written_at=now - timedelta(days=2)
        )
        assert apply_event(session, connection, event, now=now) == "seen"

    assert world.cases() == []


def test_reviews_since_the_day_the_seller_picked_open_cases(world: World) -> None:
    now = world.clock.now()
    with world.context.database.transaction() as session:
        session.execute(update(Connection).values(cases_from=now - timedelta(days=3)))
    with world.context.database.transaction() as session:
        connection = session.get_one(Connection, world.connection_id)
        event = ReviewEvent(
            EventKind.ADDED, review_id="old", rating=1, written_at=now - timedelta(days=2)
        )

        assert apply_event(session, connection, event, now=now) == "case opened"


def test_unrated_review_opens_no_case(world: World) -> None:
    with world.context.database.transaction() as session:
        connection = session.get_one(Connection, world.connection_id)
        event = ReviewEvent(EventKind.ADDED, review_id="r", rating=None)

        assert apply_event(session, connection, event, now=world.clock.now()) == "seen"
