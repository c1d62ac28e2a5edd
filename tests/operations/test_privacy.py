"""A buyer is erased on request and by age: nothing of the buyer stays, figures and history do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text

from integrations.money import Money
from integrations.remedies import REFUND, Remedy
from integrations.sandbox.ledger import add_order
from integrations.sandbox.seed import KETTLE
from jobs import retention
from service.db.models import Base, Case, DoNotContact, Review
from service.domain.errors import NotFound, WrongInput, WrongState
from service.domain.messages.kinds import Answer
from service.domain.reviews.delivery_states import DeliveryState
from service.domain.staff.authority import BUYER, OPERATOR
from service.operations.cases import pictures
from service.operations.messages import answers, opt_out
from service.operations.privacy import erasure, keeping
from service.operations.remedies import decisions
from service.operations.reviews.delivery_bodies import Body
from service.operations.shops import connections
from tests.world import World

AT_ONCE = {
    "resolution_check_hours": 0,
    "update_invitation_hours": 0,
    "opens": "00:00",
    "closes": "23:59",
    "days": [0, 1, 2, 3, 4, 5, 6],
}
WORDS = ("pecah berantakan", "sari@example.test", "Sari", "terima kasih banyak")
"""What the buyer wrote and is called, wherever it may lie."""
OTHER = ("lain@example.test", "Lainnya", "kurang pedas")


def _everything(world: World) -> str:
    """All that is in all tables, as one text."""
    found = []
    with world.context.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(text("*")).select_from(table)):
                found += [
                    each.decode("utf-8", "replace") if isinstance(each, bytes) else str(each)
                    for each in row
                ]
    return "\n".join(found)


def _walk(world: World) -> int:
    """A case that was refunded, answered with a comment, and is still open."""
    world.set_shop(follow_ups=AT_ONCE)
    order_id = world.rate(1, WORDS[0])
    world.work()
    refund = Remedy(REFUND, Money(1_000_000, "IDR"), (f"l{order_id}",))
    decisions.approve(
        world.context, world.case().id, world.owner, changed=refund, reason="Sari rang me"
    )
    world.work()
    check = next(message for message in world.case().messages if message.step == "resolution_check")
    answers.answer(world.context, check.id, BUYER, answer=Answer.SOLVED, stars=4, comment=WORDS[3])
    return order_id


def _other_buyer(world: World) -> None:
    with world.sandbox.ledger.write() as connection:
        connection.execute(
            "INSERT INTO buyer (id, name, email, country, language, zone)"
            " VALUES (7, ?, ?, 'SG', 'en', 'Asia/Singapore')",
            (OTHER[1], OTHER[0]),
        )
        order_id = add_order(connection, 7, KETTLE, world.clock.now())
    world.rate(2, OTHER[2], order_id)
    world.work()


def test_nothing_of_the_buyer_is_left_when_erased(world: World) -> None:
    _walk(world)
    assert all(word in _everything(world) for word in WORDS)

    erased = erasure.erase_buyer(world.context, " SARI@example.test ", OPERATOR)

    assert erased == erasure.Erased(cases=1, reviews=1, messages=3, deliveries=1)
    left = _everything(world)
    assert [word for word in WORDS if word in left] == []


def _with_pictures(world: World) -> None:
    """The buyer took a photo of it and a film, and the product was made for them."""
    with world.context.database.transaction() as session:
        review = session.scalars(select(Review)).one()
        review.photos, review.films = (
            ["https://img.test/rumah-1.jpg"],
            ["https://img.test/rumah.mp4"],
        )
        for case in session.scalars(select(Case)):
            lines = [
                {**line, "picture": "https://img.test/rumah-2.jpg"} for line in case.order["lines"]
            ]
            case.order = {**case.order, "lines": lines}


def test_pictures_go_with_the_buyer(world: World) -> None:
    _walk(world)
    _with_pictures(world)
    assert [each.number for each in pictures.pictures_of(world.case())] == [1, 1]

    erasure.erase_buyer(world.context, WORDS[1], OPERATOR)

    assert "img.test" not in _everything(world)
    assert pictures.pictures_of(world.case()) == []


def test_review_that_is_nothing_but_a_photo_is_emptied_by_age(world: World) -> None:
    world.rate(5, "")
    world.work()
    _with_pictures(world)
    with world.context.database.transaction() as session:
        session.scalars(select(Review)).one().buyer = {}

    world.clock.move(days=366)
    retention.purge_buyers(world.context)

    assert "img.test" not in _everything(world)


def test_figures_and_history_stay_when_a_buyer_is_erased(world: World) -> None:
    _walk(world)
    before = world.case()

    erasure.erase_buyer(world.context, WORDS[1], OPERATOR)

    case = world.case()
    (made_good,) = case.make_goods
    told = [entry.what for entry in before.history]
    assert [entry.what for entry in case.history][: len(told)] == told
    assert case.history[-1].what == "erased"
    assert (case.state, case.erased_at) == ("closed", world.clock.now())
    assert (made_good.amount_minor, made_good.state) == (1_000_000, "done")
    assert case.order["paid"] == before.order["paid"]
    assert case.order["buyer"]["country"] == "ID"
    (answer,) = case.answers
    assert (answer.answer, answer.stars, case.review.rating) == ("solved", 4, 1)


def test_another_buyer_is_left_alone(world: World) -> None:
    _walk(world)
    _other_buyer(world)

    erasure.erase_buyer(world.context, WORDS[1], OPERATOR)

    left = _everything(world)
    assert all(word in left for word in OTHER)
    assert [case.state for case in world.cases()] == ["closed", "awaiting_approval"]


def test_buyer_is_found_by_id_in_one_shop_only(world: World) -> None:
    _walk(world)

    with pytest.raises(WrongInput):
        erasure.erase_buyer(world.context, "b1", OPERATOR)
    for nobody in ("", " ", "0"):
        with pytest.raises(WrongInput):
            erasure.erase_buyer(world.context, nobody, OPERATOR, shop_id=world.shop_id)
    with pytest.raises(NotFound):
        erasure.erase_buyer(world.context, "b1", OPERATOR, connection_id=99)
    with pytest.raises(NotFound):
        erasure.erase_buyer(world.context, "b1", OPERATOR, shop_id=world.shop_id + 1)
    other = connections.add_shop(world.context, OPERATOR, "Toko Lain", zone="Asia/Jakarta")
    elsewhere = erasure.erase_buyer(world.context, "b1", OPERATOR, shop_id=other)
    here = erasure.erase_buyer(world.context, "b1", OPERATOR, shop_id=world.shop_id)

    assert elsewhere == erasure.Erased()
    assert here.cases == 1
    assert WORDS[1] not in _everything(world)


@pytest.mark.parametrize("end", ["ri@example.test", "sari@example.tes", "i@example.test"])
def test_buyer_whose_address_ends_or_begins_alike_is_left_alone(world: World, end: str) -> None:
    _walk(world)

    assert erasure.erase_buyer(world.context, end, OPERATOR) == erasure.Erased()
    assert all(word in _everything(world) for word in WORDS)


@pytest.mark.parametrize("who", ["@", "sari@", "@example.test", "a b@example.test", "a@b@c"])
def test_what_is_no_address_names_nobody(world: World, who: str) -> None:
    _walk(world)

    with pytest.raises(WrongInput):
        erasure.erase_buyer(world.context, who, OPERATOR)
    assert all(word in _everything(world) for word in WORDS)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b'{"email": "sari@example.test"}', True),
        (b'{"text": "write to:\\nSari@Example.test."}', True),
        (b'{"text": "\\u00e9sari@example.test, please"}', True),
        (b"<sari@example.test>", True),
        (b'{"email": "nsari@example.test"}', False),
        (b'{"email": "budi.sari@example.test"}', False),
        (b'{"email": "sari@example.test.example"}', False),
    ],
)
def test_address_is_found_in_a_body_as_a_whole(body: bytes, names: bool) -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    delivery = Body(1, DeliveryState.READ, "{}", body, at, 1, 1, "sandbox")

    assert delivery.names({"sari@example.test"}) is names


def test_review_without_a_case_is_erased_too(world: World) -> None:
    world.rate(5, "bagus sekali")
    world.work()

    erased = erasure.erase_buyer(world.context, WORDS[1], OPERATOR)

    assert (erased.cases, erased.reviews) == (0, 1)
    assert "bagus sekali" not in _everything(world)


def test_candidate_order_of_the_buyer_is_erased_from_another_case(world: World) -> None:
    _other_buyer(world)
    with world.context.database.transaction() as session:
        case = session.scalars(select(Case)).one()
        stranger = {**case.order, "buyer": {**case.order["buyer"], "email": WORDS[1]}}
        case.candidates = [case.order, stranger]

    erasure.erase_buyer(world.context, WORDS[1], OPERATOR)

    assert [candidate["buyer"]["email"] for candidate in world.case().candidates] == [OTHER[0]]


def test_do_not_contact_stays_and_nothing_planned_goes_out(world: World) -> None:
    _walk(world)
    opt_out.opt_out(world.context, world.case().messages[0].id, BUYER)
    told = len(world.ledger()["messages"])

    erasure.erase_buyer(world.context, WORDS[1], OPERATOR)
    world.clock.move(days=60)
    world.work()

    assert len(world.ledger()["messages"]) == told
    with world.context.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(DoNotContact)) == 2


def test_erasing_is_refused_while_a_make_good_is_open(world: World) -> None:
    order_id = world.rate(1, WORDS[0])
    world.work()
    refund = Remedy(REFUND, Money(1_000_000, "IDR"), (f"l{order_id}",))
    decisions.approve(world.context, world.case().id, world.owner, changed=refund)
    before = _everything(world)

    with pytest.raises(WrongState, match=f"not settled.*{world.case().reference}-1"):
        erasure.erase_buyer(world.context, WORDS[1], OPERATOR)

    assert _everything(world) == before
    world.work()
    assert erasure.erase_buyer(world.context, WORDS[1], OPERATOR).cases == 1


def test_erasing_is_refused_while_a_delivery_is_being_read(world: World) -> None:
    world.rate(1, WORDS[0])

    with pytest.raises(WrongState, match="still being read"):
        erasure.erase_buyer(world.context, WORDS[1], OPERATOR)


def test_erasing_again_finds_nothing(world: World) -> None:
    _walk(world)
    erasure.erase_buyer(world.context, WORDS[1], OPERATOR)

    assert erasure.erase_buyer(world.context, WORDS[1], OPERATOR) == erasure.Erased()


def test_erased_case_can_still_be_looked_at(world: World) -> None:
    _walk(world)
    erasure.erase_buyer(world.context, WORDS[1], OPERATOR)

    page = world.browser().get(f"/cases/{world.case().reference}")

    assert page.status_code == 200


def test_ended_case_is_emptied_by_age(world: World) -> None:
    _walk(world)
    world.clock.move(days=60)
    world.work()
    assert world.case().state == "closed"

    world.clock.move(days=360)
    retention.purge_buyers(world.context)
    too_early = WORDS[0] in _everything(world)
    world.clock.move(days=6)
    more = retention.purge_buyers(world.context)
    retention.purge(world.context)

    assert (too_early, more) == (True, False)
    left = _everything(world)
    assert [word for word in WORDS if word in left] == []
    assert world.case().make_goods[0].amount_minor == 1_000_000


def test_open_case_is_kept_whatever_its_age(world: World) -> None:
    world.rate(1, WORDS[0])
    world.work()

    world.clock.move(days=4000)
    retention.purge_buyers(world.context)

    assert world.case().review.text == WORDS[0]


def test_reviews_without_a_case_are_emptied_by_age_in_batches(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "REVIEWS_AT_ONCE", 2)
    monkeypatch.setattr(keeping, "BATCHES", 1)
    for _ in range(3):
        world.rate(5, "bagus sekali")
    world.work()
    world.clock.move(days=366)

    more = [retention.purge_buyers(world.context) for _ in range(2)]

    assert more == [True, False]
    with world.context.database.reading() as session:
        assert {each.text for each in session.scalars(select(Review))} == {""}
