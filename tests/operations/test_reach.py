"""Accepted is not delivered: a channel says whom it reaches, and silence of others is no answer."""

from __future__ import annotations

import pytest

from integrations.contract import Buyer
from integrations.sandbox import ADAPTER as SANDBOX
from service.domain.messages.kinds import Step
from tests.integrations.email.post_office import PostOffice, opened
from tests.operations.steps import INVITATION, helped, message_of, sent, told, with_email, work_for
from tests.world import World


@pytest.fixture(name="unreached")
def _unreached(monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform takes messages that nobody gets."""

    def reaches(cls: type, buyer: Buyer, order_id: str) -> bool:
        return False

    monkeypatch.setattr(SANDBOX, "reaches", classmethod(reaches))


@pytest.mark.usefixtures("unreached")
def test_nothing_counts_as_sent_where_nobody_is_reached(world: World) -> None:
    helped(world)

    work_for(world, 24 * 20)

    assert sent(world) == []
    assert told(world) == []


@pytest.mark.usefixtures("unreached")
def test_no_invitation_follows_a_question_that_nobody_got(world: World) -> None:
    helped(world)

    work_for(world, 24 * 20)

    assert message_of(world, INVITATION).state == "stopped"
    assert message_of(world, Step.RESOLUTION_CHECK).sent_at is None


@pytest.mark.usefixtures("unreached")
def test_the_next_channel_is_taken(world: World) -> None:
    with opened(PostOffice()) as office:
        with_email(world, office)
        helped(world)

        work_for(world, 24 * 4)

    assert (Step.CONFIRMATION, 1) in sent(world)
    assert told(world) == []
    assert office.recipients
