"""What speaks for and against a complaint: from its order, its review and the shop's other cases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from service.db.models import Case, Review
from service.domain.cases.evidence import Evidence
from service.operations.cases import search
from service.operations.cases.evidence import evidence_of
from tests.operations.steps import rated, sell_to, set_case
from tests.web.pages import text_of
from tests.web.test_api import Program
from tests.world import World

WORDS = "Tutup gelas ini pecah waktu sampai di rumah"


def _evidence(world: World, case: Case | None = None) -> dict[str, Evidence]:
    with world.context.database.reading() as session:
        row = session.get_one(Case, (case or world.cases()[-1]).id)
        return {each.kind: each for each in evidence_of(session, row, world.clock.now())}


def _set_order(world: World, **values: object) -> None:
    set_case(world, order={**world.cases()[-1].order, **values})


def _set_review(world: World, case: Case, **values: object) -> None:
    with world.context.database.transaction() as session:
        session.execute(update(Review).where(Review.id == case.review_id).values(**values))


def _bought(world: World, text: str = WORDS, **buyer: str) -> Case:
    world.rate(1, text, sell_to(world, **buyer))
    world.work()
    return world.cases()[-1]


def test_what_nobody_knows_speaks_for_neither_side(world: World) -> None:
    rated(world, text="Pecah")

    evidence = _evidence(world)

    unknown = {kind for kind, each in evidence.items() if each.bearing == "unknown"}
    assert unknown == {"delivery", "words"}
    assert not [each for each in evidence.values() if each.bearing == "against"]
    assert (evidence["item"].bearing, evidence["paid"].bearing) == ("for", "for")
    assert "order SB-" in str(evidence["paid"].source)


@pytest.mark.parametrize(("late", "bearing"), [(True, "for"), (False, "against")])
def test_delivery_is_held_against_the_promise(world: World, late: bool, bearing: str) -> None:
    rated(world, text="Lama sekali sampainya, telat seminggu")
    promised = world.clock.now() - timedelta(days=3)
    delivered = promised + timedelta(days=1 if late else -1)
    set_case(world, cause="late")
    _set_order(world, promised_by=promised.isoformat(), delivered_at=delivered.isoformat())

    assert _evidence(world)["delivery"].bearing == bearing
    set_case(world, cause="damaged")
    assert _evidence(world)["delivery"].bearing == "neither"


def test_review_from_before_the_delivery_speaks_against_damage(world: World) -> None:
    rated(world)
    after = world.clock.now() + timedelta(days=1)
    _set_order(world, delivered_at=after.isoformat())

    assert _evidence(world)["written"].bearing == "against"


def test_product_of_another_order_speaks_against_it(world: World) -> None:
    rated(world)
    lines = [{**line, "product_id": "lamp"} for line in world.case().order["lines"]]
    _set_order(world, lines=lines)

    assert _evidence(world)["item"].bearing == "against"


def test_earlier_refund_of_the_order_speaks_against_it(world: World) -> None:
    rated(world)
    _set_order(world, left=world.case().order["paid"] - 500_000)

    refunds = _evidence(world)["refunds"]
    assert (refunds.bearing, "5,000" in str(refunds.says) or "5000" in str(refunds.says)) == (
        "against",
        True,
    )


@pytest.mark.parametrize("known_by", ["email", "phone", "id"])
def test_cases_of_one_buyer_are_found_by_all_ids(world: World, known_by: str) -> None:
    shared = {"email": " Rudi@Example.test"} if known_by == "email" else {}
    first = _bought(world, email="rudi@example.test" if shared else "a@example.test")
    second = _bought(world, "Warnanya beda", **(shared or {"email": "b@example.test"}))
    for case, phone in ((first, "+62 812-3456"), (second, "+628123456")):
        known = {"phone": {"phone": phone}, "id": {"id": "b77"}}.get(known_by, {})
        with world.context.database.transaction() as session:
            row = session.get_one(Case, case.id)
            row.order = {**row.order, "buyer": {**row.order["buyer"], **known}}
            if known_by == "id":
                row.buyer_key = f"id:{world.connection_id}:b77"
            search.case_changed(session, row)

    buyer = _evidence(world)["buyer"]

    assert (buyer.cases, buyer.bearing) == ((first.reference,), "neither")
    world.clock.move(days=181)
    assert _evidence(world)["buyer"].cases == ()


def test_same_words_under_another_review_speak_against_it(world: World) -> None:
    first = _bought(world, email="a@example.test")
    _bought(world, "Tutup gelas ini PECAH, waktu sampai di rumah!", email="b@example.test")

    words = _evidence(world)["words"]
    assert (words.bearing, words.cases) == ("against", (first.reference,))
    page = text_of(world.browser().get(f"/cases/{world.cases()[-1].reference}"))
    assert "The same words stand under another review." in page
    assert first.reference in page


def test_page_and_api_show_all_with_their_sources(world: World) -> None:
    rated(world)
    address = "https://img.example.test/1.jpg"
    _set_review(world, world.case(), photos=[address], films=["https://img.example.test/2.mp4"])
    path = f"/cases/{world.case().reference}"

    page = world.browser().get(path)
    status, shown = Program(world).get(path)

    assert "Speaks for the complaint" in text_of(page)
    assert "Photos with the review: 1, films: 1." in text_of(page)
    assert "Film 1, at the platform" in text_of(page)
    assert address not in page.text
    kinds = {each["kind"]: each for each in shown["evidence"]}
    assert (status, kinds["photos"]["bearing"]) == (200, "for")
    assert all(each["source"] for each in shown["evidence"])
