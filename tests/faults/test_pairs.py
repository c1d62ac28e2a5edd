"""Two at once: workers that overtake each other, sellers, web processes; clocks that step back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from unittest import mock

import pytest
from sqlalchemy import select

from integrations.sandbox import VARIANTS, codec
from integrations.sandbox.ledger import leave_review
from integrations.sandbox.seed import sell
from service.db.models import Delivery, Kind
from service.db.outbox import claims
from service.operations.shops import connections
from tests.faults import promises
from tests.faults.flows import MINOR, approve
from tests.faults.matrix import FULL, PAIRED
from tests.faults.pair import ACT, LIMITS, SAY, Pair, at_once, drain, errand_for
from tests.faults.people import People, case_of
from tests.faults.zygote import Zygote
from tests.world import World

MANY = 24
ROUNDS = 10 if FULL else 3


@pytest.fixture
def pair(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Pair]:
    """Two workers of one installation, on each database."""
    with ExitStack() as stack:
        for kind in VARIANTS.values():
            # As platforms are: what was asked of them may still come true for minutes.
            can = replace(kind.capabilities, consistency_delay=timedelta(minutes=5))
            stack.enter_context(mock.patch.object(kind, "capabilities", can))
        world = World(database_url, tmp_path, adapter=getattr(request, "param", "sandbox"))
        stack.callback(world.close)
        made = Pair(world)
        stack.callback(made.close)
        yield made


@pytest.fixture(scope="module")
def two_zygotes() -> Iterator[tuple[Zygote, Zygote]]:
    """Two processes at once."""
    both = Zygote(), Zygote()
    yield both
    for each in both:
        each.close()


@pytest.mark.parametrize("pair", PAIRED, indirect=True)
def test_nothing_goes_out_when_the_first_wakes_before_its_call(pair: Pair) -> None:
    order_id = pair.approved()
    pair.asked.clear()
    asked_by_second: list[int] = []

    def overtake() -> None:
        pair.take_over()
        asked_by_second.append(pair.asked.count(ACT))

    pair.meanwhile("before", ACT, overtake)
    pair.work_first()

    assert asked_by_second == [pair.asked.count(ACT)], "the first has called after its lease"
    People(pair.world).act(order_id, approve)
    pair.settle()
    pair.made_once(order_id)


@pytest.mark.parametrize("when", ["arrived", "acted", "after"] if FULL else ["arrived", "after"])
@pytest.mark.parametrize("pair", PAIRED, indirect=True)
def test_fact_is_recorded_once_when_the_first_is_overtaken_in_its_call(
    pair: Pair, when: str
) -> None:
    order_id = pair.approved()

    pair.meanwhile(when, ACT, pair.take_over)
    pair.work_first()
    pair.settle()

    pair.made_once(order_id)


@pytest.mark.parametrize(
    "when", ["before", "arrived", "acted", "after"] if FULL else ["before", "acted"]
)
def test_message_goes_out_once_when_the_first_is_overtaken(pair: Pair, when: str) -> None:
    order_id = pair.world.rate(1)

    pair.meanwhile(when, SAY, pair.take_over)
    pair.work_first()

    receipt = case_of(pair.world, order_id).messages[0]
    arrived = len(pair.world.ledger()["messages"])
    assert receipt.state == ("unknown" if when == "before" else "sent")
    assert arrived == (0 if when == "before" else 1)
    pair.settle()
    assert len(pair.world.ledger()["messages"]) == arrived


def test_two_sellers_approving_at_once_have_one_effect(pair: Pair) -> None:
    clients, headers = pair.clients()
    for _ in range(ROUNDS):
        order_id = pair.world.rate(1)
        pair.world.work()
        path = f"/api/v1/cases/{case_of(pair.world, order_id).reference}/approve"
        body = json.dumps({"changed": _refund(order_id)})

        answers = at_once(
            *(
                partial(
                    client.post, path, data=body, content_type="application/json", headers=headers
                )
                for client in clients
            )
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        pair.settle()
        pair.made_once(order_id)


def _refund(order_id: int) -> dict[str, object]:
    return {
        "action": "refund",
        "amount_minor": MINOR,
        "currency": "IDR",
        "line_ids": [f"l{order_id}"],
        "expires_days": None,
    }


def test_approved_make_good_goes_out_when_the_rating_is_raised_after(pair: Pair) -> None:
    order_id = pair.approved()

    pair.world.rate(5, "Baik", order_id)
    pair.settle()

    assert case_of(pair.world, order_id).close_reason == "recovered"
    pair.made_once(order_id)


def test_approval_is_refused_when_the_rating_was_raised_before(pair: Pair) -> None:
    order_id = pair.world.rate(1)
    pair.world.work()
    pair.world.rate(5, "Baik", order_id)
    pair.world.work()

    refused = People(pair.world)
    refused.seller_presses_again(order_id, approve)
    pair.settle()

    assert refused.asked["pressed twice"] == 1
    assert pair.world.ledger()["made"] == []


def test_one_of_two_wins_when_approval_and_rating_come_at_once(pair: Pair) -> None:
    clients, headers = pair.clients()
    for _ in range(ROUNDS):
        order_id = pair.world.rate(1)
        pair.world.work()
        path = f"/api/v1/cases/{case_of(pair.world, order_id).reference}/approve"
        body = json.dumps({"changed": _refund(order_id)})
        pair.world.rate(5, "Baik", order_id)

        answer, _ = at_once(
            partial(
                clients[0].post, path, data=body, content_type="application/json", headers=headers
            ),
            partial(drain, pair.second),
        )
        pair.settle()

        case = case_of(pair.world, order_id)
        assert (case.state, case.close_reason) == ("closed", "recovered")
        made = pair.world.sandbox.ledger.rows("SELECT 1 FROM made WHERE order_id=?", order_id)
        assert len(made) == len(case.make_goods) == (answer.status_code == 200)


def test_same_delivery_has_one_effect_when_two_web_processes_take_it(
    pair: Pair, database_url: str, two_zygotes: tuple[Zygote, Zygote]
) -> None:
    world, book = pair.world, pair.world.sandbox.ledger
    book.change_setting("duplicates", "on")
    for _ in range(ROUNDS):
        order_id = sell(book, 1, world.clock.now())[0]
        leave_review(book, order_id, 1, "Barang rusak", world.clock.now())
        errand = errand_for(world, database_url, [["deliver"]])

        endings = at_once(*(partial(zygote.run, errand) for zygote in two_zygotes))

        assert sum(len(ending.told("accepted")) for ending in endings) >= 2
        drain(pair.second)
        promises.read_once(world, case_of(world, order_id))
    with world.context.database.reading() as session:
        assert len(session.scalars(select(Delivery)).all()) == ROUNDS


def test_same_delivery_is_stored_once_when_posted_at_the_same_moment(pair: Pair) -> None:
    world, (clients, _) = pair.world, pair.clients()
    url, secret = (
        world.sandbox.sender.url,
        connections.webhook_secret(world.context, world.connection()),
    )
    stamp = str(int(world.clock.now().timestamp()))
    for number in range(ROUNDS * 4):
        delivery, body = f"delivery-{number}", b'{"event": "review.created"}'
        headers = {
            "X-Sandbox-Delivery": delivery,
            "X-Sandbox-Timestamp": stamp,
            "X-Sandbox-Signature": codec.sign(secret, delivery, stamp, body),
        }
        path = url.removeprefix(world.url)

        answers = at_once(
            *(partial(client.post, path, data=body, headers=headers) for client in clients)
        )

        assert [(answer.status_code, answer.data) for answer in answers] == [(202, b"")] * 2
        with world.context.database.reading() as session:
            stored = session.scalars(select(Delivery.id).where(Delivery.key == delivery)).all()
        assert len(stored) == 1


@pytest.mark.parametrize("pair", ["sandbox-nokey"], indirect=True)
def test_each_is_made_once_when_two_workers_drain_many(
    pair: Pair, database_url: str, two_zygotes: tuple[Zygote, Zygote]
) -> None:
    pair.world.set_shop(automatic=LIMITS)
    for _ in range(MANY):
        pair.world.rate(1)
    errand = errand_for(pair.world, database_url, [["work"]])

    at_once(*(partial(zygote.run, errand) for zygote in two_zygotes))
    pair.settle()

    made = Counter(each["order_id"] for each in pair.world.ledger()["made"])
    assert (len(made), set(made.values())) == (MANY, {1})
    states = {make_good.state for case in pair.world.cases() for make_good in case.make_goods}
    assert states == {"done"}
    told = Counter(message["key"] for message in pair.world.ledger()["messages"])
    assert set(told.values()) == {1}


@pytest.mark.parametrize("when", ["before", "arrived", "after"] if FULL else ["arrived"])
@pytest.mark.parametrize("pair", PAIRED, indirect=True)
def test_made_once_when_the_clock_steps_back_in_the_call(pair: Pair, when: str) -> None:
    order_id = pair.approved()

    pair.meanwhile(when, ACT, lambda: pair.world.clock.move(hours=-1))
    pair.work_first()
    pair.world.clock.move(hours=1, seconds=61)
    pair.settle()

    pair.made_once(order_id)


def test_held_row_is_stuck_no_longer_than_step_and_lease_when_the_clock_steps_back(
    pair: Pair,
) -> None:
    order_id = pair.approved()
    with pair.world.context.database.transaction() as session:
        held = claims.claim(session, pair.world.clock.now(), most=9, per_lane=9, inward=9)
    assert [each.kind for each in held] == [Kind.MAKE_GOOD]

    pair.world.clock.move(hours=-1)
    assert drain(pair.second) == 0
    pair.world.clock.move(hours=1, seconds=61)
    drain(pair.second)

    pair.made_once(order_id)


@pytest.mark.parametrize("pair", PAIRED, indirect=True)
def test_late_shop_acts_once_when_its_asker_is_taken_for_dead(pair: Pair) -> None:
    order_id = pair.approved()

    def taken_for_dead() -> None:
        for _ in range(3):
            pair.take_over()

    pair.meanwhile("arrived", ACT, taken_for_dead)
    pair.work_first()
    pair.settle()

    pair.made_once(order_id)
