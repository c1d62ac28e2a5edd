"""Money may have moved: an outcome that nobody knows stays unknown until somebody has looked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests

from integrations.contract import ActionRequest, ByHand, Done, Refused, done_unless
from integrations.errors import AdapterError, Permanent, Rejected, Temporary, Unsupported
from integrations.money import Money
from integrations.remedies import VOUCHER, Remedy
from integrations.sandbox import Sandbox, trouble
from integrations.sentence import Text
from service.db.models import MakeGood
from service.domain.errors import WrongInput, WrongState
from service.operations.remedies import decisions, make_goods
from service.operations.staff import tokens
from tests.operations.steps import rated, refund, work_for
from tests.world import World

Act = Callable[[Sandbox, ActionRequest], Done | ByHand]


def _approved(world: World, name: str = "") -> MakeGood:
    order_id = rated(world)
    trouble.choose(world.sandbox.ledger, order_id, name)
    decisions.approve(world.context, world.case().id, world.owner, changed=refund(order_id))
    return world.case().make_goods[0]


def _acts(monkeypatch: pytest.MonkeyPatch, error: Exception) -> list[str]:
    """The platform does it, and its adapter raises this; gives the keys it was asked with."""
    asked: list[str] = []
    act = Sandbox.act

    def acted(self: Sandbox, request: ActionRequest) -> Done | ByHand:
        asked.append(request.key)
        act(self, request)
        raise error

    monkeypatch.setattr(Sandbox, "act", acted)
    return asked


def test_payment_that_the_shop_forgot_is_not_made_again(world: World) -> None:
    made = _approved(world, "paid_then_failed")
    world.work()

    with pytest.raises(WrongState, match="payment provider"):
        make_goods.try_again(world.context, made.id, actor=world.owner, surely_not_done=False)
    work_for(world, 48)

    case = world.case()
    assert (case.state, case.make_goods[0].state) == ("approved", "unknown")
    assert "payment provider" in str(case.make_goods[0].todo)
    assert len(world.ledger()["made"]) == 1
    assert [message["subject"] for message in world.ledger()["messages"]] == [
        world.ledger()["messages"][0]["subject"]
    ]


def test_person_who_looked_begins_anew(world: World) -> None:
    made = _approved(world, "paid_then_failed")
    world.work()

    make_goods.try_again(world.context, made.id, actor=world.owner, surely_not_done=True)
    world.work()

    assert world.case().make_goods[0].state == "done"
    assert world.case().make_goods[0].attempts[0].note == make_goods.SAID_BY_SELLER


@pytest.mark.parametrize(
    "error",
    [
        Permanent("the shop refused (404)"),
        Permanent("the shop's answer is too large to read"),
        Temporary("the shop answered 503"),
        AdapterError("something else", outcome="unknown"),
        RuntimeError("a fault of ours"),
        KeyError("id"),
    ],
    ids=lambda error: f"{type(error).__name__} {error}",
)
def test_failure_that_says_nothing_of_the_outcome_is_never_paid_twice(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    made = _approved(world)
    _acts(monkeypatch, error)
    world.work()

    first = world.case().make_goods[0].attempts[0].outcome
    with pytest.raises(WrongState):
        make_goods.try_again(world.context, made.id, actor=world.owner, surely_not_done=False)
    work_for(world, 48)

    assert first == "unknown"
    assert len(world.ledger()["made"]) == 1
    # The sandbox can be asked: looking finds it.
    assert world.case().make_goods[0].state == "done"


@pytest.mark.parametrize("world", ["sandbox-blind"], indirect=True)
def test_shop_that_cannot_be_asked_leaves_it_to_a_person(world: World) -> None:
    _approved(world, "paid_then_failed")
    work_for(world, 48)

    with pytest.raises(WrongState):
        make_goods.look_again(world.context, world.case().make_goods[0].id, actor=world.owner)
    assert (len(world.ledger()["made"]), world.case().make_goods[0].state) == (1, "unknown")


@pytest.mark.parametrize("error", [Rejected("too late"), Unsupported("the shop has no refunds")])
def test_definite_refusal_gives_way_to_another_make_good(
    world: World, monkeypatch: pytest.MonkeyPatch, error: AdapterError
) -> None:
    made = _approved(world)
    with monkeypatch.context() as patch:

        def refused(self: Sandbox, request: ActionRequest) -> Done | ByHand:
            raise error

        patch.setattr(Sandbox, "act", refused)
        world.work()
    order_id = int(world.case().order_id)
    voucher = Remedy(VOUCHER, Money(1_000_000, "IDR"), (f"l{order_id}",), timedelta(days=30))

    assert world.case().make_goods[0].state == "refused"
    assert world.case().state == "awaiting_approval"
    decisions.approve(world.context, world.case().id, world.owner, changed=voucher)
    world.work()

    states = {make_good.kind: make_good.state for make_good in world.case().make_goods}
    assert states == {"refund": "cancelled", "voucher": "done"}
    assert [row["action"] for row in world.ledger()["made"]] == ["voucher"]
    assert made.id


def test_unknown_one_does_not_give_way(world: World) -> None:
    _approved(world, "paid_then_failed")
    world.work()
    order_id = int(world.case().order_id)

    with pytest.raises((WrongState, WrongInput)):
        decisions.approve(world.context, world.case().id, world.owner, changed=refund(order_id))
    assert len(world.case().make_goods) == 1


def test_what_is_taken_back_after_a_look_is_decided_anew(world: World) -> None:
    made = _approved(world, "paid_then_failed")
    world.work()

    make_goods.cancel(world.context, made.id, actor=world.owner)

    case = world.case()
    assert (case.state, case.make_goods[0].outcome_unknown) == ("awaiting_approval", False)


def test_task_that_is_not_settled_yet_is_looked_at_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shop noted the refund, and its payment provider confirms it later."""
    _approved(world)
    _acts(monkeypatch, Temporary("the shop answered 504"))
    find = Sandbox.find
    tasks: list[Text | None] = [Text("pay it by hand"), None]

    def found(self: Sandbox, request: ActionRequest) -> Done | ByHand | None:
        result = find(self, request)
        return result and done_unless(tasks.pop(0), result.vendor_id, already=True)

    monkeypatch.setattr(Sandbox, "find", found)
    work_for(world, 1)

    assert (world.case().make_goods[0].state, world.case().make_goods[0].note) == ("done", None)
    assert (tasks, world.case().state) == ([], "following_up")


@pytest.mark.parametrize(
    ("later", "state", "attempt", "note"),
    [
        (None, "unknown", "seen", "does not know of it any more"),
        (Refused(Text("the bank said no")), "refused", "refused", "the bank said no"),
    ],
    ids=["gone", "refused"],
)
def test_what_was_noted_and_is_taken_back_is_not_done_again(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    later: Refused | None,
    state: str,
    attempt: str,
    note: str,
) -> None:
    _approved(world)
    asked = _acts(monkeypatch, Temporary("the shop answered 504"))
    answers: list[Any] = [ByHand(Text("not confirmed"), "7", already=True), later, later]
    monkeypatch.setattr(Sandbox, "find", lambda self, request: answers.pop(0))
    work_for(world, 1)

    made = world.case().make_goods[0]
    assert (made.state, made.attempts[0].outcome) == (state, attempt)
    assert (note in str(made.note), len(asked)) == (True, 1)


def test_page_offers_no_button_that_pays_again(world: World) -> None:
    _approved(world, "paid_then_failed")
    world.work()
    browser = world.browser()
    path = f"/cases/{world.case().reference}"

    page = browser.get(path).text
    pressed = browser.post(f"{path}/make-goods/{world.case().make_goods[0].id}/try-again", {})

    number = world.case().make_goods[0].id
    assert f"{number}/try-again" not in page
    assert not re.search(rf'class="main"\s+formaction="[^"]*/{number}/done"', page)
    assert f"{number}/look-again" in page
    assert pressed.status_code == 409
    assert len(world.ledger()["made"]) == 1


def test_page_offers_other_remedies_after_a_refusal(world: World) -> None:
    _approved(world, "permanent")
    world.work()

    page = world.browser().get(f"/cases/{world.case().reference}").text

    number = world.case().make_goods[0].id
    assert not re.search(rf'class="main"\s+formaction="[^"]*/{number}/done"', page)
    assert re.search(rf'class="main"\s+formaction="[^"]*/{number}/cancel"', page)
    assert f"/cases/{world.case().reference}/approve" in page


def test_unknown_outcome_is_said_to_programs(world: World) -> None:
    _approved(world, "paid_then_failed")
    world.work()
    token = tokens.add_token(world.context, world.owner, "program")

    answer = requests.get(
        f"{world.url}/api/v1/cases/{world.case().reference}",
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    ).json()

    assert [made["outcome_unknown"] for made in answer["make_goods"]] == [True]
