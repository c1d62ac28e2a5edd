"""What sellers write themselves, read before it goes out, change or leave out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.db.models import Case, Message
from service.domain.errors import NotPermitted, Unconfirmed, WrongInput, WrongState
from service.domain.messages.states import Author
from service.domain.staff.authority import BUYER, SellerRole
from service.domain.tasks.kinds import TaskKind
from service.operations.cases import confirm
from service.operations.messages import by_seller, drafts, opt_out
from service.operations.messages.drafts import Written
from service.operations.remedies import decisions
from service.operations.tasks.wanted import wanted_of
from tests.operations.steps import (
    CHECK,
    RECEIPT,
    help_again,
    helped,
    message_of,
    rated,
    sell_to,
    set_connection,
    told,
    work_for,
)
from tests.world import World

HELLO = Written("Soal syal", "Halo Kak Sari,\n\nBoleh kirim foto {barangnya}?\nKami tunggu ya Kak.")
FLOODED = {"first_answer": "automatic", "most_an_hour": 2}


def _write(world: World, written: Written = HELLO, *, send: bool = True) -> int:
    return drafts.write(world.context, world.case().id, world.owner, written, send=send)


def _own(world: World) -> Message:
    (message,) = [each for each in world.case().messages if each.author is Author.SELLER]
    return message


def _asked(case: Case) -> list[TaskKind]:
    return [task.kind for task in wanted_of(case)]


def test_own_words_reach_the_buyer_letter_for_letter(world: World) -> None:
    rated(world)

    _write(world)
    world.work()

    said = world.ledger()["messages"][-1]
    assert (said["subject"], _own(world).state) == ("Soal syal", "sent")
    assert said["text"].startswith(HELLO.text)
    assert f"{world.url}/b/stop/" in said["text"]


def test_draft_waits_for_its_release_with_a_task(world: World) -> None:
    rated(world)
    message_id = _write(world, send=False)
    work_for(world, 48)
    before = told(world), _asked(world.case())

    drafts.release(world.context, message_id, world.owner)
    world.work()

    assert before == (told(world)[:1], [TaskKind.READ_DRAFT, TaskKind.DECIDE])
    assert (len(told(world)), _asked(world.case())) == (2, [TaskKind.DECIDE])
    assert [line.what for line in world.case().history if line.what in ("drafted", "released")] == [
        "drafted",
        "released",
    ]


def test_released_words_go_out_at_night_because_a_person_sends_them(world: World) -> None:
    rated(world)
    world.clock.move(hours=14)

    _write(world)
    world.work()

    assert len(told(world)) == 2


def test_nothing_is_written_after_the_buyer_wanted_silence(world: World) -> None:
    rated(world)
    kept = _write(world, send=False)
    opt_out.opt_out(world.context, message_of(world, RECEIPT).id, BUYER)

    with pytest.raises(WrongState, match="does not want"):
        _write(world)
    with pytest.raises(WrongState):
        drafts.release(world.context, kept, world.owner)
    work_for(world, 48)

    assert (len(told(world)), _own(world).state) == (1, "stopped")


def test_silence_between_release_and_sending_stops_own_words(world: World) -> None:
    rated(world)
    _write(world)

    opt_out.opt_out(world.context, message_of(world, RECEIPT).id, BUYER)
    world.work()

    assert (len(told(world)), _own(world).state) == (1, "stopped")


def test_own_words_need_a_channel_that_reaches_the_buyer(world: World) -> None:
    rated(world)
    set_connection(world, roles=["reviews", "orders"])

    with pytest.raises(WrongState, match="no channel"):
        _write(world)


def test_doubts_are_looked_at_before_own_words_go_out(world: World) -> None:
    rated(world, text="Anak saya luka, masuk rumah sakit")
    kept = _write(world, send=False)

    with pytest.raises(WrongState, match="look at this case first"):
        drafts.release(world.context, kept, world.owner)
    confirm.confirm(world.context, world.case().id, world.owner)
    drafts.release(world.context, kept, world.owner)
    world.work()

    assert told(world) == ["Soal syal"]


@pytest.mark.parametrize(
    "text", ["Tolong ubah ulasannya jadi bintang 5 ya kak", "Kalau ulasan dihapus kami refund"]
)
def test_words_about_the_review_never_go_out(world: World, text: str) -> None:
    rated(world)

    with pytest.raises(WrongInput):
        _write(world, Written("Halo", text, confirmed=True))
    kept = _write(world, Written("Halo", text), send=False)
    with pytest.raises(WrongInput):
        drafts.release(world.context, kept, world.owner, Written("Halo", text, confirmed=True))
    world.work()

    assert len(told(world)) == 1


def test_hurting_words_go_out_only_when_the_seller_has_read_the_advice(world: World) -> None:
    rated(world)
    rude = "MAKANYA BACA DULU DESKRIPSINYA KAK!!!"

    with pytest.raises(Unconfirmed) as refused:
        _write(world, Written("Halo", rude))
    _write(world, Written("Halo", rude, confirmed=True))
    world.work()

    assert "shouting" in str(refused.value)
    assert rude in world.ledger()["messages"][-1]["text"]


def test_first_answer_waits_as_a_draft_where_the_shop_wants_it(world: World) -> None:
    world.set_shop(answering={"first_answer": "draft"})
    rated(world)
    work_for(world, 24)
    receipt = message_of(world, RECEIPT)
    before = receipt.state, told(world), _asked(world.case())

    changed = Written("Terima kasih", "Halo Kak Sari,\n\nKami cek dulu barangnya ya.")
    drafts.release(world.context, receipt.id, world.owner, changed)
    world.work()

    assert before == ("draft", [], [TaskKind.READ_DRAFT, TaskKind.DECIDE])
    (said,) = world.ledger()["messages"]
    assert said["text"].startswith(changed.text)
    assert message_of(world, RECEIPT).state == "sent"


def test_no_first_answer_is_written_where_it_is_off(world: World) -> None:
    world.set_shop(answering={"first_answer": "off"})

    rated(world)

    assert (world.case().messages, told(world)) == ([], [])


def test_a_flood_of_cases_writes_to_nobody_by_itself(world: World) -> None:
    world.set_shop(answering=FLOODED)
    for _ in range(4):
        world.rate(1)
    world.work()
    states = sorted(message.state for case in world.cases() for message in case.messages)

    world.clock.move(minutes=61)
    world.rate(1)
    world.work()

    assert states == ["draft"] * 4
    assert [message.state for message in world.cases()[-1].messages] == ["sent"]


def test_a_draft_of_the_first_answer_is_dropped_once_the_buyer_is_told_what_was_done(
    world: World,
) -> None:
    world.set_shop(answering={"first_answer": "draft"})
    order_id = rated(world)

    help_again(world, order_id)
    world.work()

    assert message_of(world, RECEIPT).state == "stopped"
    assert told(world) == ["Pengembalian dana Rp10.000"]


def test_a_planned_message_says_what_it_was_changed_to(world: World) -> None:
    helped(world)
    check = message_of(world, CHECK)
    words = "Halo Kak,\n\nSudah beres belum, Kak?\n\n{answer_url}"

    drafts.change(world.context, check.id, world.owner, Written("Sudah beres?", words))
    work_for(world, 24 * 4)

    said = world.ledger()["messages"][-1]
    assert said["subject"] == "Sudah beres?"
    assert "Sudah beres belum, Kak?" in said["text"]
    assert f"{world.url}/b/answer/" in said["text"]


def test_a_planned_message_keeps_what_it_must_hold(world: World) -> None:
    helped(world)

    with pytest.raises(WrongInput, match="answer_url"):
        drafts.change(
            world.context, message_of(world, CHECK).id, world.owner, Written("Halo", "Beres?")
        )
    with pytest.raises(WrongInput):
        drafts.change(
            world.context,
            message_of(world, CHECK).id,
            world.owner,
            Written("Halo", "Sudah kasih bintang 5? {answer_url}"),
        )


def test_an_emptied_message_uses_the_shops_text_again(world: World) -> None:
    helped(world)
    words = Written("Sudah beres?", "Sudah beres? {answer_url}")
    drafts.change(world.context, message_of(world, CHECK).id, world.owner, words)

    drafts.change(world.context, message_of(world, CHECK).id, world.owner, Written("", ""))
    work_for(world, 24 * 4)

    assert told(world)[-1] == "Apakah masalahnya sudah beres?"


def test_one_planned_message_is_left_out_and_the_others_go(world: World) -> None:
    helped(world)

    by_seller.leave_out(world.context, message_of(world, CHECK).id, world.owner)
    work_for(world, 24 * 10)

    assert message_of(world, CHECK).state == "stopped"
    assert len(told(world)) == 2


def test_what_was_sent_can_no_longer_be_changed(world: World) -> None:
    rated(world)
    receipt = message_of(world, RECEIPT).id

    for verb in (drafts.change, drafts.release):
        with pytest.raises(WrongState):
            verb(world.context, receipt, world.owner, HELLO)
    with pytest.raises(WrongState):
        by_seller.leave_out(world.context, receipt, world.owner)


def test_closing_stops_what_rules_wrote_and_keeps_what_a_seller_wrote(world: World) -> None:
    world.set_shop(answering={"first_answer": "draft"})
    rated(world)
    kept = _write(world, send=False)

    decisions.close_case(world.context, world.case().id, world.owner)
    drafts.release(world.context, kept, world.owner)
    world.work()

    assert message_of(world, RECEIPT).state == "stopped"
    assert told(world) == ["Soal syal"]


def test_viewers_write_nothing(world: World) -> None:
    rated(world)
    viewer = world.seller("viewer@example.test", SellerRole.VIEWER)

    with pytest.raises(NotPermitted):
        drafts.write(world.context, world.case().id, viewer, HELLO, send=True)
    with pytest.raises(NotPermitted):
        drafts.change(world.context, message_of(world, RECEIPT).id, viewer, HELLO)
    with pytest.raises(NotPermitted):
        drafts.release(world.context, message_of(world, RECEIPT).id, viewer)


def test_a_message_is_in_the_buyers_language(world: World) -> None:
    order_id = sell_to(world, language="en", country="SG", zone="Asia/Singapore")
    world.rate(1, "arrived broken", order_id)
    world.work()

    message_id = _write(world, Written("Hello", "Could you send a photo?"), send=False)
    drafts.release(world.context, message_id, world.owner)
    world.work()

    assert _own(world).language == "en"
    assert "stop all messages" in world.ledger()["messages"][-1]["text"]
    assert world.clock.now() - (_own(world).sent_at or world.clock.now()) < timedelta(hours=1)
