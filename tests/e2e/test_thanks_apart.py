"""Each way in which a thanks could come near a review, and each is refused: the test of a way fails when
what guards it is taken out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from service.db.cases import buyer_marks
from service.db.models import Case, Message, MessageAttempt, Proposal, Shop
from service.db.remedies import thanks_queries
from service.domain.errors import WrongState
from service.domain.messages.kinds import Step
from service.domain.messages.states import HandOverOutcome, MessageState
from service.domain.remedies.thanks import Gesture
from service.operations.remedies import holds, thanks
from tests.e2e.test_thanks import APART, _solved
from tests.operations.steps import work_for
from tests.world import World

NEAR, FAR = timedelta(days=APART - 1), timedelta(days=APART + 1)


def _other_case(world: World, *, shared: str) -> int:
    """A closed or open case of the same person under another id, with one mark in common."""
    world.rate(1, "Lampunya mati")
    world.work()
    other = world.cases()[-1]
    with world.context.database.transaction() as session:
        for case_id in (world.cases()[0].id, other.id):
            marks = {f"{shared}:same", f"id:0:{case_id}"}
            buyer_marks.write(session, {case_id: world.shop_id}, {case_id: marks})
    return other.id


def _invitation(world: World, case_id: int, state: MessageState, ago: timedelta | None) -> None:
    at = None if ago is None else world.clock.now() - ago
    with world.context.database.transaction() as session:
        session.add(
            Message(case_id=case_id, step=Step.UPDATE_INVITATION, round=9, state=state, sent_at=at)
        )


def _unknown(world: World, case_id: int) -> None:
    _invitation(world, case_id, MessageState.STOPPED, None)
    with world.context.database.transaction() as session:
        message = session.get_one(Case, case_id).messages[-1]
        attempt = MessageAttempt(
            message_id=message.id,
            connection_id=world.connection_id,
            key="k",
            subject="",
            text="",
            language="id",
            outcome=HandOverOutcome.UNKNOWN,
            started_at=world.clock.now() - NEAR,
        )
        session.add(attempt)


def _changed(world: World, case_id: int) -> None:
    with world.context.database.transaction() as session:
        case = session.get_one(Case, case_id)
        at = world.clock.now() - NEAR
        case.review_changed_at = at


WAYS: dict[str, Callable[[World, int], None]] = {
    "planned": lambda world, case_id: _invitation(world, case_id, MessageState.PLANNED, None),
    "drafted": lambda world, case_id: _invitation(world, case_id, MessageState.DRAFT, None),
    "sent": lambda world, case_id: _invitation(world, case_id, MessageState.SENT, NEAR),
    "unknown": _unknown,
    "review changed": _changed,
}


def _refusal(world: World) -> object:
    with world.context.database.reading() as session:
        case = session.get_one(Case, world.cases()[0].id)
        return thanks.refusal(session, case, world.clock.now())


@pytest.mark.parametrize("shared", ["mail", "phone", "id:7"])
@pytest.mark.parametrize("way", WAYS)
def test_no_thanks_near_a_review_of_any_case_of_the_buyer(
    world: World, way: str, shared: str
) -> None:
    _solved(world)
    other = _other_case(world, shared=shared)
    assert _refusal(world) is None

    WAYS[way](world, other)

    assert _refusal(world) is not None
    with pytest.raises(WrongState):
        thanks.give(world.context, world.cases()[0].id, world.owner, Gesture.CARD)


def test_far_enough_is_far_enough(world: World) -> None:
    _solved(world)
    _invitation(world, _other_case(world, shared="mail"), MessageState.SENT, FAR)

    assert _refusal(world) is None


@pytest.mark.parametrize("gesture", [*Gesture])
def test_no_invitation_in_any_case_of_a_buyer_who_is_being_thanked(
    world: World, gesture: Gesture
) -> None:
    """Also while the thanks is held and can be undone, and while its message waits."""
    _solved(world)
    world.set_shop(hold_seconds=20)
    other = _other_case(world, shared="phone")

    def is_thanked() -> bool:
        with world.context.database.reading() as session:
            case = session.get_one(Case, other)
            return thanks_queries.is_thanked(session, case, world.clock.now())

    assert not is_thanked()
    thanks.give(world.context, world.cases()[0].id, world.owner, gesture)
    assert is_thanked()
    world.clock.move(days=APART - 1)
    assert is_thanked()


def test_voucher_is_held_and_undone_like_other_money(world: World) -> None:
    _solved(world)
    world.set_shop(hold_seconds=20)
    case_id, given = world.case().id, len(world.ledger()["made"])
    state = world.case().state

    thanks.give(world.context, case_id, world.owner, Gesture.VOUCHER)
    world.work()
    assert world.case().make_goods[-1].state == "held"
    holds.undo(world.context, case_id, world.owner)
    world.clock.move(seconds=21)
    world.work()

    assert world.case().make_goods[-1].state == "cancelled"
    assert (len(world.ledger()["made"]), world.case().state) == (given, state)
    assert _refusal(world) is None
    thanks.give(world.context, case_id, world.owner, Gesture.VOUCHER)
    world.clock.move(seconds=21)
    world.work()
    assert world.case().make_goods[-1].state == "done"
    assert len(world.ledger()["made"]) == given + 1


@pytest.mark.parametrize("gesture", [Gesture.CARD, Gesture.EARLY_ACCESS])
def test_what_has_not_reached_the_buyer_is_taken_back(world: World, gesture: Gesture) -> None:
    _solved(world)
    case, browser = world.case(), world.browser()
    thanks.give(world.context, case.id, world.owner, gesture)
    with world.context.database.reading() as session:
        [row] = thanks_queries.given(session, case)
    page = f"/cases/{case.reference}"

    answer = browser.press(page, f"{page}/thanks/{row.id}/take-back")

    assert "Taken back" in answer.text
    assert _refusal(world) is None
    states = [message.state for message in world.case().messages if message.step == "thanks"]
    assert states == (["stopped"] if gesture is Gesture.EARLY_ACCESS else [])


def test_early_access_that_was_told_stays(world: World) -> None:
    _solved(world)
    case = world.case()
    thanks.give(world.context, case.id, world.owner, Gesture.EARLY_ACCESS)
    work_for(world, 72)
    with world.context.database.reading() as session:
        [row] = thanks_queries.given(session, case)

    with pytest.raises(WrongState, match="has been told"):
        thanks.take_back(world.context, row.id, world.owner)


def test_rule_of_the_playbook_says_who_is_not_thanked(world: World) -> None:
    _solved(world)
    assert _refusal(world) is None
    with world.context.database.transaction() as session:
        shop = session.get_one(Shop, world.shop_id)
        rule = {"name": "All", "thanks": "none", "remedies": [{"action": "resend"}]}
        shop.playbook = {"name": "Own", "rules": [rule]}
        session.execute(update(Proposal).values(rule="All"))
    assert _refusal(world) is not None
