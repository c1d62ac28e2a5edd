"""A kind of remedy that was added in one place goes all the way: proposed by a rule, approved, carried
out once, told to the buyer."""

from __future__ import annotations

import pytest

from integrations.remedies import KINDS, Bound, RemedyKind, Spends, Worth
from integrations.sentence import Text
from service.domain.errors import OverLimit
from service.domain.messages.kinds import Step
from service.operations.remedies import decisions
from tests.operations.steps import agent, message_of
from tests.web.pages import text_of
from tests.world import World

GIFT = RemedyKind(
    name="gift",
    label=Text("Gift"),
    cost=Text("Costs you what you put into the parcel."),
    task="Pack a gift for order %(number)s",
    promise="You get a gift from us.",
    worth=Worth.NONE,
    bound=Bound.NONE,
    spends=Spends.GOODS,
    gives_code=True,
)
PLAYBOOK = {"name": "Gifts", "rules": [{"name": "All", "remedies": [{"action": "gift"}]}]}


@pytest.fixture
def _gift(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, GIFT.name, GIFT)


@pytest.mark.usefixtures("_gift")
def test_gift_goes_from_the_playbook_to_the_buyer(world: World) -> None:
    world.set_shop(playbook=PLAYBOOK, follow_ups={"opens": "00:00"})
    world.rate(1)
    world.work()
    browser, case = world.browser(), world.case()
    page = text_of(browser.get(f"/cases/{case.reference}"))
    assert "Gift" in page
    assert "Costs you what you put into the parcel." in page

    browser.post(f"/cases/{case.reference}/approve", {"number": "0"})
    world.work()

    (made,) = world.ledger()["made"]
    assert (made["action"], made["amount_minor"], made["currency"]) == ("gift", None, "")
    (make_good,) = world.case().make_goods
    assert (make_good.state, make_good.remedy.amount, make_good.code) == (
        "done",
        None,
        made["code"],
    )
    confirmation = world.ledger()["messages"][-1]["text"]
    assert message_of(world, Step.CONFIRMATION).state == "sent"
    assert f"Kode: {made['code']}" in confirmation
    assert "Nominal" not in confirmation
    assert "Berlaku sampai" not in confirmation


@pytest.mark.usefixtures("_gift")
def test_what_has_no_amount_is_within_nobodys_limit_but_the_owners(world: World) -> None:
    most = {"each": 10**9, "shop_day": 10**9, "buyer_day": 10**9}
    world.set_shop(
        playbook=PLAYBOOK, automatic={"IDR": most, "": most}, agent_limits={"IDR": 10**9}
    )
    world.rate(1)
    world.work()
    case = world.case()
    assert (case.state, case.make_goods) == ("awaiting_approval", [])

    with pytest.raises(OverLimit):
        decisions.approve(world.context, case.id, agent(world), number=0)
