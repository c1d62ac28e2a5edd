"""What is known of a buyer is added up over all their cases, by whatever they are known."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select

from integrations.money import Money
from integrations.sandbox.ledger import add_order
from integrations.sandbox.seed import KETTLE
from service.db.cases import buyer_summaries
from service.db.models import Case, MakeGood
from service.domain.cases.buyer_summary import BuyerSummary, Spent
from service.domain.cases.buyers import MOST_BUYERS
from service.domain.remedies.states import MakeGoodState
from service.operations.privacy import erasure
from service.operations.remedies import decisions
from tests.operations.test_buyer_marks import _cases, _known_as
from tests.world import World

BEYOND_32_BITS = 2**33


def _summary(world: World, case: Case) -> BuyerSummary:
    with world.context.database.reading() as session:
        return buyer_summaries.summary(session, session.get_one(Case, case.id))


def _others(world: World, case: Case, most: int = 10) -> list[int]:
    with world.context.database.reading() as session:
        own = session.get_one(Case, case.id)
        return [other.id for other in buyer_summaries.other_cases(session, own, most=most)]


def _ordered(world: World, case: Case, **seen: object) -> None:
    with world.context.database.transaction() as session:
        row = session.get_one(Case, case.id)
        row.order = {**row.order, **seen}
        row.order_id = str(seen.get("id", row.order_id))


def test_orders_are_added_up_by_currency_and_each_once(world: World) -> None:
    first, again, dear, stranger = _cases(world, 4)
    for case in (first, again, dear):
        _known_as(world, case, email="rina@toko.test")
    _known_as(world, stranger, email="other@toko.test")
    _ordered(world, first, id="7", currency="IDR", paid=1000, seen_at="2026-11-24T03:00:00+00:00")
    _ordered(world, again, id="7", currency="IDR", paid=900, seen_at="2026-11-25T03:00:00+00:00")
    _ordered(world, dear, id="8", currency="USD", paid=BEYOND_32_BITS)

    told = _summary(world, first)

    assert told.spent == (
        Spent(1, Money(900, "IDR")),
        Spent(1, Money(BEYOND_32_BITS, "USD")),
    )
    assert (told.cases, told.orders) == (3, 2)
    assert _others(world, first) == [dear.id, again.id]
    assert _others(world, first, most=1) == [dear.id]


def test_case_without_an_order_counts_as_a_case_alone(world: World) -> None:
    with_order, without = _cases(world, 2)
    for case in (with_order, without):
        _known_as(world, case, phone="0812 3456 7890")
    with world.context.database.transaction() as session:
        row = session.get_one(Case, without.id)
        row.order, row.order_id, row.order_connection_id = {}, "", None

    told = _summary(world, without)

    assert (told.cases, told.orders) == (2, 1)


def test_only_what_was_carried_out_was_given(world: World) -> None:
    made, taken_back = _cases(world, 2)
    for case in (made, taken_back):
        _known_as(world, case, email="rina@toko.test")
        decisions.approve(world.context, case.id, world.owner, number=1)
    world.work()
    with world.context.database.transaction() as session:
        rows = {row.case_id: row for row in session.scalars(select(MakeGood))}
        worth = rows[made.id].remedy.money
        assert rows[made.id].state is MakeGoodState.DONE
        rows[taken_back.id].state = MakeGoodState.CANCELLED

    [given] = _summary(world, taken_back).given

    assert (given.kind.name, given.number, given.amount) == ("refund", 1, worth)


def test_placeholder_of_many_joins_nobody(world: World) -> None:
    cases = _cases(world, MOST_BUYERS + 1)
    for case in cases:
        _known_as(world, case, id=f"b{case.id}", name=f"Pembeli {case.id}", email="guest@toko.test")

    assert [_summary(world, case).cases for case in cases] == [1] * len(cases)
    assert _others(world, cases[0]) == []


def test_erased_buyer_has_no_other_case(world: World) -> None:
    first, second = _cases(world, 2)
    for case in (first, second):
        _known_as(world, case, email="rina@toko.test")
    erasure.erase_buyer(world.context, "rina@toko.test", world.owner)

    assert _summary(world, first).cases == 1
    assert _others(world, first) == []


@pytest.mark.parametrize("number", [2, 12])
def test_number_of_statements_does_not_follow_the_number_of_cases(
    world: World, number: int
) -> None:
    cases = _cases(world, number)
    for case in cases:
        _known_as(world, case, email="rina@toko.test")
    statements: list[str] = []
    with world.context.database.reading() as session:
        own = session.get_one(Case, cases[0].id)
        event.listen(
            session.get_bind(),
            "before_cursor_execute",
            lambda *args: statements.append(args[2]),
        )
        told = buyer_summaries.summary(session, own)
        others = buyer_summaries.other_cases(session, own)
        for other in others:
            _ = (other.review.product_name, [made.done_at for made in other.make_goods])

    assert (told.cases, len(others)) == (number, min(10, number - 1))
    assert len(statements) == 4


def _complain(world: World, *buyers: tuple[str, str]) -> None:
    """Low ratings of buyers with these addresses and numbers, all in one batch."""
    for email, phone in buyers:
        with world.sandbox.ledger.write() as ledger:
            row = ledger.execute(
                "INSERT INTO buyer (name, email, country, language, zone, phone)"
                " VALUES ('Rina', ?, 'ID', 'id', 'Asia/Jakarta', ?)",
                (email, phone),
            )
            order_id = add_order(ledger, int(row.lastrowid or 0), KETTLE, world.clock.now())
        world.rate(1, "Rusak", order_id)
    world.work()


@pytest.mark.parametrize("at_once", [True, False])
def test_rules_count_the_cases_that_the_card_counts(world: World, *, at_once: bool) -> None:
    """Whoever comes under another id and address, with the number of before, is no new buyer."""
    refund = [{"action": "refund", "percent": 10}]
    rules = [
        {"name": "Again", "when": {"earlier_cases_min": 1}, "remedies": refund},
        {"name": "First", "remedies": refund},
    ]
    world.set_shop(playbook={"name": "Own", "rules": rules})
    buyers = [("a@toko.test", "0812 3456 7890"), ("b@toko.test", "+62 812-3456-7890")]
    for some in [buyers] if at_once else [[each] for each in buyers]:
        _complain(world, *some)

    assert [_summary(world, case).cases for case in world.cases()] == [2, 2]
    assert sorted(case.proposals[-1].rule for case in world.cases()) == ["Again", "First"]
