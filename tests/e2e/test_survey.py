"""The question whether the problem is solved: reminded once, answered in part or not, twice not."""

from __future__ import annotations

import re

import pytest
import requests

from service.db.models import Case, Message
from service.db.tasks import task_queries
from service.domain.messages.kinds import Step
from service.domain.staff.authority import BUYER
from service.domain.tasks.kinds import TaskGroup
from service.operations.messages import opt_out
from service.operations.remedies import decisions
from tests.operations.steps import CHECK, REMINDER, agent, help_again, helped, message_of, work_for
from tests.world import World

UNTIL_CHECK, UNTIL_REMINDER, UNTIL_INVITATION = 24 * 4, 24 * 4, 24 * 8


def _link(world: World, message: Message) -> str:
    return world.context.links.buyer("answer", message.id)


def _answer(world: World, message: Message, solved: str, comment: str = "") -> requests.Response:
    """Fill in the page behind a link and send it, as a buyer without an account."""
    link = _link(world, message)
    session = requests.Session()
    session.get(link, timeout=10)
    form = {"solved": solved, "stars": "2", "comment": comment}
    return session.post(link, data=form, timeout=10)


def _tasks(world: World) -> list[tuple[str, int, str]]:
    with world.context.database.reading() as session:
        rows = task_queries.open_tasks(session, [world.shop_id], most=10)
        return [(row.task.kind, row.task.urgency, str(row.task.text)) for row in rows]


def _sent(world: World, step: Step) -> int:
    return sum(1 for m in world.case().messages if m.step == step and m.sent_at)


def _twice_unsolved(world: World, second: str = "no") -> Case:
    order_id = helped(world)
    work_for(world, UNTIL_CHECK)
    _answer(world, message_of(world, CHECK), "partly", "Masih bocor sedikit")
    help_again(world, order_id, 2_000_000)
    work_for(world, UNTIL_CHECK)
    _answer(world, message_of(world, CHECK, 2), second, "Sekarang pecah")
    world.work()
    return world.case()


def test_partly_solved_comes_back_with_the_words_and_never_invites(world: World) -> None:
    helped(world)
    work_for(world, UNTIL_CHECK)

    _answer(world, message_of(world, CHECK), "partly", "Tutupnya masih longgar")
    work_for(world, 24 * 20)

    case = world.case()
    assert (case.state, case.answers[-1].answer) == ("awaiting_approval", "partly")
    [(kind, urgency, text)] = _tasks(world)
    assert (kind, urgency) == ("not_solved", TaskGroup.NOT_SOLVED)
    assert "Tutupnya masih longgar" in text
    assert (_sent(world, REMINDER), _sent(world, Step.UPDATE_INVITATION)) == (0, 0)


def test_second_not_solved_is_for_the_owner_alone(world: World) -> None:
    staff = agent(world, IDR=100_000_000)
    case = _twice_unsolved(world)
    order_id = int(case.order_id)

    [(kind, urgency, text)] = _tasks(world)
    assert (kind, urgency) == ("owner_decides", TaskGroup.URGENT)
    assert "Sekarang pecah" in text
    of_staff, of_owner = world.browser(staff), world.browser()
    path = f"/cases/{case.reference}"
    assert "the owner decides" in of_staff.get(path).text
    assert "Approve this instead" not in of_staff.get(path).text
    proposal = world.case().proposals[-1].id
    form = {"number": "0", "proposal": str(proposal)}
    refused = [
        of_staff.press(path, f"{path}/approve", form).status_code,
        of_staff.press(path, f"{path}/decline", {"reason": "cukup"}).status_code,
        of_staff.press(path, f"{path}/close").status_code,
    ]
    assert refused == [403, 403, 403]

    other = {"action": "refund", "amount": "30000", "line": f"l{order_id}", "expires_days": "90"}
    approved = of_owner.press(path, f"{path}/approve-other", other)
    world.work()

    assert approved.status_code == 200
    assert _tasks(world) == []
    assert len(world.ledger()["made"]) == 3


def test_solved_in_the_second_round_needs_no_owner(world: World) -> None:
    _twice_unsolved(world, "yes")

    assert _tasks(world) == []
    assert world.case().state == "following_up"


def test_changed_answer_is_one_word_until_a_person_has_decided(world: World) -> None:
    helped(world)
    work_for(world, UNTIL_CHECK)
    check = message_of(world, CHECK)

    _answer(world, check, "partly", "Longgar")
    _answer(world, check, "no", "Ternyata pecah")
    first = _tasks(world)
    decisions.decline(world.context, world.case().id, world.owner, "sudah dua kali diganti")
    _answer(world, check, "no", "Tetap pecah")

    assert [kind for kind, _, _ in first] == ["not_solved"]
    assert [kind for kind, _, _ in _tasks(world)] == ["owner_decides"]


def test_answer_cannot_be_changed_once_another_make_good_is_under_way(world: World) -> None:
    order_id = helped(world)
    work_for(world, UNTIL_CHECK)
    check = message_of(world, CHECK)
    _answer(world, check, "no", "Pecah")
    help_again(world, order_id, 2_000_000)

    late = _answer(world, check, "no", "Pecah sekali")
    page = requests.get(_link(world, check), timeout=10)

    assert late.status_code == 409
    assert "<form" not in page.text
    assert [answer.text for answer in world.case().answers] == ["Pecah"]


def test_buyer_is_reminded_once_and_answers_by_that_link(world: World) -> None:
    helped(world)
    work_for(world, UNTIL_CHECK + UNTIL_REMINDER)
    reminder = message_of(world, REMINDER)

    page = _answer(world, reminder, "yes")
    work_for(world, 24 * 20)

    assert (page.status_code, _sent(world, REMINDER)) == (200, 1)
    [answer] = world.case().answers
    assert answer.answers_id == message_of(world, CHECK).id
    assert _sent(world, Step.UPDATE_INVITATION) == 1


@pytest.mark.parametrize("how", ["answer", "opt-out", "close", "checks off"])
def test_nobody_is_reminded_who_answered_or_wants_no_more(world: World, how: str) -> None:
    helped(world, invitations=False)
    work_for(world, UNTIL_CHECK)
    match how:
        case "answer":
            _answer(world, message_of(world, CHECK), "yes")
        case "opt-out":
            opt_out.opt_out(world.context, message_of(world, CHECK).id, BUYER)
        case "close":
            decisions.close_case(world.context, world.case().id, world.owner)
        case _:
            world.set_shop(asking={"resolution_checks": False})

    work_for(world, 24 * 20)

    assert _sent(world, REMINDER) == 0
    assert message_of(world, REMINDER).state == "stopped"


def test_survey_expires_a_month_after_the_question(world: World) -> None:
    helped(world)
    work_for(world, UNTIL_CHECK + UNTIL_REMINDER)
    check, reminder = message_of(world, CHECK), message_of(world, REMINDER)
    world.clock.move(days=31)

    answers = [_answer(world, message, "no", "Pecah") for message in (check, reminder)]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert all("<form" not in answer.text for answer in answers)
    assert re.search("kedaluwarsa|expired", answers[0].text)
    assert world.case().answers == []
