"""When messages go out, and that every reason is looked at again at the moment of sending."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from integrations import registry
from integrations.sandbox.seed import LAMP
from jobs.drain import Drain
from service.db.models import Kind, Message
from service.db.outbox import claims
from service.db.shops import shop_queries
from service.domain.errors import NotPermitted, WrongState
from service.domain.messages.kinds import Answer
from service.domain.staff.authority import BUYER, SellerRole
from service.operations.messages import answers, by_seller, opt_out
from service.operations.remedies import decisions
from service.wiring import wire
from tests.operations.steps import (
    ASKING,
    CHECK,
    INVITATION,
    REMINDER,
    due_at,
    help_again,
    helped,
    message_of,
    rated,
    sell_to,
    sent,
    set_case,
    set_connection,
    told,
    work_for,
)
from tests.world import World

WEEK = 24 * 8


def _answer(world: World, *, solved: bool, comment: str = "", round_: int = 1) -> None:
    answers.answer(
        world.context,
        message_of(world, CHECK, round_).id,
        BUYER,
        answer=Answer.SOLVED if solved else Answer.NOT_SOLVED,
        stars=4,
        comment=comment,
    )


def test_messages_follow_in_their_order_when_all_allow_them(world: World) -> None:
    helped(world)

    work_for(world, 24 * 12)

    steps = ["receipt", "confirmation", "resolution_check", "update_invitation"]
    by_time = sorted(
        (message.sent_at, message.id, message.step)
        for message in world.case().messages
        if message.sent_at
    )
    assert [step for _, _, step in by_time] == [*steps[:3], "resolution_reminder", steps[3]]
    assert len(told(world)) == 5


@pytest.mark.parametrize("zone", ["Asia/Jayapura", "Europe/Berlin", "America/Los_Angeles"])
def test_messages_go_out_by_day_where_the_buyer_lives(world: World, zone: str) -> None:
    world.set_shop(asking=ASKING)
    order_id = sell_to(world, zone=zone)
    world.rate(1, "rusak", order_id)
    work_for(world, 24)
    help_again(world, order_id)

    work_for(world, 24 * 14)

    messages = world.ledger()["messages"]
    local = [datetime.fromisoformat(m["at"]).astimezone(ZoneInfo(zone)) for m in messages]
    assert len(local) == 5
    assert all(8 <= at.hour < 20 and at.weekday() < 6 for at in local)


def test_nothing_is_lost_when_the_process_restarts_before_it_is_due(world: World) -> None:
    helped(world)
    due = due_at(world, CHECK)
    world.context.database.close()
    again = wire(world.wired.settings, clock=world.clock)

    world.clock.move(seconds=(due - world.clock.now()).total_seconds() - 1)
    Drain(again.context, 2, again.stop).run()
    before = len(told(world))
    world.clock.move(seconds=1)
    Drain(again.context, 2, again.stop).run()
    Drain(again.context, 2, again.stop).run()
    again.close()

    assert (before, len(told(world))) == (2, 3)


def test_due_time_keeps_its_local_hour_when_the_clocks_change(world: World) -> None:
    friday = datetime(2027, 3, 26, 8, tzinfo=UTC)
    world.clock.move(seconds=(friday - world.clock.now()).total_seconds())
    order_id = sell_to(world, zone="Europe/Berlin", country="DE")
    world.rate(1, "kaputt", order_id)
    world.work()
    help_again(world, order_id)

    due = due_at(world, CHECK).astimezone(ZoneInfo("Europe/Berlin"))

    # Friday 9:00 and three days, over the night in which an hour is skipped.
    assert due.isoformat(timespec="minutes") == "2027-03-29T10:00+02:00"


def _raise_rating(world: World, order_id: int) -> None:
    world.rate(2, "lain", order_id)
    world.work()


def _opt_out_elsewhere(world: World, order_id: int) -> None:
    """The same buyer, known by the address only, says stop in a case about something else."""
    other = sell_to(world, LAMP, name="Sari", email=" SARI@example.test")
    world.rate(1, "rusak", other)
    world.work()
    opt_out.opt_out(world.context, world.cases()[-1].messages[0].id, BUYER)


REASONS: dict[str, Callable[[World, int], Any]] = {
    "case closed": lambda world, _: decisions.close_case(
        world.context, world.cases()[0].id, world.owner
    ),
    "opted out in another case": _opt_out_elsewhere,
    "rating changed": _raise_rating,
    "answered": lambda world, _: answers.answer(
        world.context,
        world.cases()[0].messages[2].id,
        BUYER,
        answer=Answer.SOLVED,
        stars=None,
        comment="",
    ),
    "not solved": lambda world, _: answers.answer(
        world.context,
        world.cases()[0].messages[2].id,
        BUYER,
        answer=Answer.NOT_SOLVED,
        stars=None,
        comment="",
    ),
    "stopped by the seller": lambda world, _: by_seller.stop_messages(
        world.context, world.cases()[0].id, world.owner
    ),
    "checks switched off": lambda world, _: world.set_shop(asking={"resolution_checks": False}),
    "channel gone": lambda world, _: set_connection(world, roles=["reviews", "orders"]),
    "erased": lambda world, _: set_case(world, order={}, order_id=""),
}


@pytest.mark.parametrize("name", REASONS)
def test_planned_check_is_not_sent_when_a_reason_has_come_up(world: World, name: str) -> None:
    order_id = helped(world)
    REASONS[name](world, order_id)

    work_for(world, WEEK)

    first = world.cases()[0]
    check, invitation = (
        next(message for message in first.messages if message.step == step)
        for step in (CHECK, INVITATION)
    )
    assert check.sent_at is None
    assert check.reason
    assert (invitation.sent_at is not None) == (name == "answered")


def _buyer_in_germany(world: World) -> None:
    order = world.case().order
    set_case(world, order={**order, "buyer": {**order["buyer"], "country": "DE"}})


@pytest.mark.parametrize("layer", ["shop", "law", "platform"])
def test_invitation_is_not_sent_when_one_layer_forbids_it(
    world: World, layer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    helped(world)
    work_for(world, 24 * 4)
    if layer == "shop":
        world.set_shop(asking={})
    elif layer == "law":
        _buyer_in_germany(world)
    else:
        monkeypatch.setattr("integrations.registry.policy", lambda name: {})

    by_seller.send_now(world.context, message_of(world, INVITATION).id, world.owner)
    work_for(world, WEEK)

    assert (message_of(world, INVITATION).state, message_of(world, INVITATION).sent_at) == (
        "stopped",
        None,
    )


def test_edit_window_is_looked_at_again_when_sending(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    helped(world)
    limited = {"always_editable": False, "edit_window_days": 3}
    entry = {**registry.policy("sandbox")["entry"][0], **limited}
    monkeypatch.setattr("integrations.registry.policy", lambda name: {"entry": [entry]})

    work_for(world, WEEK)

    assert message_of(world, CHECK).state == "sent"
    assert (
        message_of(world, INVITATION).state,
        "3 days only" in str(message_of(world, INVITATION).reason),
    ) == (
        "stopped",
        True,
    )


def test_invitation_waits_for_silence_after_the_reminder(world: World) -> None:
    helped(world)

    work_for(world, 24 * 12)

    reminder, invitation = (
        message_of(world, REMINDER).sent_at,
        message_of(world, INVITATION).sent_at,
    )
    assert reminder is not None
    assert invitation is not None
    assert (invitation - reminder).days >= 3


def test_invitation_waits_for_silence_after_the_check_where_nobody_is_reminded(
    world: World,
) -> None:
    world.set_shop(follow_ups={"resolution_reminder_hours": 0})
    helped(world)

    work_for(world, WEEK)

    check, invitation = message_of(world, CHECK).sent_at, message_of(world, INVITATION).sent_at
    assert check is not None
    assert invitation is not None
    assert (invitation - check).days >= 3
    assert REMINDER not in [message.step for message in world.case().messages]


def test_problem_not_solved_reopens_the_case_with_the_words_on_top(world: World) -> None:
    helped(world)
    work_for(world, 24 * 4)

    _answer(world, solved=False, comment="Masih bocor\nsedikit")
    work_for(world, WEEK)

    case = world.case()
    assert (case.state, str(case.advice).endswith("“Masih bocor sedikit”")) == (
        "awaiting_approval",
        True,
    )
    assert message_of(world, INVITATION).state == "stopped"
    assert [move.what for move in case.history].count("reopen") == 1


def test_closed_case_comes_back_when_the_buyer_says_not_solved(world: World) -> None:
    helped(world)
    work_for(world, 24 * 4)
    decisions.close_case(world.context, world.case().id, world.owner)

    _answer(world, solved=False)

    assert (world.case().state, world.case().closed_at) == ("awaiting_approval", None)


def test_second_make_good_has_a_round_of_its_own(world: World) -> None:
    order_id = helped(world)
    work_for(world, 24 * 4)
    _answer(world, solved=False)
    help_again(world, order_id, 2_000_000)

    work_for(world, 24 * 4)
    _answer(world, solved=True, round_=2)
    work_for(world, WEEK)

    assert [(step, n) for step, n in sent(world) if n == 2] == [
        ("confirmation", 2),
        ("resolution_check", 2),
        ("update_invitation", 2),
    ]
    assert len(world.ledger()["made"]) == 2


def test_buyer_is_invited_once_over_all_rounds_and_cases(world: World) -> None:
    order_id = helped(world)
    work_for(world, WEEK)
    _answer(world, solved=False)
    help_again(world, order_id)
    work_for(world, 24 * 12)
    world.rate(5, "bagus", order_id)
    world.rate(1, "rusak lagi", order_id)
    world.work()
    help_again(world, order_id)

    work_for(world, 24 * 12)

    assert [step for step, _ in sent(world)].count("update_invitation") == 1
    assert len(world.cases()) == 2


def test_planned_message_without_an_order_stops_with_a_reason(world: World) -> None:
    order_id = sell_to(world, email="")
    world.rate(1, "rusak", order_id)
    world.work()
    case_id = world.case().id
    set_case(world, order={}, order_id="", state="awaiting_order")
    with world.context.database.transaction() as session:
        planned = Message(
            case_id=case_id, step="receipt", round=9, due_at=world.clock.now(), state="planned"
        )
        session.add(planned)
        session.flush()
        lane, now = shop_queries.lane(session, world.connection_id, outward=True), world.clock.now()
        claims.put(session, Kind.SEND_MESSAGE, planned.id, lane_id=lane, due_at=now)

    world.work()

    found = next(f for f in world.case().messages if f.round == 9)
    assert (found.state, "no channel" in str(found.reason)) == ("stopped", True)


@pytest.mark.parametrize("verb", ["send_now", "mark_sent", "stop_messages"])
def test_viewer_may_not_touch_messages(world: World, verb: str) -> None:
    helped(world)
    viewer = world.seller("viewer@example.test", SellerRole.VIEWER)
    number = world.case().id if verb == "stop_messages" else message_of(world, CHECK).id

    with pytest.raises(NotPermitted):
        getattr(by_seller, verb)(world.context, number, viewer)


def test_send_now_skips_the_wait_and_quiet_hours_only_once(world: World) -> None:
    helped(world)
    world.clock.move(hours=13)

    by_seller.send_now(world.context, message_of(world, CHECK).id, world.owner)
    world.work()

    assert message_of(world, CHECK).state == "sent"
    with pytest.raises(WrongState):
        by_seller.send_now(world.context, message_of(world, CHECK).id, world.owner)


def test_receipt_thanks_and_gives_nothing(world: World) -> None:
    rated(world)

    (receipt,) = world.ledger()["messages"]

    text = receipt["text"].lower()
    assert "terima kasih" in text
    assert "maaf" in text
    assert not any(word in text for word in ("bintang", "ulasan", "refund", "voucher", "hadiah"))
    assert f"{world.url}/b/stop/" in text
