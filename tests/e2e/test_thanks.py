"""One step further after "solved": by what the buyer likes, once, and never near an invitation."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from itertools import product
from random import Random

import pytest
import requests
from sqlalchemy import select

from integrations.sandbox.ledger import add_order, leave_review
from service.db.models import Message, Thanks
from service.domain.errors import DomainError, NotPermitted, OverLimit, WrongState
from service.domain.messages.kinds import Step
from service.domain.remedies.thanks import Gesture, Profile
from service.domain.staff.authority import OPERATOR
from service.operations.messages import by_seller
from service.operations.privacy import erasure
from service.operations.remedies import decisions, thanks
from tests.operations.steps import (
    CHECK,
    INVITATION,
    KETTLE,
    agent,
    helped,
    message_of,
    refund,
    work_for,
)
from tests.world import World

UNTIL_CHECK = 24 * 4
APART = 60
SETTINGS = {
    "on": True,
    "apart_days": APART,
    "again_days": 180,
    "vouchers": {"IDR": 2_000_000},
    "early_access": "Warna baru dibuka untuk Kakak hari Jumat.",
}


def _link(world: World) -> str:
    return world.context.links.buyer("answer", message_of(world, CHECK).id)


def _solved(world: World, *, invitations: bool = False) -> None:
    """A case whose buyer has said on the page that the problem is solved."""
    world.set_shop(thanks=SETTINGS)
    helped(world, invitations=invitations)
    work_for(world, UNTIL_CHECK)
    answered = requests.post(_link(world), data={"solved": "yes"}, timeout=10)
    assert answered.status_code == 200
    world.work()


def _give(world: World, gesture: Gesture) -> None:
    thanks.give(world.context, world.case().id, world.owner, gesture)


def _refused(world: World, gesture: Gesture = Gesture.CARD) -> str:
    with pytest.raises(WrongState) as error:
        _give(world, gesture)
    return str(error.value)


def _thanked(world: World) -> list[Message]:
    return [message for message in world.case().messages if message.step is Step.THANKS]


def test_a_voucher_is_made_once_and_told_in_a_message_of_its_own(world: World) -> None:
    _solved(world)
    case, browser = world.case(), world.browser()
    path = f"/cases/{case.reference}"
    pressed = browser.press(path, f"{path}/thank", {"gesture": "voucher"})
    again = browser.press(path, f"{path}/thank", {"gesture": "voucher"})
    work_for(world, 48)

    after = world.case()
    [vouchers] = [made for made in after.make_goods if made.is_thanks]
    [message] = _thanked(world)
    told = world.ledger()["messages"][-1]
    assert (pressed.status_code, again.status_code) == (200, 409)
    assert (vouchers.state, vouchers.amount_minor) == ("done", 2_000_000)
    assert (message.state, after.state) == ("sent", "following_up")
    assert vouchers.code in told["text"]
    assert "ulasan" not in told["text"].lower()
    assert len(world.ledger()["made"]) == 2
    proof = browser.get(f"{path}/proof").text
    assert "A thanks, given after the problem was solved." in proof


def test_early_access_is_told_and_a_card_is_printed(world: World) -> None:
    _solved(world)
    _give(world, Gesture.EARLY_ACCESS)
    work_for(world, 48)

    assert SETTINGS["early_access"] in world.ledger()["messages"][-1]["text"]
    assert "thanked in the last 180 days" in _refused(world)

    world.clock.move(days=181)
    world.set_shop(thanks=SETTINGS)
    _give(world, Gesture.CARD)
    card = world.browser().get(f"/cases/{world.case().reference}/card").text
    assert "Terima kasih sudah sabar" in card
    assert "does not give the address" in card


def test_the_buyer_says_freely_what_they_like(world: World) -> None:
    _solved(world)
    page = requests.post(_link(world), data={"solved": "yes"}, timeout=10).text
    assert "preference" in page

    told = requests.post(f"{_link(world)}/preference", data={"profile": "yellow"}, timeout=10)
    other = requests.post(f"{_link(world)}/preference", data={"profile": "blue"}, timeout=10)

    assert (told.status_code, other.status_code) == (200, 422)
    assert world.case().profile is Profile.YELLOW
    shown = world.browser().get(f"/cases/{world.case().reference}").text
    assert shown.index("Early access") < shown.index("Small voucher")
    assert "yellow" not in " ".join(line.new for line in world.case().history)

    requests.post(f"{_link(world)}/preference", data={"profile": ""}, timeout=10)
    assert world.case().profile is None


def test_profile_goes_with_the_buyer(world: World) -> None:
    _solved(world)
    thanks.note_profile(world.context, world.case().id, world.owner, Profile.GREEN)
    email = str(world.case().order["buyer"]["email"])

    erasure.erase_buyer(world.context, email, OPERATOR)

    assert world.case().profile is None
    with pytest.raises(WrongState):
        thanks.note_profile(world.context, world.case().id, world.owner, Profile.GREEN)


def test_no_thanks_while_an_invitation_is_planned_or_was_sent(world: World) -> None:
    _solved(world, invitations=True)
    assert "is planned" in _refused(world, Gesture.VOUCHER)

    work_for(world, 24 * 5)
    assert message_of(world, INVITATION).state == "sent"
    assert "in the last 60 days" in _refused(world, Gesture.VOUCHER)
    assert not any(made.is_thanks for made in world.case().make_goods)


def test_no_invitation_after_a_thanks(world: World) -> None:
    _solved(world, invitations=True)
    by_seller.leave_out(world.context, message_of(world, INVITATION).id, world.owner)
    _give(world, Gesture.CARD)
    work_for(world, 24 * 20)

    assert message_of(world, INVITATION).state == "stopped"


def test_no_thanks_once_the_review_was_changed(world: World) -> None:
    _solved(world)
    order_id = int(world.case().order_id)
    leave_review(world.sandbox.ledger, order_id, 2, "Sudah dibantu", world.clock.now())
    world.sandbox.sender.send_due()
    world.work()

    assert "changed a review" in _refused(world)


def test_only_within_limits_and_where_it_is_on(world: World) -> None:
    _solved(world)
    staff, viewer = agent(world, IDR=1_000_000), OPERATOR
    case_id = world.case().id
    with pytest.raises(OverLimit):
        thanks.give(world.context, case_id, staff, Gesture.VOUCHER)
    with pytest.raises(NotPermitted):
        thanks.give(world.context, case_id, viewer, Gesture.VOUCHER)
    world.set_shop(thanks={})
    assert "switched off" in _refused(world)


class Deeds:
    """What seller, buyer and clock may do with the cases of one buyer, by chance."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.random = world, Random(seed)

    def answer(self) -> None:
        """The buyer says everywhere that it is solved."""
        for case in self.world.cases():
            for message in case.messages:
                if message.step is CHECK and message.sent_at:
                    link = self.world.context.links.buyer("answer", message.id)
                    requests.post(link, data={"solved": "yes"}, timeout=10)

    def give(self) -> None:
        """Thank for one case."""
        case, gesture = self.random.choice(self.world.cases()), self.random.choice([*Gesture])
        thanks.give(self.world.context, case.id, self.world.owner, gesture)

    def leave_out(self) -> None:
        """Leave an invitation out."""
        by_seller.leave_out(self.world.context, self._invitation(), self.world.owner)

    def hurry(self) -> None:
        """Send an invitation now."""
        by_seller.send_now(self.world.context, self._invitation(), self.world.owner)

    def _invitation(self) -> int:
        messages = [message for case in self.world.cases() for message in case.messages]
        return self.random.choice([each.id for each in messages if each.step is INVITATION])

    def rate_again(self) -> None:
        """Another low rating of the same buyer, made good too."""
        world, buyer = self.world, str(self.world.cases()[0].order["buyer"]["id"])
        with world.sandbox.ledger.write() as connection:
            order_id = add_order(connection, int(buyer.lstrip("b")), KETTLE, world.clock.now())
        world.rate(1, order_id=order_id)
        world.work()
        case = world.cases()[-1]
        decisions.approve(world.context, case.id, world.owner, changed=refund(order_id))

    def wait(self) -> None:
        """Let some days pass, or a month."""
        work_for(self.world, 24 * self.random.choice((1, 4, 9, 30)))

    def thank_late(self) -> None:
        """For a case of its own, long after the last invitation, before it has one."""
        work_for(self.world, 24 * (APART + 1))
        self.rate_again()
        work_for(self.world, UNTIL_CHECK)
        self.answer()
        case = self.world.cases()[-1]
        for message in case.messages:
            if message.step is INVITATION:
                by_seller.leave_out(self.world.context, message.id, self.world.owner)
        thanks.give(self.world.context, case.id, self.world.owner, Gesture.CARD)

    def do(self) -> None:
        """One of them; what is refused is refused."""
        often = [self.answer, self.answer, self.give, self.give, self.give, self.wait]
        deed = self.random.choice([*often, self.leave_out, self.hurry, self.rate_again])
        with contextlib.suppress(DomainError, IndexError):
            deed()
        self.world.work()


def _moments(world: World) -> tuple[list[datetime], list[datetime]]:
    """When the buyer was thanked, and when invited."""
    with world.context.database.reading() as session:
        rows = session.execute(select(Message.step, Message.sent_at)).all()
        given = [row.given_at for row in session.scalars(select(Thanks))]
    told = [at for step, at in rows if step is Step.THANKS and at]
    return told + given, [at for step, at in rows if step is INVITATION and at]


# Of these both come about: most walks end with thanks alone, or with invitations alone.
@pytest.mark.parametrize("seed", [0, 3, 6])
def test_whatever_happens_thanks_and_invitations_stay_apart(world: World, seed: int) -> None:
    world.set_shop(thanks=SETTINGS)
    helped(world)
    work_for(world, UNTIL_CHECK)
    deeds = Deeds(world, seed)
    deeds.answer()
    for _ in range(16):
        deeds.do()
    with contextlib.suppress(DomainError):
        deeds.thank_late()

    thanked, invited = _moments(world)
    assert thanked
    assert invited
    pairs = product(thanked, invited)
    assert all(abs(each - other) >= timedelta(days=APART) for each, other in pairs)
