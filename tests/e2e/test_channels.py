"""From rung to rung of the ladder, over HTTP: WhatsApp and SMS beside the platform's messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests

from integrations.contract import Role
from service.db.models import Connection, Message
from service.domain.messages.states import Author, HandOverOutcome, MessageState
from service.domain.tasks.kinds import TaskKind
from service.operations.cases import orders
from service.operations.messages import drafts, opt_out
from service.operations.messages.drafts import Written
from service.operations.messages.ways import passed_from_data
from service.operations.remedies import decisions
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from service.operations.tasks.wanted import wanted_of
from tests.operations.steps import rated
from tests.platforms.talk import VERIFY, Meta, Twilio, opened
from tests.world import World

NUMBER = "+6281234567890"
LADDER = ["whatsapp", "sms", "platform"]


@pytest.fixture(name="meta")
def _meta() -> Iterator[Meta]:
    with opened(Meta()) as meta:
        yield meta


@pytest.fixture(name="twilio")
def _twilio() -> Iterator[Twilio]:
    with opened(Twilio()) as twilio:
        yield twilio


@pytest.fixture(autouse=True)
def _telephone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform tells the buyer's number, as people write it there, and that they agreed."""
    named = orders._named

    def with_number(case: Any) -> Any:
        return replace(named(case), phone="0812 3456 7890", consents="whatsapp")

    monkeypatch.setattr(orders, "_named", with_number)


def _connect(world: World, adapter: str, server: Any, **values: str) -> str:
    """Connect a channel; gives the address of its webhooks."""
    entries = {**server.values, "base_url": server.url, **values}
    new = NewConnection(adapter, adapter, [Role.MESSAGES], entries)
    number = connections.connect(world.context, world.shop_id, world.owner, new)
    with world.context.database.reading() as session:
        public_id = session.get_one(Connection, number).public_id
    return f"{world.url}/webhooks/{public_id}"


def _all(world: World, meta: Meta, twilio: Twilio, **values: str) -> tuple[str, str]:
    """Both channels, and a case whose first answer is off."""
    given = {"opt_in": "wrote", "templates": "*:id=kabar/id", **values}
    hooks = _connect(world, "whatsapp", meta, **given), _connect(world, "sms", twilio)
    world.set_shop(ladders={"ordinary": LADDER}, answering={"first_answer": "off"})
    rated(world)
    return hooks


def _say(world: World, text: str = "Halo Kak, kami cek dulu ya.") -> Message:
    """The seller writes, and it goes out; gives the message."""
    drafts.write(world.context, world.case().id, world.owner, Written("", text), send=True)
    world.work()
    return _said(world)


def _said(world: World) -> Message:
    message = [each for each in world.case().messages if each.author is Author.SELLER][-1]
    with world.context.database.reading() as session:
        message = session.get_one(Message, message.id)
        _ = message.attempts
        return message


def _states(message: Message) -> list[HandOverOutcome]:
    return [attempt.outcome for attempt in message.attempts]


def test_closed_window_takes_the_template_and_an_open_one_free_words(
    world: World, meta: Meta, twilio: Twilio
) -> None:
    hook, _ = _all(world, meta, twilio)

    _say(world)
    assert meta.write(hook, NUMBER, "Masih bocor", meta.id_of(-1)) == 202
    world.work()
    _say(world, "Terima kasih, Kak.")
    world.clock.move(hours=25)
    _say(world, "Sudah kami kirim, Kak.")

    assert [call["type"] for call in meta.calls] == ["template", "text", "template"]
    _, text = meta.calls[0]["template"]["components"][0]["parameters"]
    assert "kami cek dulu ya." in text["text"]
    assert "\n" not in text["text"]
    assert meta.calls[0]["to"] == NUMBER[1:]


def test_without_a_template_the_next_rung_is_taken_and_says_why(
    world: World, meta: Meta, twilio: Twilio
) -> None:
    _all(world, meta, twilio, templates="")

    message = _say(world)

    assert (meta.calls, [call["To"] for call in twilio.calls]) == ([], [NUMBER])
    (passed,) = passed_from_data(message.attempts[0].passed)
    assert "no approved template" in str(passed.reason)
    page = world.browser().get(f"/cases/{world.case().reference}").text
    assert "By sms" in page
    assert "whatsapp was passed" in page


def test_a_refusal_falls_to_the_next_rung(world: World, meta: Meta, twilio: Twilio) -> None:
    _all(world, meta, twilio)
    meta.refuses, twilio.refuses = [131026], [21614]

    message = _say(world)

    assert (message.state, len(world.ledger()["messages"])) == (MessageState.SENT, 1)
    assert _states(message) == [
        HandOverOutcome.REFUSED,
        HandOverOutcome.REFUSED,
        HandOverOutcome.SENT,
    ]


def test_a_message_that_comes_back_falls_and_the_case_leaves_that_channel(
    world: World, meta: Meta, twilio: Twilio
) -> None:
    hook, _ = _all(world, meta, twilio)
    _say(world)

    for _ in range(2):
        meta.status(hook, meta.id_of(-1), "failed", 131026)
        world.work()
    message = _said(world)
    _say(world, "Barangnya kami kirim hari ini, Kak.")

    assert _states(message) == [HandOverOutcome.BOUNCED, HandOverOutcome.SENT]
    assert (message.state, len(meta.calls), len(twilio.calls)) == (MessageState.SENT, 1, 2)


def test_an_unknown_outcome_never_falls_and_a_status_settles_it(
    world: World, meta: Meta, twilio: Twilio
) -> None:
    hook, _ = _all(world, meta, twilio)
    meta.refuses = [0]

    message = _say(world)
    world.clock.move(hours=3)
    world.work()

    assert (message.state, twilio.calls) == (MessageState.UNKNOWN, [])
    meta.status(hook, "wamid.9", "delivered", key=message.attempts[0].key)
    world.work()
    message = _said(world)
    assert (message.state, twilio.calls) == (MessageState.SENT, [])
    assert message.attempts[0].delivered_at is not None


def test_an_unknown_sms_is_looked_up_by_its_link(world: World, meta: Meta, twilio: Twilio) -> None:
    _all(world, meta, twilio, opt_in="nobody")
    twilio.refuses = [0]

    message = _say(world)
    world.clock.move(minutes=20)
    world.work()

    assert "/b/" in twilio.calls[0]["Body"]
    assert (_said(world).state, len(twilio.calls)) == (MessageState.SENT, 1)
    assert message.attempts[0].outcome is not HandOverOutcome.REFUSED


@pytest.mark.parametrize("by", ["whatsapp", "sms"])
def test_an_answer_stands_in_the_thread_once_and_asks_for_a_person(
    world: World, meta: Meta, twilio: Twilio, by: str
) -> None:
    whatsapp, sms = _all(world, meta, twilio)
    _say(world)

    for _ in range(2):
        if by == "whatsapp":
            meta.write(whatsapp, NUMBER, "Masih bocor")
        else:
            twilio.push(
                sms, MessageSid="SM9", SmsStatus="received", From=NUMBER, Body="Masih bocor"
            )
        world.work()

    heard = [each for each in world.case().messages if each.author is Author.BUYER]
    assert [each.text for each in heard] == ["Masih bocor"]
    assert TaskKind.READ_ANSWER in [task.kind for task in wanted_of(world.case())]


def test_stop_by_sms_silences_every_channel_and_other_cases(
    world: World, meta: Meta, twilio: Twilio
) -> None:
    _, sms = _all(world, meta, twilio)
    drafts.write(world.context, world.case().id, world.owner, Written("", "Nanti"), send=False)

    twilio.push(sms, MessageSid="SM9", SmsStatus="received", From=NUMBER, Body="BERHENTI.")
    world.work()

    assert _said(world).state is MessageState.STOPPED
    rated(world, text="Telat sekali")
    with world.context.database.reading() as session:
        assert opt_out.is_opted_out(world.context, session, session.merge(world.cases()[-1]))


def test_a_number_that_stopped_at_the_network_is_listed(
    world: World, meta: Meta, twilio: Twilio
) -> None:
    _all(world, meta, twilio, opt_in="nobody")
    twilio.refuses = [21610]

    message = _say(world)

    assert message.state is MessageState.STOPPED
    assert (world.ledger()["messages"], world.case().messages_stopped) == ([], True)


def test_meta_tries_the_address_with_the_token(world: World, meta: Meta) -> None:
    hook = _connect(world, "whatsapp", meta)
    asked = {"hub.mode": "subscribe", "hub.challenge": "4711"}

    right = requests.get(hook, params={**asked, "hub.verify_token": VERIFY}, timeout=5)
    wrong = requests.get(hook, params={**asked, "hub.verify_token": "other"}, timeout=5)

    assert (right.status_code, right.text, wrong.status_code) == (200, "4711", 405)


def test_code_is_told_by_a_person_where_the_buyer_stopped_meanwhile(
    world: World, meta: Meta, twilio: Twilio
) -> None:
    """A voucher was made, and between planning and sending the buyer asked for silence."""
    rule = {"name": "Own", "remedies": [{"action": "voucher", "percent": 50, "expires_days": 60}]}
    _, sms = _connect(world, "whatsapp", meta), _connect(world, "sms", twilio)
    world.set_shop(
        ladders={"ordinary": LADDER},
        answering={"first_answer": "off"},
        follow_ups={
            "confirmation_hours": 2,
            "opens": "00:00",
            "closes": "23:59",
            "days": [*range(7)],
        },
        playbook={"name": "Own", "rules": [rule]},
    )
    rated(world)
    decisions.approve(world.context, world.case().id, world.owner, number=0)
    world.work()

    twilio.push(sms, MessageSid="SM9", SmsStatus="received", From=NUMBER, Body="Stop")
    world.work()
    world.clock.move(hours=3)
    world.work()

    confirmation = next(each for each in world.case().messages if each.step == "confirmation")
    code = world.case().make_goods[0].code
    assert (confirmation.state, twilio.calls) == (MessageState.REFUSED, [])
    assert code
    assert code in str(confirmation.reason)
    assert TaskKind.MESSAGE in [task.kind for task in wanted_of(world.case())]
