"""A case opens for everybody and for programs, wherever it stands and whatever is not known of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import nullcontext

import pytest
from flask.testing import FlaskClient

from integrations.contract import Buyer, EventKind, ReviewEvent
from service.domain.cases.states import CaseState
from service.domain.errors import WrongState
from service.domain.messages.kinds import Answer
from service.domain.staff.authority import BUYER
from service.operations.messages import answers
from service.operations.privacy import erasure
from service.operations.remedies import decisions
from service.operations.reviews.apply import apply_event
from tests.operations.steps import CHECK, KETTLE, help_again, message_of, sell_to, work_for
from tests.operations.test_offers import playbook
from tests.operations.test_triage import _unnamed_review
from tests.web.pages import people
from tests.web.test_api import Program
from tests.web.walking import sign_in, signed_in
from tests.world import World


def _rated(world: World) -> int:
    order_id = world.rate(1, order_id=sell_to(world))
    world.work()
    return order_id


def _just_in(world: World) -> None:
    event = ReviewEvent(
        EventKind.ADDED,
        review_id="other-1",
        rating=1,
        text="Barang rusak",
        written_at=world.clock.now(),
        product_id=KETTLE[0],
        product_name=KETTLE[1],
        buyer=Buyer(id="b9", email="rudi@example.test"),
    )
    with world.context.database.transaction() as session:
        apply_event(session, world.connection(), event, now=world.clock.now())


def _two_orders(world: World) -> None:
    _unnamed_review(world)


def _no_order(world: World) -> None:
    _just_in(world)
    world.work()


def _decidable(world: World) -> None:
    _rated(world)


def _offered(world: World) -> None:
    world.set_shop(playbook=playbook("first"))
    _rated(world)
    decisions.offer(world.context, world.case().id, world.owner)
    world.work()


def _approved(world: World) -> None:
    _rated(world)
    decisions.approve(world.context, world.case().id, world.owner, number=0)


def _made_good(world: World) -> None:
    help_again(world, _rated(world))


def _not_solved_twice(world: World) -> None:
    order_id = _rated(world)
    for turn in (1, 2):
        help_again(world, order_id)
        work_for(world, 24 * 4)
        answers.answer(
            world.context,
            message_of(world, CHECK, turn).id,
            BUYER,
            answer=Answer.NOT_SOLVED,
            stars=1,
            comment="Masih rusak",
        )
        world.work()


def _declined(world: World) -> None:
    _rated(world)
    decisions.decline(world.context, world.case().id, world.owner, "sudah dikembalikan")


def _closed(world: World) -> None:
    order_id = _rated(world)
    world.rate(5, "Beres", order_id)
    world.work()


WALKS: list[tuple[Callable[[World], None], CaseState]] = [
    (_just_in, CaseState.OPENED),
    (_two_orders, CaseState.AWAITING_ORDER),
    (_no_order, CaseState.AWAITING_ORDER),
    (_decidable, CaseState.AWAITING_APPROVAL),
    (_offered, CaseState.OFFERED),
    (_approved, CaseState.APPROVED),
    (_made_good, CaseState.FOLLOWING_UP),
    (_not_solved_twice, CaseState.AWAITING_APPROVAL),
    (_declined, CaseState.DECLINED),
    (_closed, CaseState.CLOSED),
]


def test_walks_lead_to_every_state() -> None:
    assert {state for _, state in WALKS} == set(CaseState)


UNSETTLED = (CaseState.OFFERED, CaseState.APPROVED)
IDS = [walk.__name__[1:] for walk, _ in WALKS]


@pytest.mark.parametrize(("walk", "state"), WALKS, ids=IDS)
def test_case_opens_for_everybody_and_for_programs(
    world: World, walk: Callable[[World], None], state: CaseState
) -> None:
    walk(world)
    _, client = signed_in(world)
    assert world.case().state == state

    for seller in people(world).values():
        sign_in(client, world, seller)
        for language in ("id", "en"):
            client.post("/me/language", data={"language": language})
            _opens(client, world.case().reference)
    status, read = Program(world).get(f"/cases/{world.case().reference}")
    assert (status, read["state"]) == (200, state)


@pytest.mark.parametrize(("walk", "state"), WALKS, ids=IDS)
def test_case_of_an_erased_buyer_opens(
    world: World, walk: Callable[[World], None], state: CaseState
) -> None:
    walk(world)
    _, client = signed_in(world)

    # What is being carried out is not erased before it is settled.
    with pytest.raises(WrongState) if state in UNSETTLED else nullcontext():
        erasure.erase_buyer(world.context, "rudi@example.test", world.owner)

    _opens(client, world.case().reference)


def _opens(client: FlaskClient, reference: str) -> None:
    """The case, the lists it stands in, and every page of its own."""
    pages = {f"/cases/{reference}", "/", "/cases"}
    own = client.get(f"/cases/{reference}").text
    pages.update(re.findall(rf'href="(/cases/{reference}[^"#]*)', own))
    for page in pages:
        answer = client.get(page)
        assert answer.status_code in (200, 303), page
    assert reference in own
