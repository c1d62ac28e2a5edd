"""What staff write for each other, what they go by, and lists they come back to."""

from __future__ import annotations

import re
from html import escape

import pytest
import requests
from sqlalchemy import select

from service.db.models import Connection, SavedFilter, Task
from service.domain.errors import NotPermitted
from service.domain.staff.authority import Limit, SellerRole
from service.domain.tasks.kinds import TaskKind
from service.operations.cases import notes
from service.operations.privacy import erasure
from service.operations.remedies import decisions
from tests.operations.steps import rated, refund
from tests.operations.test_offers import open_tasks
from tests.web.pages import refusals_of, text_of
from tests.web.test_api import Program
from tests.world import World

SECRET = "Pembeli ini pernah menipu kita"


def _address(world: World) -> str:
    return f"/cases/{world.case().reference}"


def test_note_is_for_staff_alone_and_goes_with_the_buyer(world: World) -> None:
    order_id = rated(world)
    address, browser = _address(world), world.browser()
    assert SECRET in text_of(browser.post(f"{address}/note", {"text": SECRET}))
    decisions.approve(world.context, world.case().id, world.owner, changed=refund(order_id))
    world.work()
    world.clock.move(days=5)
    world.work()

    assert SECRET not in str(world.ledger()["messages"])
    assert SECRET not in browser.get(f"{address}/proof").text
    decisions.close_case(world.context, world.case().id, world.owner)
    email = world.case().order["buyer"]["email"]
    erasure.erase_buyer(world.context, email, world.owner)
    assert SECRET not in browser.get(address).text
    assert SECRET not in str([line.detail for line in world.case().history])


@pytest.mark.parametrize("text", ["", " ", "x" * 2001])
def test_note_without_words_or_with_too_many_is_refused_and_stays_typed(
    world: World, text: str
) -> None:
    rated(world)

    answer = world.browser().post(f"{_address(world)}/note", {"text": text})

    assert answer.status_code == 422
    assert text.strip() in answer.text


def test_agent_above_the_limit_asks_the_owner_who_decides(world: World) -> None:
    order_id = rated(world, text="Barang datang pecah")
    agent = world.seller("agent@example.test", SellerRole.AGENT, {"IDR": Limit(100)})
    asking = world.browser(agent)
    page = asking.get(_address(world))
    assert "Ask the owner" in text_of(page)

    asking.post(f"{_address(world)}/ask-owner", {"text": "Kirim ulang atau refund?"})

    assert open_tasks(world) == [TaskKind.ASK_OWNER]
    assert "Kirim ulang atau refund?" in text_of(world.browser().get(_address(world)))
    decisions.approve(world.context, world.case().id, world.owner, changed=refund(order_id))
    assert open_tasks(world) == []
    assert world.case().asked_owner is None


def test_owner_answers_and_the_decision_goes_back(world: World) -> None:
    rated(world)
    agent = world.seller("agent@example.test", SellerRole.AGENT, {})
    notes.ask_owner(world.context, world.case().id, agent, "Boleh?")
    with pytest.raises(NotPermitted):
        notes.answer(world.context, world.case().id, agent, "Boleh")

    answered = world.browser().post(f"{_address(world)}/answer-staff", {"text": "Boleh, refund."})

    assert "Boleh, refund." in text_of(answered)
    assert open_tasks(world) == [TaskKind.DECIDE]


def test_undone_approval_asks_the_owner_still(world: World) -> None:
    order_id = rated(world)
    agent = world.seller("agent@example.test", SellerRole.AGENT, {})
    notes.ask_owner(world.context, world.case().id, agent, "Boleh?")
    world.set_shop(hold_seconds=20)
    decisions.approve(world.context, world.case().id, world.owner, changed=refund(order_id))
    assert open_tasks(world) == []

    world.browser().post(f"{_address(world)}/undo", {})

    assert open_tasks(world) == [TaskKind.ASK_OWNER]


def test_program_writes_a_note_and_asks_the_owner(world: World) -> None:
    rated(world)
    program = Program(world)

    for verb in ("note", "ask-owner"):
        assert program.post(f"{_address(world)}/{verb}", {"text": "Dari bot"})[0] == 200
        assert program.post(f"{_address(world)}/{verb}", {})[0] == 422

    with world.context.database.reading() as session:
        kinds = set(session.scalars(select(Task.kind).where(Task.state == "open")))
    assert kinds == {TaskKind.ASK_OWNER}


def test_guideline_of_the_cause_stands_beside_the_case(world: World) -> None:
    world.set_shop(guidelines={"damaged": "Minta foto dulu.", "late": "Cek resi."})
    rated(world, text="Barang datang pecah")

    page = text_of(world.browser().get(_address(world)))

    assert "Minta foto dulu." in page
    assert "Cek resi." not in page


def test_contact_and_places_are_linked_for_those_who_decide(world: World) -> None:
    order_id = rated(world)
    viewer = world.seller("v@example.test", SellerRole.VIEWER)
    email = world.case().order["buyer"]["email"]

    review_id = world.case().review.platform_id.removeprefix("r")
    seen, by_viewer = (
        browser.get(_address(world)).text for browser in (world.browser(), world.browser(viewer))
    )

    assert f'href="mailto:{email}"' in seen
    away = 'target="_blank" rel="noopener noreferrer"'
    order, review = (f"orders/{order_id}", f"reviews/{review_id}")
    chat = f"mailbox?order={order_id}"
    for page in (order, review, chat):
        assert f'href="{world.url}/sandbox/{page}" {away}' in seen
    assert "mailto:" not in by_viewer
    assert "sandbox/mailbox" not in by_viewer
    assert f"sandbox/{review}" in by_viewer


def test_links_lead_to_the_order_the_review_and_the_chat(world: World) -> None:
    order_id = rated(world)
    seen = world.browser().get(_address(world)).text

    pages = [
        requests.get(link, timeout=10)
        for link in re.findall(rf'href="({world.url}/sandbox/[^"]+)" target', seen)
    ]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert [f"SB-{order_id}" in page.text for page in pages[:2]] == [True, True]
    assert world.ledger()["messages"][0]["subject"] in text_of(pages[2])


def test_what_is_no_page_is_no_link(world: World) -> None:
    rated(world)
    with world.context.database.transaction() as session:
        row = session.get_one(Connection, world.connection_id)
        row.values = {**row.values, "base_url": "javascript:alert(1)//"}

    seen = world.browser().get(_address(world)).text

    assert "javascript:" not in seen
    assert "at the platform</a>" not in seen


def test_list_is_saved_under_a_name_and_is_ones_own(world: World) -> None:
    rated(world)
    browser = world.browser()
    listed = "state=awaiting_approval&sort=oldest"

    saved = browser.press(f"/cases?{listed}", f"/cases/saved?{listed}&after=7", {"name": "Lama"})

    assert saved.url == f"{world.url}/cases?{listed}"
    assert re.search(r'href="/cases\?state=awaiting_approval&amp;sort=oldest"', saved.text)
    other = world.browser(world.seller("a@example.test", SellerRole.AGENT))
    assert "Lama" not in text_of(other.get("/cases"))
    with world.context.database.reading() as session:
        [row] = session.scalars(select(SavedFilter)).all()
    assert other.press("/me", f"/cases/saved/{row.id}/remove").status_code == 404
    browser.press("/me", f"/cases/saved/{row.id}/remove")
    assert "Lama" not in text_of(browser.get("/cases"))


def test_list_without_a_name_is_refused_beside_it_and_stays(world: World) -> None:
    rated(world)
    query = "state=awaiting_approval&sort=oldest"

    answer = world.browser().press(f"/cases?{query}", f"/cases/saved?{query}", {"name": " "})

    assert (answer.status_code, answer.url) == (422, f"{world.url}/cases/saved?{query}")
    assert refusals_of(answer) == {"name": "Give the list a name."}
    assert 'action="/cases"' in answer.text
    assert f'action="/cases/saved?{escape(query)}"' in answer.text
    assert world.case().reference in text_of(answer)
