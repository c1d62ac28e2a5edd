"""A public reply where Makegood posts it, where a person does, and what comes before it."""

from __future__ import annotations

import re

import pytest

from integrations.contract import Role
from service.domain.tasks.kinds import TaskKind
from service.operations.messages import public_reply
from tests.operations.test_offers import open_tasks
from tests.web.pages import text_of
from tests.world import Browser, World

WORDS = "Mohon maaf atas barang yang rusak, Kak. Kami membereskannya lewat pesan pribadi."


def _rated(world: World) -> str:
    world.rate(1)
    world.work()
    return f"/cases/{world.case().reference}"


def _press(browser: Browser, page: str, verb: str, **form: str) -> str:
    return text_of(browser.press(page, f"{page}/public-reply/{verb}", {"message": "reply", **form}))


def _without_replies(world: World) -> None:
    with world.context.database.transaction() as session:
        connection = session.merge(world.connection())
        connection.roles = [role for role in connection.roles if role != Role.REPLIES]


def test_reply_that_makegood_cannot_post_is_checked_copied_and_said(world: World) -> None:
    _without_replies(world)
    page, browser = _rated(world), world.browser()
    shown = text_of(browser.get(page))
    assert "Makegood cannot post it at Sandbox" in shown

    refused = _press(browser, page, "by-hand", text="Kodenya HEMAT20, hubungi 0812-3456-7890")
    assert "Not posted" in refused
    assert world.case().reply is None
    _press(browser, page, "by-hand", text=WORDS)

    assert TaskKind.POST_REPLY in open_tasks(world)
    shown = text_of(browser.get(page))
    assert WORDS in shown
    assert "Copy these words" in shown
    assert world.ledger()["replies"] == []
    assert "Noted: the reply was posted." in _press(browser, page, "stands-there")
    reply = world.case().reply
    assert reply is not None
    assert (reply.state, reply.posted_at) == ("posted", world.clock.now())
    assert TaskKind.POST_REPLY not in open_tasks(world)


def test_reply_that_was_not_put_there_can_be_changed(world: World) -> None:
    _without_replies(world)
    page, browser = _rated(world), world.browser()
    _press(browser, page, "by-hand", text=WORDS)

    _press(browser, page, "not-there")

    assert TaskKind.POST_REPLY in open_tasks(world)
    _press(browser, page, "by-hand", text=WORDS + " Terima kasih.")
    reply = world.case().reply
    assert reply is not None
    assert (reply.state, reply.text) == ("by_hand", WORDS + " Terima kasih.")


def test_posting_by_call_is_refused_where_there_is_none(world: World) -> None:
    _without_replies(world)
    page, browser = _rated(world), world.browser()

    assert "No public reply can be posted" in _press(browser, page, "post", text=WORDS)
    assert world.case().reply is None


@pytest.mark.parametrize("first_answer", ["off", "automatic"])
def test_conversation_goes_private_before_it_goes_public(world: World, first_answer: str) -> None:
    world.set_shop(answering={"first_answer": first_answer})
    page, browser = _rated(world), world.browser()
    world.work()
    written = first_answer == "automatic"
    shown = text_of(browser.get(page))
    assert ("Private first" in shown) is not written

    told = _press(browser, page, "post", text=WORDS)

    assert bool(world.ledger()["replies"]) is written
    if written:
        return
    assert "Nothing was written to this buyer in private yet" in told
    _press(browser, page, "post", text=WORDS, confirmed="yes")
    assert [row["text"] for row in world.ledger()["replies"]] == [WORDS]


@pytest.mark.parametrize("cause", ["damaged", "late", "unclear"])
def test_drafted_reply_names_the_problem_and_nobody(world: World, cause: str) -> None:
    _rated(world)
    with world.context.database.transaction() as session:
        case = session.merge(world.case())
        case.cause = cause
        allowed = public_reply.allowed(session, case, reached=True)
        assert allowed is not None
        buyer = case.order["buyer"]

    assert re.match("Halo Kak,\n\n", allowed.draft)
    assert buyer["name"] not in allowed.draft
    assert len(allowed.draft) <= allowed.longest
    page = f"/cases/{world.case().reference}"
    _press(world.browser(), page, "post", text=allowed.draft, confirmed="yes")
    assert [row["text"] for row in world.ledger()["replies"]] == [allowed.draft.strip()]
