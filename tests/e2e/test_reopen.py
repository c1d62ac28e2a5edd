"""A closed case: its root cause, opened again by a person, and what never comes back."""

from __future__ import annotations

import csv
import io
import re

import pytest

from service.domain.cases.root_causes import RootCause
from service.domain.errors import NotPermitted, WrongState
from service.domain.messages.kinds import Answer, Step
from service.domain.staff.authority import BUYER, SellerRole
from service.operations.cases import reopen
from service.operations.messages import answers
from service.operations.privacy import erasure
from service.operations.remedies import decisions
from tests.operations.steps import CHECK, help_again, helped, message_of, rated, work_for
from tests.web.pages import text_of
from tests.web.test_api import Program
from tests.world import World


def _close(world: World, **form: str) -> None:
    path = f"/cases/{world.case().reference}"
    assert world.browser().press(path, f"{path}/close", form).status_code == 200


def test_root_cause_is_said_while_closing_and_can_be_skipped(world: World) -> None:
    rated(world)
    _close(world, root_cause="packing")

    assert (world.case().state, world.case().root_cause) == ("closed", RootCause.PACKING)
    [line] = [line for line in world.case().history if line.what == "root_cause"]
    assert (line.new, line.actor) == ("packing", str(world.owner))
    page = text_of(world.browser().get(f"/cases/{world.case().reference}"))
    assert re.search(r"Root cause:\s+packing", page)


def test_case_that_closed_by_itself_asks_on_its_page_and_nags_nobody(world: World) -> None:
    order_id = rated(world)
    world.rate(5, "Sudah bagus", order_id)
    world.work()
    path, browser = f"/cases/{world.case().reference}", world.browser()
    assert re.search(r"<details open>\s*<summary>What was the root cause", browser.get(path).text)
    assert "Nothing waits for you" in browser.get("/").text

    browser.press(path, f"{path}/root-cause", {"root_cause": "courier"})
    wrong = browser.press(path, f"{path}/root-cause", {"root_cause": "moon"})

    assert (world.case().root_cause, wrong.status_code) == (RootCause.COURIER, 422)


def test_person_opens_a_closed_case_with_a_reason_and_gives_another_make_good(world: World) -> None:
    order_id = helped(world)
    work_for(world, 24 * 4)
    _close(world)
    path, browser = f"/cases/{world.case().reference}", world.browser()

    without = browser.press(path, f"{path}/reopen", {"reason": " "})
    opened = browser.press(path, f"{path}/reopen", {"reason": "Paket kedua juga hilang"})

    assert (without.status_code, opened.status_code) == (422, 200)
    case = world.case()
    assert (case.state, case.closed_at, case.close_reason) == ("awaiting_approval", None, None)
    assert str(case.advice) == "Opened again: Paket kedua juga hilang"
    assert "Opened again: Paket kedua juga hilang" in text_of(opened)
    help_again(world, order_id, 2_000_000)
    assert len(world.ledger()["made"]) == 2


def test_invitation_never_comes_back_after_the_review_was_withdrawn(world: World) -> None:
    order_id = helped(world)
    world.withdraw(order_id)
    world.work()
    reopen.reopen(world.context, world.case().id, world.owner, "Barang belum sampai")

    help_again(world, order_id, 2_000_000)
    work_for(world, 24 * 4)
    check = message_of(world, CHECK, 2)
    answers.answer(world.context, check.id, BUYER, answer=Answer.SOLVED, stars=5, comment="")
    work_for(world, 24 * 12)

    assert check.sent_at is not None
    assert message_of(world, Step.UPDATE_INVITATION, 2).sent_at is None
    decisions.close_case(world.context, world.case().id, world.owner)
    assert world.case().close_reason == "withdrawn"


def test_rating_that_was_raised_stays_raised_whatever_comes_after(world: World) -> None:
    order_id = helped(world)
    world.rate(5, "Bagus", order_id)
    world.work()

    reopen.reopen(world.context, world.case().id, world.owner, "Paket kedua retak")
    decisions.close_case(world.context, world.case().id, world.owner)

    assert world.case().close_reason == "recovered"


def test_case_without_an_order_is_opened_to_choose_one(world: World) -> None:
    world.rate(1, "Barang rusak")
    world.work()
    case = world.case()
    decisions.close_case(world.context, case.id, world.owner)
    with world.context.database.transaction() as session:
        row = session.get_one(type(case), case.id)
        row.order, row.order_id = {}, ""

    reopen.reopen(world.context, case.id, world.owner, "Nomor pesanan sudah ada")

    assert world.case().state == "awaiting_order"


@pytest.mark.parametrize("why", ["open", "viewer", "other case", "erased"])
def test_case_is_not_opened_again(world: World, why: str) -> None:
    order_id = rated(world)
    who = world.owner
    case = world.case()
    if why != "open":
        decisions.close_case(world.context, case.id, world.owner)
    if why == "viewer":
        who = world.seller("look@example.test", SellerRole.VIEWER)
    if why == "other case":
        world.rate(5, "Bagus", order_id)
        world.work()
        world.rate(1, "Rusak lagi", order_id)
        world.work()
    if why == "erased":
        erasure.erase_buyer(world.context, case.order["buyer"]["email"], world.owner)

    with pytest.raises(NotPermitted if why == "viewer" else WrongState):
        reopen.reopen(world.context, case.id, who, "Coba lagi")


def test_report_counts_root_causes_stars_and_answers_and_opens_their_cases(world: World) -> None:
    helped(world)
    work_for(world, 24 * 4)
    check = message_of(world, CHECK)
    answers.answer(world.context, check.id, BUYER, answer=Answer.PARTLY, stars=3, comment="Lumayan")
    _close(world, root_cause="supplier")
    browser, reference = world.browser(), world.case().reference

    page = browser.get("/reports?kind=month&day=2026-11-24")

    assert "supplier or product 1 0 IDR 10,000" in text_of(page)
    assert "Solved only in part 100 % (1 of 1)" in text_of(page)
    assert "Stars for the handling too few to say (1)" in text_of(page)
    for narrowed in ("root_cause=supplier", "outcome=partly", "outcome=starred"):
        (address,) = set(re.findall(rf'href="(/cases\?[^"]*{narrowed})"', page.text))
        assert reference in browser.get(address.replace("&amp;", "&")).text
    table = browser.get("/reports/cases.csv?kind=month&day=2026-11-24").content.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(table))
    assert (row["Root cause"], row["Solved?"]) == ("supplier or product", "partly solved")


def test_program_closes_with_a_root_cause_and_opens_again(world: World) -> None:
    rated(world)
    program, path = Program(world), f"/cases/{world.case().reference}"

    closed = program.post(f"{path}/close", {"reason": "Dikirim ulang", "root_cause": "picking"})
    changed = program.post(f"{path}/root-cause", {"root_cause": "packing"})
    wrong = program.post(f"{path}/root-cause", {"root_cause": "moon"})
    opened = program.post(f"{path}/reopen", {"reason": "Hilang lagi"})

    assert [status for status, _ in (closed, changed, wrong, opened)] == [200, 200, 422, 200]
    assert (closed[1]["state"], closed[1]["root_cause"]) == ("closed", "picking")
    assert (opened[1]["state"], opened[1]["root_cause"]) == ("awaiting_approval", "packing")
