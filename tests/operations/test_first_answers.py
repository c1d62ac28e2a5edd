"""The first answer to a complaint: at once, in the buyer's terms, with a time that will be kept."""

from __future__ import annotations

import pytest

from integrations.sandbox.ledger import add_order
from service.domain.messages.templates import TextKey
from tests.operations.steps import KETTLE, RECEIPT, due_at, rated, sell_to, set_case, told, work_for
from tests.world import World

BUYER_ID = 1
"""The first one that is sold to."""
ALWAYS = {"opens": "00:00", "closes": "23:59", "days": [0, 1, 2, 3, 4, 5, 6]}


def _said(world: World) -> str:
    return str(world.ledger()["messages"][-1]["text"])


def test_the_first_answer_goes_out_within_a_minute_and_says_by_when_somebody_looks(
    world: World,
) -> None:
    before = world.clock.now()

    rated(world, text="Barangnya pecah waktu sampai")

    assert world.cases()[-1].cause == "damaged"
    assert (due_at(world, RECEIPT) - before).total_seconds() < 60
    assert "Electric kettle" in _said(world)
    assert "rusak" in _said(world)
    assert "hari ini pukul 14.00 WIB" in _said(world)
    assert _said(world).startswith("Halo Kak Sari,")


def test_outside_the_working_hours_it_says_so(world: World) -> None:
    world.set_shop(follow_ups=ALWAYS)
    world.clock.move(hours=10)

    rated(world)

    assert "tutup" in _said(world)
    assert "Rabu, 25 November pukul 09.00 WIB" in _said(world)
    assert "Rabu, 25 November pukul 13.00 WIB" in _said(world)


def test_a_day_off_is_said_and_kept(world: World) -> None:
    world.set_shop(answering={"closed": ["2026-11-24", "2026-11-25"]})

    rated(world)

    assert "Kamis, 26 November pukul 13.00 WIB" in _said(world)


def test_times_are_told_where_the_buyer_lives(world: World) -> None:
    order_id = sell_to(world, zone="Asia/Jayapura", language="id")

    world.rate(1, "rusak", order_id)
    world.work()

    assert "pukul 16.00 WIT" in _said(world)


def test_time_is_that_of_sending_when_the_answer_waited_for_the_morning(world: World) -> None:
    world.clock.move(hours=12)
    rated(world)
    early = told(world)

    work_for(world, 12)

    assert early == []
    assert "hari ini pukul 13.00 WIB" in _said(world)


def test_no_buyer_reads_the_same_answer_twice(world: World) -> None:
    world.set_shop(follow_ups=ALWAYS, answering={"most_an_hour": 100})
    sell_to(world)
    for _ in range(12):
        with world.sandbox.ledger.write() as connection:
            order_id = add_order(connection, BUYER_ID, KETTLE, world.clock.now())
        world.rate(1, "Lama sekali sampainya", order_id)
        world.work()

    assert {case.buyer_key for case in world.cases()} == {world.cases()[0].buyer_key}
    assert {case.cause for case in world.cases()} == {"late"}
    texts = [message["text"].partition("/b/stop/")[0] for message in world.ledger()["messages"]]
    assert len(texts) == len(set(texts)) == 12


def test_the_shops_own_text_is_used_with_and_without_our_sentences(world: World) -> None:
    own = {"subject": "Halo", "text": "Halo {buyer}, kami cek dulu ya. {promise}"}
    world.set_shop(texts={TextKey.RECEIPT: {"id": own}})

    rated(world)

    assert "Halo Kak Sari, kami cek dulu ya." in _said(world)
    assert "14.00 WIB" in _said(world)


@pytest.mark.parametrize("cause", ["", "unclear"])
def test_an_unread_cause_still_gets_an_answer(world: World, cause: str) -> None:
    world.set_shop(answering={"first_answer": "draft"})
    rated(world)
    set_case(world, cause=cause)

    page = world.browser().get(f"/cases/{world.case().reference}").text

    assert "Electric kettle" in page
    assert "14.00 WIB" in page
