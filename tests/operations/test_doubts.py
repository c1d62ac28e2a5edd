"""What speaks against an order or an automatic answer: nothing is said and nothing goes by itself
until a person has looked, whoever chose the order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from integrations.contract import Buyer, EventKind, ReviewEvent, Role
from integrations.sandbox import Sandbox
from integrations.sandbox.ledger import add_line, leave_review
from integrations.sandbox.seed import KETTLE, SCARF, sell
from service.db.models import Connection
from service.domain.errors import NotPermitted, WrongState
from service.domain.messages.kinds import Answer, Step
from service.domain.staff.authority import BUYER, OPERATOR, SellerRole
from service.operations.cases import confirm
from service.operations.cases.order_choice import choose_order
from service.operations.messages import answers
from service.operations.remedies import decisions
from service.operations.reviews.apply import apply_event
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from tests.operations.steps import (
    ASKING,
    CHECK,
    INVITATION,
    message_of,
    rated,
    refund,
    sell_to,
    work_for,
)
from tests.world import World

EVERYTHING = {"IDR": {"each": 10**9, "shop_day": 10**12, "buyer_day": 10**12}}
SARI = {"id": "b1", "name": "Sari", "email": "sari@example.test", "country": "ID"}


@pytest.fixture(autouse=True)
def _by_itself(world: World) -> None:
    """Whatever may go by itself does."""
    world.set_shop(automatic=EVERYTHING)


def told_to(world: World, connection_id: int = 0, **changes: Any) -> None:
    """A review comes in that says this of itself, and all that is due is done."""
    event = ReviewEvent(
        EventKind.ADDED,
        review_id="other-1",
        rating=1,
        text="Barang rusak",
        written_at=world.clock.now(),
        product_id=KETTLE[0],
        product_name=KETTLE[1],
        buyer=Buyer(**SARI),
    )
    with world.context.database.transaction() as session:
        connection = session.get_one(Connection, connection_id or world.connection_id)
        apply_event(session, connection, replace(event, **changes), now=world.clock.now())
    world.work()


def _names(monkeypatch: pytest.MonkeyPatch, order_id: int) -> None:
    """The shop takes every review for one of this order."""
    monkeypatch.setattr(
        Sandbox, "orders_for", lambda self, query: [Sandbox.order(self, str(order_id))]
    )


def nothing_happened(world: World) -> bool:
    """Nothing was made and nobody was told anything by the newest case."""
    case = world.cases()[-1]
    said = [row for row in world.ledger()["messages"] if row["key"].startswith(case.reference)]
    return not (case.make_goods or case.messages or said)


def test_without_a_doubt_all_goes_by_itself(world: World) -> None:
    order_id = sell(world.sandbox.ledger, 1, world.clock.now())[0]
    told_to(world, order_ids=(str(order_id),))

    assert (world.case().doubt, world.case().state) == (None, "following_up")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"product_id": "p-999"}, "not in this order"),
        ({"product_id": KETTLE[0].upper()}, "not in this order"),
        ({"buyer": Buyer(id="b77", email="else@example.test")}, "another buyer"),
        ({"buyer": Buyer(email="else@example.test")}, "another buyer"),
        ({"text": "Anak saya luka, ke rumah sakit"}, "yourself first"),
    ],
    ids=["translated", "renumbered", "another buyer", "another address", "grave"],
)
@pytest.mark.parametrize("chosen_by", ["platform", "seller"])
def test_doubt_waits_for_a_person(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
    said: str,
    chosen_by: str,
) -> None:
    order_id = sell(world.sandbox.ledger, 1, world.clock.now())[0]
    orders = [Sandbox.order] if chosen_by == "platform" else []
    monkeypatch.setattr(
        Sandbox, "orders_for", lambda self, query: [order(self, str(order_id)) for order in orders]
    )
    told_to(world, **changes)
    if chosen_by == "seller":
        choose_order(world.context, world.case().id, f"SB-{order_id}", actor=world.owner)
    work_for(world, 48)

    case = world.case()
    assert said in str(case.doubt)
    assert case.state == "awaiting_approval"
    assert nothing_happened(world)


def test_review_without_a_product_is_of_no_line_where_there_are_several(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = sell(world.sandbox.ledger, 1, world.clock.now())[0]
    _names(monkeypatch, order_id)
    add_line(world.sandbox.ledger, order_id, SCARF)
    told_to(world, product_id="", order_ids=(str(order_id),))

    case = world.case()
    assert "which product" in str(case.doubt)
    assert [proposal.remedies for proposal in case.proposals] == [[]]
    assert nothing_happened(world)


def test_product_of_another_line_is_never_the_whole_order(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = sell(world.sandbox.ledger, 1, world.clock.now())[0]
    _names(monkeypatch, order_id)
    add_line(world.sandbox.ledger, order_id, SCARF)
    told_to(world, product_id="p-999", order_ids=(str(order_id),))

    assert [proposal.remedies for proposal in world.case().proposals] == [[]]


def test_same_complaint_under_another_id_is_for_a_person(world: World) -> None:
    order_id = sell(world.sandbox.ledger, 1, world.clock.now())[0]
    for number in ("first", "second"):
        told_to(world, review_id=number, order_ids=(str(order_id),))

    assert len(world.ledger()["made"]) == 1
    assert world.cases()[-1].state == "awaiting_approval"


def test_same_line_under_another_product_number_is_for_a_person(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another buyer's name, another number of the product: the line of the order is the same."""
    order_id = sell(world.sandbox.ledger, 1, world.clock.now())[0]
    _names(monkeypatch, order_id)
    told_to(world, review_id="first")
    told_to(world, review_id="second", product_id="", buyer=Buyer())

    assert len(world.ledger()["made"]) == 1
    assert "made good before" in str(world.cases()[1].doubt)
    assert nothing_happened(world)


def test_both_in_one_batch_are_made_good_once(world: World) -> None:
    order_id = sell(world.sandbox.ledger, 1, world.clock.now())[0]
    with world.context.database.transaction() as session:
        connection = session.get_one(Connection, world.connection_id)
        for number in ("first", "second"):
            event = ReviewEvent(
                EventKind.ADDED,
                review_id=number,
                rating=1,
                text="Barang rusak",
                product_id=KETTLE[0],
                buyer=Buyer(**SARI),
                order_ids=(str(order_id),),
            )
            apply_event(session, connection, event, now=world.clock.now())
    world.work()

    assert len(world.ledger()["made"]) == 1


def test_deleted_and_written_anew_is_for_a_person(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = sell(world.sandbox.ledger, 1, world.clock.now())[0]
    _names(monkeypatch, order_id)
    told_to(world, review_id="first", order_ids=(str(order_id),))
    told_to(world, review_id="first", kind=EventKind.WITHDRAWN)
    world.clock.move(days=60)
    told_to(world, review_id="anew", order_ids=(str(order_id),), written_at=world.clock.now())

    assert world.cases()[0].close_reason == "withdrawn"
    assert len(world.ledger()["made"]) == 1
    assert "made good before" in str(world.cases()[1].doubt)


def test_another_line_of_the_order_goes_by_itself(world: World) -> None:
    order_id = sell(world.sandbox.ledger, 1, world.clock.now())[0]
    line_id = add_line(world.sandbox.ledger, order_id, SCARF)
    for line in (0, line_id):
        leave_review(world.sandbox.ledger, order_id, 2, "kurang", world.clock.now(), line_id=line)
    world.sandbox.sender.send_due()
    work_for(world, 1)

    assert [case.doubt for case in world.cases()] == [None, None]
    assert len(world.ledger()["made"]) == 2


def _second_shop(world: World, roles: list[Role]) -> int:
    """Another connection of the same shop to a shop whose ids are the same."""
    values = {"base_url": f"{world.url}/sandbox", "api_key": "test-key"}
    new = NewConnection("sandbox", "Second", roles, values)
    return connections.connect(world.context, world.shop_id, OPERATOR, new)


def test_ids_of_another_shop_name_nobody_here(world: World) -> None:
    rated(world)
    reviews = _second_shop(world, [Role.REVIEWS])
    told_to(
        world,
        reviews,
        review_id="r1",
        order_ids=("1",),
        buyer=Buyer(id="b1", email="stranger@example.test"),
    )

    case = world.cases()[-1]
    assert (case.order_id, case.state) == ("", "awaiting_order")
    assert nothing_happened(world)


def test_order_of_another_connection_is_found_by_address_and_confirmed(world: World) -> None:
    order_id = sell(world.sandbox.ledger, 1, world.clock.now())[0]
    reviews = _second_shop(world, [Role.REVIEWS])
    told_to(world, reviews, buyer=Buyer(id="zz", email="sari@example.test"))
    before = world.case()

    confirm.confirm(world.context, before.id, world.owner)
    world.work()

    assert (before.order_id, before.order_connection_id) == (str(order_id), world.connection_id)
    assert "another connection" in str(before.doubt)
    assert (world.case().doubt, message_of(world, Step.RECEIPT).state) == (None, "sent")


def test_review_is_looked_for_at_its_own_connection_first(world: World) -> None:
    second = _second_shop(world, list(Role))
    sell(world.sandbox.ledger, 1, world.clock.now())
    told_to(world, second, order_ids=("1",))

    case = world.case()
    assert (case.order_connection_id, case.doubt) == (second, None)
    assert [made.connection_id for made in case.make_goods] == [second]


def test_person_who_approves_has_looked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id = sell_to(world, name="Lain", email="lain@example.test")
    _names(monkeypatch, order_id)
    told_to(world, buyer=Buyer("b9", "Sari", "sari@example.test"))
    before = world.case().doubt

    decisions.approve(world.context, world.case().id, world.owner, changed=refund(order_id))
    world.work()

    assert "another buyer" in str(before)
    assert (world.case().doubt, world.case().advice) == (None, None)
    assert message_of(world, Step.CONFIRMATION).state == "sent"


def test_confirming_is_for_those_who_decide_and_where_there_is_a_doubt(world: World) -> None:
    rated(world)
    viewer = world.seller("v@example.test", SellerRole.VIEWER)

    with pytest.raises(WrongState):
        confirm.confirm(world.context, world.case().id, world.owner)
    with pytest.raises(NotPermitted):
        confirm.confirm(world.context, world.case().id, viewer)


def test_doubtful_case_is_on_the_waiting_page_and_can_be_confirmed_there(world: World) -> None:
    told_to(world, text="Sampai masuk rumah sakit", order_ids=(str(sell_to(world)),))
    browser, path = world.browser(), f"/cases/{world.case().reference}"

    waiting, page = browser.get("/").text, browser.get(path).text
    browser.post(f"{path}/confirm", {})

    assert world.case().reference in waiting
    assert "/confirm" in page
    assert world.case().doubt is None


def _grave_later(world: World) -> int:
    """A make-good was carried out; then the buyer writes more into the review."""
    world.set_shop(asking=ASKING)
    order_id = rated(world)
    world.rate(1, "Anak saya luka kena pecahan, ke rumah sakit", order_id)
    world.work()
    return order_id


def test_review_that_becomes_grave_stops_what_is_said_until_it_is_taken_up(world: World) -> None:
    _grave_later(world)
    work_for(world, 24 * 6)
    before = [f.step for f in world.case().messages if f.sent_at]
    browser = world.browser()

    assert CHECK not in before
    assert world.case().reference in browser.get("/").text
    confirm.confirm(world.context, world.case().id, world.owner)
    work_for(world, 24)
    assert message_of(world, CHECK).state == "sent"


def test_nobody_is_invited_after_a_grave_complaint(world: World) -> None:
    order_id = _grave_later(world)
    world.rate(1, "sudah baik, tapi tetap kecewa", order_id)
    world.work()
    confirm.confirm(world.context, world.case().id, world.owner)
    work_for(world, 24 * 4)
    answers.answer(
        world.context, message_of(world, CHECK).id, BUYER, answer=Answer.SOLVED, stars=5, comment=""
    )
    work_for(world, 24 * 20)

    assert message_of(world, INVITATION).state == "stopped"


def test_grave_words_in_an_answer_are_for_a_person(world: World) -> None:
    world.set_shop(asking=ASKING)
    rated(world)
    work_for(world, 24 * 4)
    answers.answer(
        world.context,
        message_of(world, CHECK).id,
        BUYER,
        answer=Answer.SOLVED,
        stars=3,
        comment="Tapi anak saya masuk rumah sakit",
    )
    work_for(world, 24 * 20)

    assert "yourself first" in str(world.case().doubt)
    assert message_of(world, INVITATION).sent_at is None
