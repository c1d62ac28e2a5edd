"""What a message card shows is what is so."""

from __future__ import annotations

import pytest

from service.db.models import Message
from service.domain.messages.kinds import Step
from service.operations.messages.preview import Preview, preview
from tests.operations.steps import INVITATION, helped, message_of, set_connection, told
from tests.web.pages import text_of
from tests.world import World


def look(world: World, step: Step) -> Preview:
    """What the card of a planned message says now."""
    with world.context.database.reading() as session:
        follow_up = session.get_one(Message, message_of(world, step).id)
        return preview(world.context, session, follow_up, world.clock.now())


def test_an_invitation_that_the_shop_has_switched_off_is_not_shown_as_planned(
    world: World,
) -> None:
    helped(world, invitations=False)

    page = text_of(world.browser().get(f"/cases/{world.case().reference}"))

    assert "As things are it will not go out" in page
    assert "will not go out" in page
    assert look(world, INVITATION).stopped


def test_a_message_that_policy_stops_cannot_be_sent_now(world: World) -> None:
    helped(world, invitations=False)
    before, invitation = told(world), message_of(world, INVITATION)

    answer = world.browser().post(
        f"/cases/{world.case().reference}/messages/{invitation.id}/send-now", {}
    )
    world.work()

    assert answer.status_code == 409
    assert told(world) == before
    assert message_of(world, INVITATION).state == "planned"


def test_a_message_that_may_go_out_can_be_sent_now(world: World) -> None:
    helped(world)
    check = message_of(world, Step.RESOLUTION_CHECK)
    assert look(world, Step.RESOLUTION_CHECK).may_send_now

    world.browser().post(f"/cases/{world.case().reference}/messages/{check.id}/send-now", {})
    world.work()

    assert message_of(world, Step.RESOLUTION_CHECK).state == "sent"


@pytest.mark.parametrize("days", [1, 3, 5, 9])
@pytest.mark.parametrize("paused", [True, False])
def test_nothing_of_a_past_day_is_not_due_yet(world: World, days: int, paused: bool) -> None:
    helped(world)
    if paused:
        set_connection(world, state="paused", problem="enter a key")
    world.clock.move(days=days)

    for step in (Step.RESOLUTION_CHECK, INVITATION):
        card, now = look(world, step), world.clock.now()
        late = card.due_at is not None and card.due_at <= now
        assert not (late and "not due" in str(card.waits_for))
        assert not paused or "enter a key" in str(card.waits_for)
