"""The last rung is a person who calls; and those who want no contact are left alone by all channels."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from service.db.models import Audit, Call, DoNotContact, Message
from service.domain.errors import WrongInput, WrongState
from service.domain.messages.calls import CallMove, CallState
from service.domain.messages.kinds import Answer
from service.domain.messages.states import Author, MessageState
from service.domain.staff.authority import SellerRole
from service.domain.tasks.kinds import TaskKind
from service.operations.cases import orders
from service.operations.messages import calls, do_not_contact, drafts
from service.operations.messages.calls import CallResult
from service.operations.messages.drafts import Written
from service.operations.tasks.wanted import wanted_of
from tests.operations.steps import CHECK, RECEIPT, help_again, message_of, rated, told, work_for
from tests.world import World

NUMBER = "+6281234567890"


@pytest.fixture(autouse=True)
def _telephone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform tells the buyer's number."""
    named = orders._named
    monkeypatch.setattr(orders, "_named", lambda case: replace(named(case), phone="081234567890"))


def _only_telephone(world: World, first_answer: str = "off") -> None:
    """A case of a shop that calls its buyers."""
    answering = {"first_answer": first_answer}
    world.set_shop(ladders={"ordinary": ["telephone"]}, answering=answering)
    rated(world)


def _calls(world: World) -> list[Call]:
    with world.context.database.reading() as session:
        return list(session.scalars(select(Call).order_by(Call.id)))


def _tasks(world: World) -> dict[TaskKind, Any]:
    with world.context.database.reading() as session:
        return {task.kind: task for task in wanted_of(session.merge(world.case()))}


def _record(world: World, how: CallMove, **rest: Any) -> None:
    calls.record(world.context, _calls(world)[-1].id, world.owner, CallResult(how, **rest))


def _own(world: World) -> Message:
    return next(each for each in world.case().messages if each.author is Author.SELLER)


def test_the_telephone_rung_makes_a_task_and_being_reached_tells_the_message(world: World) -> None:
    _only_telephone(world, "automatic")

    assert (told(world), message_of(world, RECEIPT).state) == ([], MessageState.REFUSED)
    assert TaskKind.CALL in _tasks(world)
    assert TaskKind.MESSAGE not in _tasks(world)
    page = world.browser().get(f"/cases/{world.case().reference}").text
    assert f"tel:{NUMBER}" in page
    assert "Do not interrupt" in page

    _record(world, CallMove.REACH, words="Besok saja diganti, Kak.")

    heard = [each for each in world.case().messages if each.author is Author.BUYER]
    assert [each.text for each in heard] == ["Besok saja diganti, Kak."]
    assert (message_of(world, RECEIPT).state, _tasks(world).get(TaskKind.CALL)) == (
        MessageState.SENT,
        None,
    )
    assert TaskKind.READ_ANSWER not in _tasks(world)


def test_an_appointment_is_when_the_task_is_due(world: World) -> None:
    _only_telephone(world)
    calls.ask(world.context, world.case().id, world.owner)
    at = world.clock.now() + timedelta(hours=5)

    with pytest.raises(WrongInput):
        _record(world, CallMove.CALL_AGAIN)
    with pytest.raises(WrongInput):
        _record(world, CallMove.CALL_AGAIN, again_at=world.clock.now() - timedelta(hours=1))
    _record(world, CallMove.CALL_AGAIN, again_at=at, words="Sedang rapat")

    (call,) = _calls(world)
    assert (call.state, call.due_at, _tasks(world)[TaskKind.CALL].due_at) == (
        CallState.OPEN,
        at,
        at,
    )
    assert "due" in world.browser().get("/").text
    _record(world, CallMove.GIVE_UP)
    assert (_calls(world)[0].state, _calls(world)[0].tries) == (CallState.NOT_REACHED, 2)
    with pytest.raises(WrongState):
        _record(world, CallMove.REACH)


def test_the_question_is_asked_by_telephone_and_no_opens_the_case_again(world: World) -> None:
    world.set_shop(answering={"first_answer": "off"})
    order_id = rated(world)
    help_again(world, order_id)
    work_for(world, 1)
    world.set_shop(ladders={"ordinary": ["telephone"]})
    work_for(world, 24 * 4)

    assert message_of(world, CHECK).state is MessageState.REFUSED
    _record(world, CallMove.REACH, words="Masih bocor", answer=Answer.NOT_SOLVED)

    assert message_of(world, CHECK).state is MessageState.SENT
    assert [each.answer for each in world.case().answers] == [Answer.NOT_SOLVED]
    assert TaskKind.NOT_SOLVED in _tasks(world)


def test_a_wrong_number_takes_the_next_rung(world: World) -> None:
    world.set_shop(
        ladders={"ordinary": ["telephone", "platform"]}, answering={"first_answer": "off"}
    )
    rated(world)
    drafts.write(world.context, world.case().id, world.owner, Written("", "Kami cek."), send=True)
    world.work()

    _record(world, CallMove.MISDIAL)
    world.work()

    assert (_own(world).state, len(told(world))) == (MessageState.SENT, 1)


def test_pages_ask_for_a_call_and_note_what_came_of_it(world: World) -> None:
    _only_telephone(world)
    browser, path = world.browser(), f"/cases/{world.case().reference}"

    browser.press(path, f"{path}/calls")
    address = f"{path}/calls/{_calls(world)[0].id}"
    refused = browser.press(path, f"{address}/again", {"again_at": "", "words": "Sibuk"})
    noted = browser.press(path, f"{address}/again", {"again_at": "2026-11-24T14:30"})

    assert (refused.status_code, "Sibuk" in refused.text) == (422, True)
    assert noted.status_code == 200
    due = _calls(world)[0].due_at
    assert due is not None
    assert due.isoformat() == "2026-11-24T07:30:00+00:00"


def test_a_call_is_not_made_after_an_opt_out(world: World) -> None:
    _only_telephone(world, "automatic")

    do_not_contact.put_buyer(world.context, world.case().id, world.owner, "Said so in the shop.")

    assert [call.state for call in _calls(world)] == [CallState.DROPPED]
    assert (message_of(world, RECEIPT).state, TaskKind.CALL in _tasks(world)) == (
        MessageState.STOPPED,
        False,
    )
    with pytest.raises(WrongState):
        calls.ask(world.context, world.case().id, world.owner)


def test_owners_put_numbers_on_the_list_and_take_them_off_with_a_reason(world: World) -> None:
    rated(world)
    browser, path = world.browser(), f"/shops/{world.shop_id}/do-not-contact"

    for wrong in ({"who": "nobody", "reason": "x"}, {"who": NUMBER, "reason": " "}):
        assert browser.press(path, path, wrong).status_code == 422
    browser.press(path, path, {"who": "0812 3456 7890", "reason": "Asked by telephone"})
    drafted = {"subject": "", "text": "Halo Kak", "message": "new"}
    page = f"/cases/{world.case().reference}"
    assert browser.press(page, f"{page}/messages/send", drafted).status_code == 409

    shown = browser.get(path).text
    assert "+62…890" in shown
    assert NUMBER not in shown
    [entry_id] = re.findall(r"do-not-contact/(\d+)/take-off", shown)
    assert browser.press(path, f"{path}/{entry_id}/take-off", {"reason": ""}).status_code == 422
    browser.press(path, f"{path}/{entry_id}/take-off", {"reason": "Ordered again, and agreed"})

    assert browser.press(page, f"{page}/messages/send", drafted).status_code == 200
    with world.context.database.reading() as session:
        assert session.scalars(select(DoNotContact)).all() == []
        lines = session.scalars(select(Audit).where(Audit.what.like("do_not_contact%"))).all()
        assert [line.about for line in lines] == ["+62…890", "+62…890"]


def test_who_only_decides_does_not_take_anybody_off(world: World) -> None:
    agent = world.seller("agent@example.test", SellerRole.AGENT)
    path = f"/shops/{world.shop_id}/do-not-contact"

    assert world.browser(agent).get(path).status_code == 403
