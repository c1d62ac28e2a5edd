"""An address or number that many buyers typed into the same field joins none of them."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from integrations.contract import Reach
from service.db.cases import buyer_marks
from service.db.models import BuyerMark, Case, Message, SharedMark, Thanks
from service.db.remedies import thanks_queries
from service.domain.cases.buyers import MOST_BUYERS, MOST_STEPS, is_of_many, marks_of
from service.domain.messages.kinds import Step
from service.domain.messages.states import Author, MessageState
from service.domain.remedies.thanks import Gesture
from service.domain.staff.authority import BUYER
from service.operations.cases import evidence
from service.operations.messages import opt_out
from service.operations.messages.send_check import reaches_buyer
from service.operations.messages.ways import NOT_WANTED, way_of
from tests.operations.test_buyer_marks import _cases, _known_as, _same_buyer
from tests.world import World

PLACEHOLDERS = {"mail": {"email": "guest@toko.test"}, "phone": {"phone": "0812 0000 0000"}}


def _strangers(
    world: World, placeholder: dict[str, str], number: int = MOST_BUYERS + 1
) -> list[Case]:
    """Cases of as many buyers, each with an id and a name, all with the same address or number."""
    cases = _cases(world, number)
    for case in cases:
        _known_as(world, case, id=f"b{case.id}", name=f"Pembeli {case.id}", **placeholder)
    return world.cases()


@pytest.mark.parametrize("kind", PLACEHOLDERS)
def test_cases_stay_apart_once_too_many_share_a_mark(world: World, kind: str) -> None:
    few = _strangers(world, PLACEHOLDERS[kind], MOST_BUYERS)
    assert _same_buyer(world, few[0]) == {case.id for case in few}

    [added] = [case for case in _strangers(world, PLACEHOLDERS[kind], 1) if case not in few][-1:]
    for case in world.cases():
        _known_as(world, case, id=f"b{case.id}", name=f"Pembeli {case.id}", **PLACEHOLDERS[kind])

    assert all(_same_buyer(world, case) == {case.id} for case in (*few, added))


@pytest.mark.parametrize("beside", [{"phone": "0812 3456 78{:02}"}, {"name": "Pembeli {}"}])
def test_guests_without_an_id_are_told_apart_by_what_they_have(
    world: World, beside: dict[str, str]
) -> None:
    cases = _cases(world, MOST_BUYERS + 1)
    for number, case in enumerate(cases):
        own = {name: text.format(number) for name, text in beside.items()}
        _known_as(world, case, email="guest@toko.test", **own)

    assert all(_same_buyer(world, case) == {case.id} for case in cases)


def test_ones_own_other_marks_still_join(world: World) -> None:
    first, second, *others = _strangers(world, PLACEHOLDERS["mail"], MOST_BUYERS + 2)
    for case in (first, second):
        _known_as(world, case, id=f"b{case.id}", phone="0813 3456 7890", **PLACEHOLDERS["mail"])

    assert _same_buyer(world, first) == {first.id, second.id}
    assert _same_buyer(world, others[0]) == {others[0].id}


def test_one_who_buys_often_is_one_buyer(world: World) -> None:
    cases = _cases(world, MOST_BUYERS * 2)
    for case in cases:
        _known_as(world, case, id="b7", email="rina@toko.test")

    assert _same_buyer(world, cases[0]) == {case.id for case in cases}


def test_chain_of_marks_has_an_end(world: World) -> None:
    cases = _cases(world, MOST_STEPS + 3)
    for number, case in enumerate(cases):
        _known_as(world, case, id=f"link{number}", email=f"link{(number + 1) // 2}@toko.test")
        with world.context.database.transaction() as session:
            marks = {f"mail:link{number}@toko.test", f"mail:link{number + 1}@toko.test"}
            buyer_marks.write(session, {case.id: world.shop_id}, {case.id: marks})

    reached = _same_buyer(world, cases[0])
    assert cases[MOST_STEPS + 1].id in reached
    assert cases[-1].id not in reached


@pytest.mark.parametrize("seed", range(6))
def test_no_two_buyers_are_joined_by_what_is_of_many(world: World, seed: int) -> None:
    """Cases drawn with few marks: who is one buyer follows from those that are not of many alone."""
    chance = random.Random(seed)
    drawn = {
        case.id: {
            f"id:1:{chance.randrange(9)}",
            f"mail:m{chance.choice([0, 0, 0, *range(1, 9)])}@toko.test",
            *([f"phone:+62{chance.randrange(30)}"] if chance.random() < 0.3 else []),
        }
        for case in _cases(world, 14)
    }
    for case_id, marks in drawn.items():
        with world.context.database.transaction() as session:
            buyer_marks.write(session, {case_id: world.shop_id}, {case_id: marks})

    everything = set().union(*drawn.values())
    beside = {m: set().union(*(each for each in drawn.values() if m in each)) for m in everything}
    joining = {mark for mark in everything if not is_of_many(mark, beside[mark])}
    for case in world.cases():
        same, marks = {case.id}, drawn[case.id] & joining
        for _ in range(MOST_STEPS + 1):
            same = {other for other, theirs in drawn.items() if theirs & marks} | same
            marks = set().union(*(drawn[other] & joining for other in same))
        assert _same_buyer(world, case) == same


@pytest.mark.parametrize("kind", PLACEHOLDERS)
def test_windows_thanks_and_evidence_of_strangers_stay_apart(world: World, kind: str) -> None:
    first, second, *_ = _strangers(world, PLACEHOLDERS[kind])
    at = world.clock.now() - timedelta(hours=3)
    with world.context.database.transaction() as session:
        heard = {"author": Author.BUYER, "state": MessageState.RECEIVED, "text": "Halo"}
        channel = {"connection_id": world.connection_id, "sent_at": at}
        session.add(Message(case_id=first.id, external_id="1:1", **heard, **channel))
        case = session.get_one(Case, first.id)
        row = {"case_id": case.id, "shop_id": case.shop_id, "actor": "x", "given_at": at}
        thanks_queries.keep(session, Thanks(gesture=Gesture.CARD, **row))

    with world.context.database.transaction() as session:
        thanked, other = session.get_one(Case, first.id), session.get_one(Case, second.id)
        now = world.clock.now()
        assert buyer_marks.written_at(session, thanked, world.connection_id) == at
        assert buyer_marks.written_at(session, other, world.connection_id) is None
        assert thanks_queries.is_thanked(session, thanked, now)
        assert not thanks_queries.is_thanked(session, other, now)
        [about_buyer] = [
            each for each in evidence.evidence_of(session, other, now) if each.kind == "buyer"
        ]
        assert about_buyer.cases == ()


def test_words_from_a_number_of_many_come_into_nobodys_case(world: World) -> None:
    _strangers(world, PLACEHOLDERS["phone"])
    with world.context.database.reading() as session:
        marks = ["phone:+6281200000000"]
        assert buyer_marks.newest_case(session, world.shop_id, marks) is None


def test_stop_by_an_address_of_many_silences_that_address_and_no_stranger(world: World) -> None:
    """Whoever said it gets nothing more by any way; the others keep their own ways."""
    first, second, *_ = _strangers(world, PLACEHOLDERS["mail"])
    now = world.clock.now()
    with world.context.database.transaction() as session:
        mark = opt_out.mark_of_email(world.context, "guest@toko.test")
        assert opt_out.add(session, mark, world.shop_id, opt_out.BY_LINK, now=now, actor=BUYER)

    with world.context.database.reading() as session:
        case = session.get_one(Case, second.id)
        assert not opt_out.is_opted_out(world.context, session, case)
        assert reaches_buyer(world.context, session, case), "by the platform's own messages"
        silenced = opt_out.silenced(world.context, session, case)
        assert silenced == {"address"}

    with world.context.database.transaction() as session:
        opt_out.silence(
            world.context, session, session.get_one(Case, first.id), opt_out.BY_LINK, now=now
        )
    with world.context.database.reading() as session:
        assert opt_out.is_opted_out(world.context, session, session.get_one(Case, first.id))
        assert not opt_out.is_opted_out(world.context, session, session.get_one(Case, second.id))


def test_stop_by_ones_own_address_silences_all_ways(world: World) -> None:
    [case] = _cases(world, 1)
    _known_as(world, case, email="rina@toko.test", id="b1")
    with world.context.database.transaction() as session:
        mark = opt_out.mark_of_email(world.context, "rina@toko.test")
        opt_out.add(
            session, mark, world.shop_id, opt_out.BY_LINK, now=world.clock.now(), actor=BUYER
        )
    with world.context.database.reading() as session:
        row = session.get_one(Case, case.id)
        assert opt_out.is_opted_out(world.context, session, row)
        assert not reaches_buyer(world.context, session, row)


def test_nothing_goes_to_a_silenced_address_by_mail(world: World) -> None:
    [case] = _cases(world, 1)
    with world.context.database.transaction() as session:
        row = session.get_one(Case, case.id)
        message = Message(case_id=row.id, step=Step.RECEIPT, round=9, state=MessageState.PLANNED)
        session.add(message)
        session.flush()
        message.case = row
        way = way_of(session, message, world.clock.now(), set(Reach))
        assert way.channel is None
        assert [passed.reason for passed in way.passed] == [NOT_WANTED]


def test_mark_of_many_goes_with_the_last_who_had_it(world: World) -> None:
    cases = _strangers(world, PLACEHOLDERS["mail"])

    def kept() -> set[str]:
        with world.context.database.reading() as session:
            shared = session.scalars(select(SharedMark.mark))
            return {*shared, *session.scalars(select(BuyerMark.mark))}

    assert "mail:guest@toko.test" in kept()
    for case in cases:
        _known_as(world, case, id=f"b{case.id}")
    assert not {mark for mark in kept() if mark.startswith("mail:guest")}


@pytest.mark.parametrize(
    "typed",
    [
        {"email": "guest@shop"},
        {"email": "@toko.id"},
        {"email": "a b@toko.id"},
        {"email": "noreply@toko.id"},
        {"email": "rina@example.com"},
        {"email": "rina@mail.invalid"},
        {"phone": "0000000"},
        {"phone": "1111 1111 1111"},
        {"phone": "1234567"},
        {"phone": "9876543210"},
        {"phone": "12345"},
        {"id": "0"},
    ],
)
def test_what_is_nobodys_is_no_mark(typed: dict[str, str]) -> None:
    assert list(marks_of(typed, 1, "")) == []


def test_thanks_given_later_in_a_transaction_is_seen_in_it(world: World) -> None:
    first, second = _cases(world, 2)
    for case in (first, second):
        _known_as(world, case, email="rina@toko.test")
    with world.context.database.transaction() as session:
        now = world.clock.now()
        thanked, other = session.get_one(Case, first.id), session.get_one(Case, second.id)
        assert not thanks_queries.is_thanked(session, other, now)
        row = {"case_id": thanked.id, "shop_id": thanked.shop_id, "actor": "x", "given_at": now}
        thanks_queries.keep(session, Thanks(gesture=Gesture.CARD, **row))
        assert thanks_queries.is_thanked(session, other, now)
