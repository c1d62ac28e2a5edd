"""Who may decide what: approve, change, decline, close, and what goes by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from integrations.money import Money
from integrations.remedies import REFUND, RESEND, VOUCHER, Remedy, RemedyKind
from integrations.sandbox import trouble
from integrations.sandbox.ledger import add_line, add_order, leave_review
from integrations.sandbox.seed import SCARF, sell
from service.domain.errors import DomainError, NotPermitted, OverLimit, WrongInput, WrongState
from service.domain.staff.authority import Actor, SellerRole
from service.operations.remedies import decisions, make_goods
from tests.operations.steps import agent, help_again, helped, rated, refund, sell_to
from tests.world import World

EACH = 26_000_000
PAID = 25_900_000
GIFT = (*SCARF[:2], 0, SCARF[3])


def _limit(**changes: int) -> dict[str, Any]:
    return {"IDR": {"each": EACH, "shop_day": 10 * EACH, "buyer_day": 10 * EACH, **changes}}


def _approve(world: World, seller: Actor, remedy: Remedy) -> None:
    decisions.approve(world.context, world.cases()[-1].id, seller, changed=remedy)


def test_decision_names_who_decided_why_and_within_which_limit(world: World) -> None:
    order_id, seller = rated(world), agent(world, IDR=2_000_000)

    decisions.approve(
        world.context, world.case().id, seller, changed=refund(order_id), reason="broken"
    )

    (decision,) = world.case().decisions
    assert (decision.actor, decision.reason, str(decision.limit)) == (
        f"seller:{seller.id}",
        "broken",
        "within their limit of 20000.00 IDR for one decision",
    )


@pytest.mark.parametrize("verb", ["approve", "decline", "close"])
def test_viewer_may_decide_nothing(world: World, verb: str) -> None:
    order_id, viewer = rated(world), world.seller("v@example.test", SellerRole.VIEWER)
    case_id = world.case().id
    verbs: dict[str, Callable[[], None]] = {
        "approve": lambda: _approve(world, viewer, refund(order_id)),
        "decline": lambda: decisions.decline(world.context, case_id, viewer, "no"),
        "close": lambda: decisions.close_case(world.context, case_id, viewer),
    }

    with pytest.raises(NotPermitted):
        verbs[verb]()
    assert world.case().state == "awaiting_approval"


def test_agent_without_a_limit_in_the_currency_may_approve_nothing(world: World) -> None:
    order_id = rated(world)

    with pytest.raises(OverLimit):
        _approve(world, agent(world), refund(order_id, 100))


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": Money(0, "IDR")},
        {"amount": Money(PAID + 1, "IDR")},
        {"amount": Money(100, "SGD")},
        {"line_ids": ("l999",)},
        {"kind": RESEND, "line_ids": ()},
        {"kind": VOUCHER, "amount": Money(PAID + 1, "IDR")},
    ],
    ids=["nothing", "more than is left", "currency", "line", "resend of nothing", "voucher"],
)
def test_changed_remedy_is_refused_when_it_does_not_fit_the_order(
    world: World, changes: dict[str, Any]
) -> None:
    order_id = rated(world)

    with pytest.raises(WrongInput):
        _approve(world, world.owner, replace(refund(order_id), **changes))
    assert world.case().make_goods == []


def test_second_refund_is_refused_above_what_is_left_now(world: World) -> None:
    order_id = helped(world)
    case_id = world.case().id
    world.rate(5, "baik", order_id)
    world.rate(1, "rusak lagi", order_id)
    world.work()
    newest = world.cases()[-1]

    with pytest.raises(WrongInput, match="can still be refunded"):
        _approve(world, world.owner, refund(order_id, PAID))
    _approve(world, world.owner, refund(order_id, PAID - 1_000_000))
    world.work()

    assert newest.id != case_id
    assert sum(row["amount_minor"] for row in world.ledger()["made"]) == PAID


def test_refund_made_elsewhere_meanwhile_is_not_paid_twice(world: World) -> None:
    order_id = rated(world)
    _approve(world, world.owner, refund(order_id, PAID))
    with world.sandbox.ledger.write() as connection:
        connection.execute(
            "INSERT INTO made (action, key, reference, order_id, amount_minor, currency, code,"
            " task, at) VALUES ('refund', '', 'by-hand', ?, ?, 'IDR', '', '', '')",
            (order_id, PAID),
        )

    world.work()

    assert len(world.ledger()["made"]) == 1
    made = world.case().make_goods[0]
    assert (world.case().state, made.state) == ("awaiting_approval", "refused")
    assert "left of this order" in str(made.note)


def test_approving_an_outdated_proposal_is_refused(world: World) -> None:
    order_id = rated(world, 3, "kurang bagus")
    seen = world.case().proposals[-1].id
    world.rate(1, "Salah kirim barang", order_id)
    world.work()

    with pytest.raises(WrongState, match="changed since"):
        decisions.approve(world.context, world.case().id, world.owner, number=0, seen=seen)
    fresh = world.case().proposals[-1]
    decisions.approve(world.context, world.case().id, world.owner, number=0, seen=fresh.id)

    assert (fresh.id != seen, fresh.rule, world.case().state) == (True, "Wrong item", "approved")


def test_proposal_stays_the_same_when_an_edit_changes_nothing_in_it(world: World) -> None:
    order_id = rated(world, 1, "Salah kirim barang")
    world.rate(1, "Salah kirim barang!", order_id)
    world.work()

    assert len(world.case().proposals) == 1


@pytest.mark.parametrize("reason", ["", "  "])
def test_decline_needs_a_reason(world: World, reason: str) -> None:
    rated(world)

    with pytest.raises(WrongInput):
        decisions.decline(world.context, world.case().id, world.owner, reason)


def test_declined_case_closes_as_declined_when_the_rating_stays(world: World) -> None:
    rated(world)
    decisions.decline(world.context, world.case().id, world.owner, "not ours")

    world.clock.move(days=31)
    world.work()

    assert (world.case().state, world.case().close_reason) == ("closed", "declined")
    assert [d.kind for d in world.case().decisions] == ["decline"]


@pytest.mark.parametrize("verb", ["approve", "decline", "close"])
def test_closed_case_takes_no_further_decision(world: World, verb: str) -> None:
    order_id = rated(world)
    case_id = world.case().id
    decisions.close_case(world.context, case_id, world.owner, "done by phone")
    verbs: dict[str, Callable[[], None]] = {
        "approve": lambda: _approve(world, world.owner, refund(order_id)),
        "decline": lambda: decisions.decline(world.context, case_id, world.owner, "no"),
        "close": lambda: decisions.close_case(world.context, case_id, world.owner),
    }

    with pytest.raises(WrongState):
        verbs[verb]()
    assert world.case().close_reason == "by_seller"


@pytest.mark.parametrize("verb", ["decline", "close"])
def test_case_stays_open_while_a_make_good_is_not_settled(world: World, verb: str) -> None:
    order_id = rated(world)
    trouble.choose(world.sandbox.ledger, order_id, "paid_then_failed")
    help_again(world, order_id)
    case_id = world.case().id

    end = decisions.decline if verb == "decline" else decisions.close_case

    with pytest.raises(WrongState):
        end(world.context, case_id, world.owner, "no")
    make_goods.cancel(world.context, world.case().make_goods[0].id, actor=world.owner)
    decisions.close_case(world.context, case_id, world.owner)

    assert world.case().state == "closed"


@pytest.mark.parametrize("verb", ["decline", "close"])
def test_what_was_refused_ends_with_its_case(world: World, verb: str) -> None:
    order_id = rated(world)
    trouble.choose(world.sandbox.ledger, order_id, "permanent")
    help_again(world, order_id)
    end = decisions.decline if verb == "decline" else decisions.close_case

    end(world.context, world.case().id, world.owner, "no")

    assert [made.state for made in world.case().make_goods] == ["cancelled"]


def test_refused_refund_leaves_room_for_another_remedy(world: World) -> None:
    order_id = rated(world)
    trouble.choose(world.sandbox.ledger, order_id, "permanent")
    help_again(world, order_id, PAID)
    trouble.choose(world.sandbox.ledger, order_id, "")

    help_again(world, order_id, PAID)

    assert [made.state for made in world.case().make_goods] == ["cancelled", "done"]


def test_closing_sends_nothing_by_itself(world: World) -> None:
    rated(world)
    before = len(world.ledger()["messages"])

    decisions.close_case(world.context, world.case().id, world.owner)
    world.clock.move(days=9)
    world.work()

    assert len(world.ledger()["messages"]) == before


def _states(world: World) -> list[str]:
    return [case.state for case in world.cases()]


def test_limit_lets_nothing_through_in_another_currency(world: World) -> None:
    world.set_shop(automatic={"SGD": {"each": 10**9, "shop_day": 10**9, "buyer_day": 10**9}})
    rated(world)

    assert _states(world) == ["awaiting_approval"]


def test_limit_lets_nothing_through_above_each(world: World) -> None:
    world.set_shop(automatic=_limit(each=1000))
    rated(world)

    assert _states(world) == ["awaiting_approval"]


def test_cap_of_a_buyer_leaves_room_for_others(world: World) -> None:
    world.set_shop(automatic=_limit(buyer_day=EACH))
    rated(world)
    with world.sandbox.ledger.write() as connection:
        again = add_order(connection, 1, SCARF, world.clock.now())
    world.rate(1, "Barang rusak", again)
    world.work()
    other = sell_to(world)
    world.rate(1, "Barang rusak", other)
    world.work()

    assert _states(world) == ["following_up", "awaiting_approval", "following_up"]


def test_cap_of_the_shop_is_by_the_shops_own_day(world: World) -> None:
    world.set_shop(automatic=_limit(shop_day=EACH))
    rated(world)
    world.clock.move(hours=13, minutes=59)
    rated(world)
    before = _states(world)
    world.clock.move(minutes=1)
    rated(world)

    # It is midnight in Jakarta, and five in the afternoon in UTC.
    assert (world.clock.now().hour, before) == (17, ["following_up", "awaiting_approval"])
    assert _states(world)[-1] == "following_up"


@pytest.mark.parametrize(
    "text", ["Anak saya luka kena pecahan, ke rumah sakit", "Got an electric shock from it"]
)
def test_grave_complaint_waits_for_a_person(world: World, text: str) -> None:
    world.set_shop(automatic=_limit())
    world.rate(1, text)
    world.work()

    assert (_states(world), "yourself first" in str(world.case().doubt)) == (
        ["awaiting_approval"],
        True,
    )


def test_review_made_good_before_waits_for_a_person(world: World) -> None:
    world.set_shop(automatic=_limit())
    order_id = rated(world)
    world.clock.move(minutes=5)
    world.rate(5, "baik", order_id)
    world.work()
    world.rate(1, "rusak lagi", order_id)
    world.work()

    assert _states(world) == ["closed", "awaiting_approval"]


def test_no_make_good_is_possible_without_an_order(world: World) -> None:
    order_id = rated(world)
    with world.context.database.transaction() as session:
        session.get_one(type(world.case()), world.case().id).order = {}

    with pytest.raises(DomainError):
        _approve(world, world.owner, refund(order_id))


@pytest.mark.parametrize("minor", [1_000_050, 1])
def test_amount_is_approved_only_in_steps_the_shop_books(world: World, minor: int) -> None:
    order_id = rated(world)
    with world.context.database.transaction() as session:
        case = session.get_one(type(world.case()), world.case().id)
        case.order = {**case.order, "step": 100}

    with pytest.raises(WrongInput, match="steps of"):
        _approve(world, world.owner, refund(order_id, minor))
    assert world.case().make_goods == []


def test_worth_of_a_resend_is_what_was_paid_whatever_is_typed(world: World) -> None:
    order_id = rated(world)
    cheap = Remedy(RESEND, Money(1000, "IDR"), (f"l{order_id}",))

    with pytest.raises(OverLimit):
        _approve(world, agent(world, IDR=2_000_000), cheap)
    _approve(world, world.owner, cheap)
    assert world.case().make_goods[0].amount_minor == PAID


def test_free_gift_is_sent_again_where_the_owner_says_so(world: World) -> None:
    world.set_shop(automatic=_limit())
    ledger, now = world.sandbox.ledger, world.clock.now()
    order_id = sell(ledger, 1, now)[0]
    line_id = add_line(ledger, order_id, GIFT)
    leave_review(ledger, order_id, 1, "Rusak", now, line_id=line_id)
    world.sandbox.sender.send_due()
    world.work()
    (number,) = (line["id"] for line in world.case().order["lines"] if not line["paid"])
    gift = Remedy(RESEND, None, (number,))

    assert world.case().make_goods == []
    with pytest.raises(OverLimit):
        _approve(world, agent(world, IDR=2_000_000), gift)
    _approve(world, world.owner, gift)
    world.work()
    (made,) = world.case().make_goods
    assert (made.amount_minor, made.state) == (0, "done")


@pytest.mark.parametrize("action", [REFUND, VOUCHER])
def test_sen_of_rupiah_are_refused_whoever_names_them(world: World, action: RemedyKind) -> None:
    """Programs name minor units: what no page takes, and no buyer can be paid, they may not either."""
    world.rate(1)
    world.work()
    case = world.case()
    remedy = Remedy(action, Money(1_000_050, "IDR"), (case.order["lines"][0]["id"],), None)

    with pytest.raises(WrongInput, match="in steps of"):
        decisions.approve(world.context, case.id, world.owner, changed=remedy)

    assert world.case().make_goods == []
