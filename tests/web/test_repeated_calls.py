"""The header Idempotency-Key: a call made again is answered as it was and carried out once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from sqlalchemy import func, select

from jobs import retention
from service.db import api_answers
from service.db.models import ApiAnswer
from service.domain.staff.authority import OPERATOR
from service.operations.privacy import erasure
from service.operations.remedies import decisions
from service.operations.staff import members
from tests.operations.steps import agent, rated
from tests.web.test_api import Program
from tests.world import World


class Caller(Program):
    """A program that names its calls."""

    def call(self, path: str, body: Any, key: str) -> requests.Response:
        """Post with a key."""
        headers = {**self.headers, "Idempotency-Key": key}
        return requests.post(self.base + path, json=body, headers=headers, timeout=20)


@pytest.fixture(name="caller")
def _caller(world: World) -> Caller:
    rated(world)
    return Caller(world)


def _approve(world: World) -> str:
    return f"/cases/{world.case().reference}/approve"


def _kept(world: World) -> int:
    with world.context.database.reading() as session:
        return session.scalar(select(func.count()).select_from(ApiAnswer)) or 0


def test_same_call_again_gets_the_same_answer_and_is_done_once(
    world: World, caller: Caller
) -> None:
    first = caller.call(_approve(world), {"number": 0}, "a-1")
    world.work()
    again = caller.call(_approve(world), {"number": 0}, "a-1")
    without = caller.post(_approve(world), {"number": 0})

    assert (first.status_code, again.status_code, without[0]) == (200, 200, 409)
    assert again.text == first.text
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (
        None,
        "true",
    )
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert len(world.case().decisions) == 1


@pytest.mark.parametrize("other", ["body", "address"])
def test_same_key_for_another_call_is_refused(world: World, caller: Caller, other: str) -> None:
    caller.call(_approve(world), {"number": 0}, "a-1")
    path = _approve(world) if other == "body" else _approve(world).replace("approve", "decline")

    refused = caller.call(path, {"reason": "no", "number": 0}, "a-1")

    assert refused.status_code == 422
    assert "Idempotency-Key" in refused.json()["error"]["fields"]
    assert len(world.case().decisions) == 1


def test_keys_of_two_tokens_are_two(world: World, caller: Caller) -> None:
    caller.call(_approve(world), {"number": 0}, "a-1")

    other = Caller(world).call(_approve(world), {"number": 0}, "a-1")

    assert other.status_code == 409


def test_refused_call_frees_its_key(world: World, caller: Caller) -> None:
    refused = caller.call(_approve(world), {"number": 7}, "a-1")
    mended = caller.call(_approve(world), {"number": 0}, "a-1")

    assert (refused.status_code, mended.status_code) == (422, 200)


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "kunci\u00e9"])
def test_key_that_is_none_is_refused(world: World, caller: Caller, key: str) -> None:
    headers: dict[str, str | bytes] = {**caller.headers, "Idempotency-Key": key.encode("latin-1")}

    answer = requests.post(
        caller.base + _approve(world), json={"number": 0}, headers=headers, timeout=20
    )

    assert answer.status_code == 422
    assert world.case().decisions == []


def test_of_two_at_once_one_is_carried_out(
    world: World, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived, approve = threading.Barrier(2, timeout=20), decisions.approve
    begun, done = threading.Event(), list[int]()

    def slowly(*args: Any, **options: Any) -> None:
        done.append(1)
        begun.set()
        arrived.wait()
        approve(*args, **options)

    monkeypatch.setattr(decisions, "approve", slowly)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(caller.call, _approve(world), {"number": 0}, "a-1")
        assert begun.wait(20)
        second = caller.call(_approve(world), {"number": 0}, "a-1")
        arrived.wait()

    assert (second.status_code, first.result().status_code) == (409, 200)
    assert (len(done), len(world.case().decisions)) == (1, 1)


def test_of_many_at_once_all_hear_of_one_decision(world: World, caller: Caller) -> None:
    path = _approve(world)
    with ThreadPoolExecutor(6) as pool:
        calls = [pool.submit(caller.call, path, {"number": 0}, "a-1") for _ in range(6)]
    told = sorted({call.result().status_code for call in calls})

    assert told in ([200], [200, 409])
    assert len(world.case().decisions) == 1
    assert caller.call(path, {"number": 0}, "a-1").status_code == 200


def test_key_of_a_call_that_died_may_be_used_again(world: World, caller: Caller) -> None:
    database, now = world.context.database, world.clock.now()
    api_answers.begin(database, 1, "a-1", "of the one that died", reference="", now=now)
    before = caller.call(_approve(world), {"number": 0}, "a-1")

    world.clock.move(minutes=1, seconds=1)

    assert before.status_code == 422
    assert caller.call(_approve(world), {"number": 0}, "a-1").status_code == 200


def test_answers_go_after_a_day(world: World, caller: Caller) -> None:
    caller.call(_approve(world), {"number": 0}, "a-1")
    world.clock.move(hours=23)
    retention.purge(world.context)
    kept = _kept(world)
    world.clock.move(hours=1, minutes=1)

    late = caller.call(_approve(world), {"number": 0}, "a-1")
    world.clock.move(hours=24, minutes=1)
    retention.purge(world.context)

    assert (kept, late.status_code, _kept(world)) == (1, 409, 0)


def test_answer_goes_with_the_buyer(world: World, caller: Caller) -> None:
    caller.call(_approve(world), {"number": 0}, "a-1")
    world.work()
    before = _kept(world)

    erasure.erase_buyer(
        world.context, world.case().order["buyer"]["email"], OPERATOR, shop_id=world.shop_id
    )

    assert (before, _kept(world)) == (1, 0)


def test_permission_is_asked_before_the_answer_is_told_again(world: World) -> None:
    rated(world)
    seller = agent(world, IDR=100_000_000)
    caller = Caller(world, seller)
    first = caller.call(_approve(world), {"number": 0}, "a-1")

    members.set_active(world.context, seller.id, OPERATOR, active=False)

    assert first.status_code == 200
    assert caller.call(_approve(world), {"number": 0}, "a-1").status_code == 401


def test_trying_now_is_a_write_too(world: World, caller: Caller) -> None:
    path = f"/connections/{world.connection_id}/try-now"

    first, again = (caller.call(path, None, "t-1") for _ in range(2))

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["Idempotent-Replayed"] == "true"
