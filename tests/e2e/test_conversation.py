"""The conversation as a buyer lives it: a mail that comes back, each layer that says no, and no message
before what must come first, whatever happens in between."""

from __future__ import annotations

import contextlib
import random
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
import requests

from integrations import registry
from integrations.sandbox import trouble
from service.db.models import Case
from service.domain.errors import DomainError
from service.domain.messages.kinds import FOLLOW_UPS, Step
from service.domain.messages.states import HandOverOutcome, MessageState
from service.operations.cases import orders
from service.operations.messages import by_seller
from service.operations.messages.inbound import Taken, take_mail
from tests.e2e.test_channels import _connect
from tests.integrations.email import mails
from tests.integrations.email.post_office import PostOffice, opened
from tests.operations.steps import (
    ASKING,
    CHECK,
    INVITATION,
    RECEIPT,
    help_again,
    helped,
    message_of,
    rated,
    sell_to,
    with_email,
    work_for,
)
from tests.platforms import talk
from tests.platforms.talk import Twilio
from tests.web.pages import text_of
from tests.world import World

WEEKS = 24 * 21
DELAYS = {
    "confirmation_hours": 2,
    "resolution_check_hours": 6,
    "update_invitation_hours": 6,
    "silent_hours": 12,
    "opens": "00:00",
    "closes": "23:59",
    "days": [*range(7)],
}


def test_mail_that_came_back_goes_by_the_next_rung_and_mail_is_left(world: World) -> None:
    """The same words by the platform's messages, and all that follows; the mailbox is not tried again."""
    with opened(PostOffice()) as office:
        with_email(world, office, plus="yes")
        world.set_shop(ladders={"ordinary": ["email", "platform"]})
        order_id = rated(world)
        by_mail, first = len(office.taken), str(office.taken[-1]["Message-ID"]).strip("<>")

        assert take_mail(world.context, mails.report(message_id=first)) is Taken.BOUNCE
        world.work()
        receipt = world.ledger()["messages"]
        help_again(world, order_id)
        work_for(world, 24 * 5)

        assert (by_mail, len(office.taken)) == (1, 1)
        assert (message_of(world, RECEIPT).state, len(receipt)) == (MessageState.SENT, 1)
        with world.context.database.reading() as session:
            attempts = session.merge(message_of(world, RECEIPT)).attempts
            assert [each.outcome for each in attempts] == [
                HandOverOutcome.BOUNCED,
                HandOverOutcome.SENT,
            ]
            # Links hold the time at which they were made.
            said = {re.sub(r"http\S+", "", each.text) for each in attempts}
            assert len(said) == 1
        assert [message_of(world, step).state for step in (Step.CONFIRMATION, CHECK)] == [
            "sent",
            "sent",
        ]
        assert len(world.ledger()["messages"]) == 3


def test_our_own_mail_that_comes_round_starts_nothing(world: World) -> None:
    with opened(PostOffice()) as office:
        with_email(world, office, plus="yes")
        world.set_shop(ladders={"ordinary": ["email"]})
        rated(world)
        ours = str(office.taken[-1]["Message-ID"]).strip("<>").encode()
        before = len(world.case().messages), len(office.taken)

        for _ in range(3):
            looped = mails.our_own().replace(mails.OURS.encode(), ours)
            assert take_mail(world.context, looped) is Taken.LOOP
            world.work()

        assert (len(world.case().messages), len(office.taken)) == before


def _no_by_shop(world: World, _: pytest.MonkeyPatch) -> None:
    world.set_shop(asking={**ASKING, "invitations": False})


def _no_by_law(world: World, _: pytest.MonkeyPatch) -> None:
    world.set_shop(asking={"invitations": True, "lawful_basis": []})


def _no_by_platform(_: World, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {**registry.policy("sandbox")["entry"][0], "ask_update": "no", "max_asks": 0}
    monkeypatch.setattr(registry, "policy", lambda _name: {"entry": [entry]})


def _no_by_channel(world: World, _: pytest.MonkeyPatch) -> None:
    world.set_shop(ladders={"ordinary": ["sms"]})


LAYERS: dict[str, tuple[str, Callable[[World, pytest.MonkeyPatch], None], str]] = {
    "shop": ("ID", _no_by_shop, "switched off for this shop"),
    "law": ("DE", _no_by_law, "DE: needs the buyer's consent, or a lawful basis"),
    "platform": ("ID", _no_by_platform, "sandbox does not allow"),
    "channel": ("ID", _no_by_channel, "by sms"),
}


@pytest.mark.parametrize("layer", [None, *LAYERS])
def test_each_layer_that_says_no_keeps_the_invitation(
    world: World, layer: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All agree: it goes out. One says no: it does not, however the others answer."""
    with talk.opened(Twilio()) as twilio:
        _connect(world, "sms", twilio)
        world.set_shop(asking=ASKING, follow_ups=DELAYS)
        country, say_no, reason = LAYERS.get(layer or "", ("ID", lambda *_: None, ""))
        phone = {"phone": "+6281234567890"} if layer == "channel" else {}
        order_id = _sold_to(world, monkeypatch, country, **phone)
        world.rate(1, "Barang rusak", order_id)
        world.work()
        say_no(world, monkeypatch)
        help_again(world, order_id)
        work_for(world, WEEKS)

        invitation = [each for each in world.case().messages if each.step is INVITATION]
        sent = [each for each in invitation if each.state is MessageState.SENT]
        assert bool(sent) == (layer is None)
        if layer is None:
            return
        page = text_of(world.browser().get(f"/cases/{world.case().reference}"))
        told = page.partition("Invitation to update the review")[2].partition("Write to")[0]
        assert reason in told
        assert (re.search(r"Source: .*, looked up [A-Z]", told) is None) == (layer == "shop"), told
        with contextlib.suppress(DomainError):
            for each in invitation:
                by_seller.send_now(world.context, each.id, world.owner)
        world.work()
        assert not any(each.sent_at for each in world.case().messages if each.step is INVITATION)


def _sold_to(world: World, monkeypatch: pytest.MonkeyPatch, country: str, **more: str) -> int:
    named = orders._named
    monkeypatch.setattr(orders, "_named", lambda case: replace(named(case), **more))
    return sell_to(world, country=country)


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_sent_before_what_must_come_first(world: World, seed: int) -> None:
    """Time, trouble, the seller's buttons and the buyer's answers, drawn; no follow-up is out before
    those of its round that precede it, nor before its make-good."""
    chance = random.Random(seed)
    world.set_shop(follow_ups={**DELAYS, "confirmation_hours": chance.choice([0, 2, 60])})
    order_id = helped(world)

    def press() -> None:
        message = chance.choice(world.case().messages)
        verb = chance.choice([by_seller.send_now, by_seller.mark_sent, by_seller.leave_out])
        with contextlib.suppress(DomainError):
            verb(world.context, message.id, world.owner)

    def answer() -> None:
        checks = [m for m in world.case().messages if m.step is CHECK and m.sent_at]
        if checks:
            link = world.context.links.buyer("answer", checks[-1].id)
            said = {"solved": chance.choice(["yes", "partly", "no"])}
            requests.post(link, data=said, timeout=10)

    def stumble() -> None:
        trouble.choose(world.sandbox.ledger, order_id, chance.choice(["message_500", ""]))

    def again() -> None:
        with contextlib.suppress(DomainError):
            help_again(world, order_id, 100_000)

    for _ in range(12):
        chance.choice([press, press, answer, stumble, again])()
        work_for(world, chance.choice([0, 1, 7, 30, 80]))

    _refuse_disorder(world.case())


def _refuse_disorder(case: Case) -> None:
    made_at = {made.id: made.done_at for made in case.make_goods}
    out = [
        (
            list(FOLLOW_UPS).index(each.step),
            each.round,
            each.sent_at,
            made_at.get(each.make_good_id or 0),
        )
        for each in case.messages
        if each.step in FOLLOW_UPS and each.sent_at is not None
    ]
    assert out
    for place, round_, sent_at, done_at in out:
        assert done_at is None or done_at <= sent_at
        for earlier, other_round, other_sent_at, _ in out:
            assert not (round_ == other_round and earlier < place and other_sent_at > sent_at)
