"""A newer review of the same buyer and product counts as the change of the older one."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from integrations.contract import Buyer, EventKind, ReviewEvent
from service.db.models import Case, Connection
from service.operations.reviews import rewritten
from service.operations.reviews.apply import apply_event
from tests.operations.steps import help_again, rated
from tests.world import World

SARI = Buyer(id="7", name="Sari", email="sari@example.test")
GUEST = Buyer(name="Sari", email="Sari@Example.test")
NUMBERS = count()


def low(review_id: str, rating: int | None = 1, **changes: Any) -> ReviewEvent:
    """A review of product p-1 by Sari."""
    given = {"text": f"words of {review_id}", "product_id": "p-1", "buyer": SARI, **changes}
    return ReviewEvent(EventKind.ADDED, review_id, rating, **given)


def gone(review_id: str) -> ReviewEvent:
    return ReviewEvent(EventKind.WITHDRAWN, review_id)


def arrive(world: World, *events: ReviewEvent) -> list[str]:
    """Take events in, in one transaction as a batch does; gives what came of each."""
    with world.context.database.transaction() as session:
        now = world.clock.now()
        connection = session.get_one(Connection, world.connection_id)
        rewritten.know(session, [(connection.id, event) for event in events], now)
        return [apply_event(session, connection, event, now=now) for event in events]


def ends(world: World) -> list[str]:
    """How each case ended; '' for an open one."""
    return [case.close_reason or "" for case in world.cases()]


@pytest.mark.parametrize("together", [True, False])
def test_a_raised_second_review_recovers_the_case(world: World, together: bool) -> None:
    events = [low("1"), low("2", 5)]

    came = arrive(world, *events) if together else [arrive(world, event)[0] for event in events]

    assert came == ["case opened", "recovered"]
    assert ends(world) == ["recovered"]
    changes = [
        (entry.old, entry.new) for entry in world.case().history if entry.what == "review_changed"
    ]
    assert changes == [("1", "5")]


@pytest.mark.parametrize("together", [True, False])
def test_a_second_low_review_joins_the_open_case(world: World, together: bool) -> None:
    events = [low("1"), low("2", 2)]

    came = arrive(world, *events) if together else [arrive(world, event)[0] for event in events]

    assert came == ["case opened", "changed"]
    case = world.case()
    assert (case.review.platform_id, len(case.older_review_ids)) == ("2", 1)
    assert arrive(world, low("2", 4)) == ["recovered"]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (SARI, SARI, True),
        (GUEST, SARI, True),
        (SARI, GUEST, True),
        (GUEST, Buyer(id="0", email=" sari@example.test "), True),
        (Buyer(id="7"), Buyer(id="7", email="new@example.test"), True),
        (SARI, Buyer(id="8", email="sari@example.test"), False),
        (GUEST, Buyer(name="Sari", email="other@example.test"), False),
        (Buyer(id="0", name="Sari"), Buyer(id="0", name="Sari"), False),
        (Buyer(name="Sari"), Buyer(name="Sari"), False),
    ],
)
def test_reviews_are_joined_of_one_buyer_only(
    world: World, first: Buyer, second: Buyer, same: bool
) -> None:
    arrive(world, low("1", buyer=first))
    arrive(world, low("2", buyer=second))

    assert len(world.cases()) == (1 if same else 2)


def test_reviews_of_other_products_are_left_alone(world: World) -> None:
    arrive(world, low("1"), low("2", product_id="p-2"), low("3", product_id=""))
    arrive(world, low("4", product_id=""), low("5", 5, product_id="p-3"))

    assert ends(world) == ["", "", "", ""]


@pytest.mark.parametrize(
    ("first", "second", "cases"),
    [(("1",), ("1",), 1), (("1",), (), 1), (("1", "2"), ("2",), 1), (("1",), ("2",), 2)],
)
def test_reviews_of_two_orders_are_about_two_purchases(
    world: World, first: tuple[str, ...], second: tuple[str, ...], cases: int
) -> None:
    arrive(world, low("1", order_ids=first))
    arrive(world, low("2", order_ids=second))

    assert len(world.cases()) == cases


def test_an_older_review_that_is_heard_of_later_changes_nothing(world: World) -> None:
    now = world.clock.now()
    arrive(world, low("2", written_at=now))

    arrive(world, low("1", 5, written_at=now - timedelta(seconds=1)))

    assert ends(world) == [""]
    assert world.case().review.platform_id == "2"


@pytest.mark.parametrize("rating", [None, 0])
def test_a_comment_without_a_rating_is_no_review(world: World, rating: int | None) -> None:
    arrive(world, low("1"), low("2", rating or None))

    assert ends(world) == [""]
    assert world.case().review.platform_id == "1"


def test_a_review_that_was_deleted_and_written_anew_with_more_stars_is_recovered(
    world: World,
) -> None:
    arrive(world, low("1"))
    arrive(world, gone("1"))
    world.clock.move(days=3)

    arrive(world, low("2", 5))

    assert ends(world) == ["recovered"]


def test_a_low_review_written_anew_comes_back_to_a_person(world: World) -> None:
    order_id = rated(world)
    help_again(world, order_id)
    old = world.case().review
    arrive(world, gone(old.platform_id))
    assert ends(world) == ["withdrawn"]

    buyer = Buyer(id=old.buyer["id"], email=old.buyer["email"])
    arrive(world, low("2", 1, product_id=old.product_id, buyer=buyer))
    world.work()

    case = world.case()
    assert (case.state, case.closed_at, case.advice) == (
        "awaiting_approval",
        None,
        rewritten.ANOTHER,
    )
    assert len(case.make_goods) == 1


def test_another_low_review_after_the_make_good_is_for_a_person(world: World) -> None:
    order_id = rated(world)
    help_again(world, order_id)
    old = world.case().review
    buyer = Buyer(id=old.buyer["id"], email=old.buyer["email"])

    arrive(world, low("2", 1, product_id=old.product_id, buyer=buyer))
    world.work()

    case = world.case()
    assert (case.state, case.advice) == ("awaiting_approval", rewritten.ANOTHER)
    assert len(world.ledger()["made"]) == 1


def test_a_deleted_second_review_leaves_the_first_one_standing(world: World) -> None:
    arrive(world, low("1", 1), low("2", 2))

    arrive(world, gone("2"))

    assert ends(world) == [""]
    assert world.case().review.platform_id == "1"
    arrive(world, gone("1"))
    assert ends(world) == ["withdrawn"]


def test_deleting_the_first_of_two_closes_nothing(world: World) -> None:
    arrive(world, low("1"), low("2", 2))

    arrive(world, gone("1"))

    assert ends(world) == [""]


@pytest.mark.parametrize("buyer", [SARI, GUEST], ids=["by number", "by address"])
@pytest.mark.parametrize(("rating", "end"), [(2, ""), (5, "recovered")])
def test_two_deliveries_at_once_find_one_case(
    world: World, rating: int, end: str, buyer: Buyer
) -> None:
    inside, done = threading.Event(), threading.Event()

    def second() -> None:
        inside.wait(10)
        arrive(world, low("2", rating, buyer=buyer))
        done.set()

    thread = threading.Thread(target=second)
    thread.start()
    with world.context.database.transaction() as session:
        connection = session.get_one(Connection, world.connection_id)
        rewritten.know(session, [(connection.id, low("1"))], world.clock.now())
        apply_event(session, connection, low("1"), now=world.clock.now())
        inside.set()
        # It waits for this one to be over.
        assert not done.wait(0.5)
    thread.join(20)

    assert done.is_set()
    assert ends(world) == [end]


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_reviews_of_other_buyers_of_a_product_do_not_wait(world: World) -> None:
    other = low("2", buyer=Buyer(id="8", name="Budi", email="budi@example.test"))
    now = world.clock.now()
    with (
        world.context.database.transaction() as session,
        world.context.database.transaction() as meanwhile,
    ):
        rewritten.know(session, [(world.connection_id, low("1"))], now)
        meanwhile.execute(text("SET LOCAL lock_timeout = '5s'"))

        rewritten.know(meanwhile, [(world.connection_id, other)], now)


STEP = st.tuples(st.sampled_from(["write", "edit", "delete"]), st.integers(1, 5))


@given(st.lists(STEP, min_size=1, max_size=8))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_a_buyer_writes_there_is_one_open_case_at_most(
    world: World, steps: list[tuple[str, int]]
) -> None:
    product, latest = f"p-{next(NUMBERS)}", ""
    for what, rating in steps:
        if what == "write":
            latest = f"r-{next(NUMBERS)}"
        elif not latest:
            continue
        event = (
            gone(latest)
            if what == "delete"
            else low(latest, rating, product_id=product, text=f"{next(NUMBERS)}")
        )
        arrive(world, event)
        latest = "" if what == "delete" else latest
        open_now = [case for case in _about(world, product) if case.closed_at is None]
        assert len(open_now) <= 1
        if latest:
            # What the buyer said last decides.
            assert bool(open_now) == (rating <= 3)
            assert all(case.review.platform_id == latest for case in open_now)


def _about(world: World, product: str) -> list[Case]:
    return [case for case in world.cases() if case.product_key.endswith(f":{product}")]
