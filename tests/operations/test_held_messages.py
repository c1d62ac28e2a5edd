"""Where a platform forbids messages that a program sends by itself, a person releases each."""

from __future__ import annotations

import pytest

from integrations import registry
from service.domain.messages.kinds import Step
from service.domain.messages.states import MessageState
from service.operations.messages import by_seller, drafts
from tests.operations.steps import message_of, rated, work_for
from tests.world import World


@pytest.fixture(autouse=True)
def _person(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {**registry.policy("sandbox")["entry"][0], "release": "person"}
    monkeypatch.setattr("integrations.registry.policy", lambda name: {"entry": [entry]})


def test_message_waits_for_a_person_when_its_time_has_come(world: World) -> None:
    rated(world)
    work_for(world, 48)
    receipt = message_of(world, Step.RECEIPT)

    waits = world.ledger()["messages"], receipt.state
    drafts.release(world.context, receipt.id, world.owner)
    world.work()

    assert waits == ([], MessageState.DRAFT)
    assert "read it, then send it" in str(receipt.reason)
    assert [row["order_id"] for row in world.ledger()["messages"]] == [int(world.case().order_id)]


def test_waiting_page_lists_what_is_to_be_read(world: World) -> None:
    rated(world)

    assert "Read a draft" in world.browser().get("/").text


def test_message_that_is_not_wanted_is_left_out(world: World) -> None:
    rated(world)
    by_seller.leave_out(world.context, message_of(world, Step.RECEIPT).id, world.owner)
    work_for(world, 48)

    assert message_of(world, Step.RECEIPT).state == MessageState.STOPPED
    assert world.ledger()["messages"] == []
