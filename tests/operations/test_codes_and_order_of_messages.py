"""A voucher's code reaches the buyer or becomes a person's work; messages go out in their order."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.contract import OutgoingMessage
from integrations.errors import Rejected
from integrations.money import Money
from integrations.remedies import VOUCHER, Remedy
from integrations.sandbox import Sandbox, trouble
from service.domain.messages.follow_ups import FollowUpPlan, plan
from service.domain.messages.kinds import Step
from service.domain.messages.sending_time import SendingWindow
from service.domain.staff.authority import BUYER
from service.operations.messages import by_seller, opt_out
from service.operations.remedies import decisions, make_goods
from tests.operations.steps import ASKING, CHECK, INVITATION, message_of, rated, work_for
from tests.world import World

RECEIPT, CONFIRMATION = Step.RECEIPT, Step.CONFIRMATION
DELAYS = {
    "confirmation_hours": 24 * 12,
    "resolution_check_hours": 24,
    "update_invitation_hours": 24,
    "silent_hours": 24,
    "opens": "00:00",
    "closes": "23:59",
    "days": [0, 1, 2, 3, 4, 5, 6],
}


def _voucher(world: World) -> None:
    order_id = int(world.case().order_id)
    remedy = Remedy(VOUCHER, Money(1_500_000, "IDR"), (f"l{order_id}",), timedelta(days=30))
    decisions.approve(world.context, world.case().id, world.owner, changed=remedy)
    world.work()


def test_seller_hands_the_code_over_when_the_buyer_wanted_silence_before(world: World) -> None:
    rated(world)
    opt_out.opt_out(world.context, message_of(world, RECEIPT).id, BUYER)
    _voucher(world)

    made = world.case().make_goods[0]
    page = world.browser().get("/").text
    assert made.code in str(made.todo)
    assert world.case().reference in page
    make_goods.done_by_hand(world.context, made.id, actor=world.owner)
    assert (world.case().state, world.case().make_goods[0].state) == ("following_up", "done")


@pytest.mark.parametrize("stopped_by", ["buyer", "seller"])
def test_code_is_not_lost_when_the_confirmation_is_stopped(world: World, stopped_by: str) -> None:
    rated(world)
    world.set_shop(follow_ups={**DELAYS, "confirmation_hours": 5})
    _voucher(world)
    if stopped_by == "buyer":
        opt_out.opt_out(world.context, message_of(world, RECEIPT).id, BUYER)
    else:
        by_seller.stop_messages(world.context, world.case().id, world.owner)
    work_for(world, 48)

    told = message_of(world, CONFIRMATION)
    assert (told.state, world.case().make_goods[0].code in str(told.reason)) == (
        "refused",
        True,
    )
    assert world.case().reference in world.browser().get("/").text
    by_seller.mark_sent(world.context, told.id, world.owner)
    assert message_of(world, CONFIRMATION).state == "sent"


def test_refused_confirmation_says_why_and_keeps_the_code_in_sight(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rated(world)
    with monkeypatch.context() as patch:

        def refused(self: Sandbox, message: OutgoingMessage) -> str:
            raise Rejected("the shop refused (406)")

        patch.setattr(Sandbox, "message", refused)
        _voucher(world)
        work_for(world, 2)
    told = message_of(world, CONFIRMATION)
    question = message_of(world, CHECK).state

    assert (told.state, question) == ("refused", "planned")
    assert "406" in str(told.reason)
    assert world.case().make_goods[0].code in str(told.reason)
    by_seller.send_now(world.context, told.id, world.owner)
    work_for(world, 1)
    assert message_of(world, CONFIRMATION).state == "sent"


@given(
    delays=st.tuples(*(st.integers(0, 24 * 90) for _ in range(3))),
    opens=st.integers(0, 22),
    days=st.sets(st.integers(0, 6), min_size=1),
    hour=st.integers(0, 24 * 14),
)
def test_steps_are_planned_in_their_order_whatever_the_delays(
    delays: tuple[int, int, int], opens: int, days: set[int], hour: int
) -> None:
    hours = [timedelta(hours=delay) for delay in delays]
    window = SendingWindow(
        time(opens),
        time(opens + 1),
        frozenset(days),
    )
    made_at = datetime(2026, 11, 24, tzinfo=UTC) + timedelta(hours=hour)

    due = plan(
        FollowUpPlan(hours[0], hours[1], hours[2], window=window), made_at, ("Asia/Jakarta",)
    )

    assert due[Step.CONFIRMATION] <= due[Step.RESOLUTION_CHECK] <= due[Step.UPDATE_INVITATION]


def test_question_and_invitation_wait_for_a_confirmation_that_is_stuck(world: World) -> None:
    world.set_shop(asking=ASKING, follow_ups={**DELAYS, "confirmation_hours": 0})
    order_id = rated(world)
    trouble.choose(world.sandbox.ledger, order_id, "message_500")
    _voucher(world)
    stuck = message_of(world, CONFIRMATION)
    work_for(world, 24 * 10)
    by_seller.send_now(world.context, message_of(world, CHECK).id, world.owner)
    work_for(world, 2)

    assert stuck.state == "unknown"
    assert [message_of(world, step).sent_at for step in (CHECK, INVITATION)] == [None, None]
    by_seller.mark_sent(world.context, stuck.id, world.owner)
    work_for(world, 24 * 5)
    sent = [message_of(world, step).sent_at for step in (CONFIRMATION, CHECK, INVITATION)]
    assert all(sent)
    assert sent == sorted(moment for moment in sent if moment)


def test_late_confirmation_is_never_after_the_invitation(world: World) -> None:
    world.set_shop(asking=ASKING, follow_ups=DELAYS)
    rated(world)
    _voucher(world)
    work_for(world, 24 * 20)

    sent = [message_of(world, step).sent_at for step in (CONFIRMATION, CHECK, INVITATION)]
    assert all(sent)
    assert sent == sorted(moment for moment in sent if moment)
