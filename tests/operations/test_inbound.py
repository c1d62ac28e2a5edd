"""Mail of buyers: answers in the thread, bounces that stop a channel, machines set aside."""

from __future__ import annotations

import html
from collections.abc import Iterator

import pytest

from service.db.models import Message
from service.domain.errors import NotPermitted, WrongState
from service.domain.messages.states import Author
from service.domain.staff.authority import OPERATOR, SellerRole
from service.domain.tasks.kinds import TaskKind
from service.operations.messages import by_seller, drafts, inbound
from service.operations.messages.drafts import Written
from service.operations.messages.inbound import Taken, take_mail
from service.operations.privacy import erasure
from service.operations.tasks.wanted import wanted_of
from tests.integrations.email import mails
from tests.integrations.email.post_office import PostOffice, opened
from tests.operations.steps import (
    CHECK,
    RECEIPT,
    helped,
    message_of,
    rated,
    set_connection,
    with_email,
    work_for,
)
from tests.world import World


@pytest.fixture(name="office")
def _office(world: World) -> Iterator[PostOffice]:
    """Mail is the only channel of the shop."""
    with opened(PostOffice()) as office:
        with_email(world, office, plus="yes")
        set_connection(world, roles=["reviews", "orders"])
        yield office


def _id(office: PostOffice) -> str:
    return str(office.taken[-1]["Message-ID"]).strip("<>")


def _asked(world: World) -> list[TaskKind]:
    return [task.kind for task in wanted_of(world.case())]


def _heard(world: World) -> list[Message]:
    return [each for each in world.case().messages if each.author is Author.BUYER]


def test_answer_stands_in_the_thread_and_asks_for_a_person(
    world: World, office: PostOffice
) -> None:
    rated(world)

    taken = take_mail(world.context, mails.plain(refers=_id(office)))

    (heard,) = _heard(world)
    assert (taken, heard.text) == (Taken.ANSWER, "Sudah saya coba, masih bocor.")
    assert heard.answers_id == message_of(world, RECEIPT).id
    assert TaskKind.READ_ANSWER in _asked(world)
    assert "masih bocor" in world.browser().get(f"/cases/{world.case().reference}").text


def test_answer_finds_its_case_by_the_plus_address_alone(world: World, office: PostOffice) -> None:
    rated(world)
    reply_to = str(office.taken[-1]["Reply-To"])

    taken = take_mail(world.context, mails.plain(to=reply_to, refers=""))

    assert reply_to.startswith("care+")
    assert (taken, len(_heard(world))) == (Taken.ANSWER, 1)


def test_same_mail_is_taken_in_once(world: World, office: PostOffice) -> None:
    rated(world)
    raw = mails.plain(refers=_id(office))

    first, second = take_mail(world.context, raw), take_mail(world.context, raw)

    assert (first, second, len(_heard(world))) == (Taken.ANSWER, Taken.AGAIN, 1)


@pytest.mark.parametrize("name", ["forged", "cut", "none"])
def test_strangers_change_nothing(world: World, office: PostOffice, name: str) -> None:
    rated(world)
    own = _id(office)
    refers = {
        "forged": own[:-18] + "0" * 4 + own[-14:],
        "cut": own.partition("@")[0][:-4],
        "none": "a@b.test",
    }[name]

    taken = take_mail(world.context, mails.plain(refers=refers, mail_id=name))

    assert (taken, _heard(world)) == (Taken.STRANGER, [])


def test_machines_and_loops_are_nobodys_work(world: World, office: PostOffice) -> None:
    rated(world)
    note = mails.absence_note().replace(mails.OURS.encode(), _id(office).encode())
    loop = mails.our_own().replace(mails.OURS.encode(), _id(office).encode())

    taken = [take_mail(world.context, raw) for raw in (note, loop)]

    assert taken == [Taken.AUTOMATIC, Taken.LOOP]
    assert (_heard(world), TaskKind.READ_ANSWER in _asked(world)) == ([], False)
    assert len(office.taken) == 1


def test_nothing_is_asked_by_itself_while_the_buyers_words_are_unread(
    world: World, office: PostOffice
) -> None:
    helped(world)
    take_mail(world.context, mails.plain(refers=_id(office)))

    work_for(world, 24 * 5)
    before = message_of(world, CHECK).state, str(message_of(world, CHECK).reason)
    inbound.mark_handled(world.context, _heard(world)[0].id, world.owner)
    work_for(world, 24 * 3)

    assert before[0] == "planned"
    assert "reads it first" in before[1]
    assert message_of(world, CHECK).state == "sent"
    assert TaskKind.READ_ANSWER not in _asked(world)


def test_answering_the_buyer_ends_the_task(world: World, office: PostOffice) -> None:
    rated(world)
    take_mail(world.context, mails.plain(refers=_id(office)))

    words = Written("Re: Soal teko", "Halo Kak, boleh kirim fotonya?")
    drafts.write(world.context, world.case().id, world.owner, words, send=True)
    world.work()

    assert TaskKind.READ_ANSWER not in _asked(world)
    assert len(office.taken) == 2
    with pytest.raises(WrongState):
        inbound.mark_handled(world.context, _heard(world)[0].id, world.owner)


def test_grave_words_in_an_answer_are_for_a_person_first(world: World, office: PostOffice) -> None:
    rated(world)
    grave = "Anak saya tersedak potongannya dan masuk IGD"

    take_mail(world.context, mails.plain(grave, refers=_id(office)))

    assert world.case().grave
    assert TaskKind.TAKE_UP in _asked(world)


@pytest.mark.parametrize("form", [mails.report, mails.headers_only_report, mails.exim_bounce])
def test_bounce_is_shown_and_stops_what_follows_on_its_channel(
    world: World, office: PostOffice, form: object
) -> None:
    helped(world)
    assert callable(form)

    taken = take_mail(world.context, form(message_id=_id(office)))
    sent = len(office.taken)
    work_for(world, 24 * 5)

    came_back = message_of(world, "confirmation")  # type: ignore[arg-type]
    assert (taken, came_back.state, came_back.sent_at) == (Taken.BOUNCE, "refused", None)
    assert "came back" in str(came_back.reason)
    assert TaskKind.MESSAGE in _asked(world)
    assert len(office.taken) == sent
    assert take_mail(world.context, form(message_id=_id(office))) is Taken.AGAIN


def test_person_sends_what_came_back_by_another_channel(world: World, office: PostOffice) -> None:
    rated(world)
    take_mail(world.context, mails.report(message_id=_id(office)))
    set_connection(world, roles=["reviews", "orders", "messages"])

    by_seller.send_now(world.context, message_of(world, RECEIPT).id, world.owner)
    world.work()

    assert message_of(world, RECEIPT).state == "sent"
    assert (len(office.taken), len(world.ledger()["messages"])) == (1, 1)


def test_delay_is_no_bounce(world: World, office: PostOffice) -> None:
    rated(world)
    late = mails.report("delayed", "4.4.1", message_id=_id(office))

    assert take_mail(world.context, late) is Taken.AUTOMATIC
    assert message_of(world, RECEIPT).state == "sent"


def test_words_of_an_erased_buyer_are_gone_and_none_are_kept_afterwards(
    world: World, office: PostOffice
) -> None:
    rated(world)
    own = _id(office)
    take_mail(world.context, mails.plain(refers=own))

    erasure.erase_buyer(world.context, "sari@example.test", OPERATOR)
    later = take_mail(world.context, mails.plain("Halo lagi", refers=own, mail_id="later"))

    assert [(each.text, each.subject) for each in _heard(world)] == [("", "")]
    assert later is Taken.STRANGER
    assert TaskKind.READ_ANSWER not in _asked(world)


def test_viewers_mark_nothing_as_read(world: World, office: PostOffice) -> None:
    rated(world)
    take_mail(world.context, mails.plain(refers=_id(office)))
    viewer = world.seller("viewer@example.test", SellerRole.VIEWER)

    with pytest.raises(NotPermitted):
        inbound.mark_handled(world.context, _heard(world)[0].id, viewer)


@pytest.mark.parametrize(
    ("written", "to_read"),
    [("STOP", False), ("berhenti ya kak", False), ("Stop\n\nSent from my phone", True)]
    + [
        (sentence, True)
        for sentence in (
            "Jangan kirim pesan lagi, saya capek",
            "gausah dichat lagi",
            "Please stop emailing me.",
            "saya tidak mau dihubungi lagi",
        )
    ],
)
def test_wish_for_silence_by_mail_is_kept(
    world: World, office: PostOffice, written: str, to_read: bool
) -> None:
    helped(world)
    mails_before = len(office.taken)

    take_mail(world.context, mails.plain(written, refers=_id(office)))
    work_for(world, 24 * 30)

    assert (world.case().messages_stopped, len(office.taken)) == (True, mails_before)
    assert (TaskKind.READ_ANSWER in _asked(world)) == to_read


def test_grave_words_after_the_end_are_urgent(world: World, office: PostOffice) -> None:
    helped(world)
    work_for(world, 24 * 60)
    assert world.case().closed_at is not None

    take_mail(world.context, mails.plain("Anak saya luka, masuk IGD", refers=_id(office)))

    assert TaskKind.TAKE_UP in _asked(world)
    inbound.mark_handled(world.context, _heard(world)[0].id, world.owner)
    assert _asked(world) == []


def test_answer_from_another_address_says_so(world: World, office: PostOffice) -> None:
    rated(world)
    raw = mails.plain(refers=_id(office)).replace(b"sari@", b"lain@")
    take_mail(world.context, raw)

    page = world.browser().get(f"/cases/{world.case().reference}").text

    assert "another address than the order" in html.unescape(page)
    assert "lain@" not in page


def test_answer_from_the_orders_own_address_says_nothing_of_it(
    world: World, office: PostOffice
) -> None:
    rated(world)
    raw = mails.plain(refers=_id(office)).replace(b"sari@example.test", b"SARI@Example.Test")
    take_mail(world.context, raw)

    assert _heard(world)[0].reason is None
