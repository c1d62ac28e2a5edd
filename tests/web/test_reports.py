"""A report says what came in, what was given and what came back, and each figure opens its cases."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from xml.etree import ElementTree

import pytest

from service.domain.cases.states import CloseReason
from service.operations.remedies import decisions
from service.web.desk import case_table
from tests.web.pages import text_of
from tests.world import World

FORMULA = '=HYPERLINK("http://x.test","klik")'


@pytest.fixture(name="week")
def _week(world: World) -> World:
    """Two low ratings of last week, two of this one: one refunded and raised, one with a formula."""
    for words in ("Pecah semua", "Lama sekali"):
        world.rate(1, words)
        world.work()
    world.clock.move(days=7)
    world.rate(1, FORMULA)
    world.work()
    order = world.rate(2, "Tutupnya pecah")
    world.work()
    decisions.approve(world.context, world.cases()[3].id, world.owner, number=0)
    world.work()
    world.clock.move(hours=1)
    world.rate(5, "Sudah diganti", order)
    world.work()
    return world


def test_a_week_stands_beside_the_one_before(week: World) -> None:
    page = text_of(week.browser().get("/reports?kind=week"))

    assert "November 30, 2026 to December 6, 2026" in page
    assert re.search(r"Low ratings 2 2 ", page)
    assert re.search(r"Made good 1 0 ", page)
    raised = r"Rating raised, where it could still be changed 50 % \(1 of 2\) 0 % \(0 of 2\)"
    assert re.search(raised, page)
    assert "Low ratings that could still be changed when they came in: 2 of 2." in page
    assert "only assumed" not in page
    assert re.search(r"Stars gained where it was raised 3.0 -", page)


def test_figures_open_their_cases(week: World) -> None:
    browser = week.browser()
    page = browser.get("/reports?kind=week").text
    references = [case.reference for case in week.cases()]

    def opened(narrowed: str, first: str = "2026-11-30") -> list[str]:
        found = set(re.findall(rf'href="(/cases\?[^"]*{narrowed}(?!_)[^"]*)"', page))
        (address,) = [each for each in found if f"opened_from={first}" in each]
        listed = browser.get(address.replace("&amp;", "&")).text
        return [reference for reference in references if reference in listed]

    assert week.cases()[3].close_reason == CloseReason.RECOVERED
    assert opened("outcome=recovered") == opened("outcome=made_good") == references[3:]
    assert opened("remedy=resend") == references[3:]
    assert opened("outcome=recovered_unasked") == references[3:]
    assert opened("outcome=editable") == opened("product=") == references[2:]
    assert opened("product=", "2026-11-23") == references[:2]
    assert opened("courier=JNE") == references[2:3]
    assert opened("courier=J%26T") == references[3:]


def test_each_case_stands_with_complaint_and_solution(week: World) -> None:
    page = week.browser().get("/reports?kind=week").text
    rows = re.findall(r"<tr><th scope=.row.><a href=./cases/.*?</tr>", page, re.DOTALL)

    assert len(rows) == 2
    raised, odd = (re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)) for row in rows)
    assert "Sudah diganti" in raised
    assert re.search(r"J&amp;T Express Send again.* rating raised", raised)
    assert "klik" in odd


def test_all_days_lie_in_the_zone_of_the_shop(week: World) -> None:
    """A case of Monday, one in the morning in Jakarta, is of Sunday in UTC."""
    week.clock.move(days=5, hours=14)
    assert week.clock.now().isoformat() == "2026-12-06T18:00:00+00:00"
    week.rate(1, "Rusak")
    week.work()

    monday = text_of(week.browser().get("/reports?kind=day&day=2026-12-07"))

    assert re.search(r"Low ratings 1 0 ", monday)


@pytest.mark.parametrize(
    "query",
    [
        "kind=x",
        "day=9999-99-99",
        "day=0001-01-01",
        "shop=99999999999999999999",
        "day=9999-12-31&kind=month",
    ],
)
def test_an_address_nobody_made_breaks_nothing(world: World, query: str) -> None:
    assert world.browser().get(f"/reports?{query}").status_code == 200


def test_csv_holds_complaint_and_solution_and_nothing_that_runs(week: World) -> None:
    answer = week.browser().get("/reports/cases.csv?kind=week")
    head, odd, raised = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert "attachment" in answer.headers["Content-Disposition"]
    assert odd[head.index("Complaint")] == f"'{FORMULA}"
    assert raised[head.index("Complaint")] == "Sudah diganti"
    assert raised[head.index("Make-good")] == "Send again"
    assert raised[head.index("Courier")] == "J&T Express"
    assert raised[head.index("Could still be changed?")] == "yes"
    assert raised[head.index("State")] == "rating raised"


def test_excel_file_holds_text_as_text(week: World) -> None:
    answer = week.browser().get("/reports/cases.xlsx?kind=week")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - ours
        strings = book.read("xl/sharedStrings.xml").decode()

    namespace = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    assert len(list(sheet.iter(f"{namespace}row"))) == 3
    assert not list(sheet.iter(f"{namespace}f")), "a formula"
    assert "=HYPERLINK" in strings


def test_a_quiet_week_says_so(world: World) -> None:
    page = text_of(world.browser().get("/reports"))

    assert "No low rating came in." in page
    assert "%" not in page


@pytest.mark.parametrize(
    "cell", ["rusak;=1+1", "rusak; =1+1", "rusak\n=1+1", "a\t@SUM(A1)", "x;-1", "x\r\n+1", "x;|cmd"]
)
def test_cell_that_is_split_at_other_marks_runs_nowhere_either(cell: str) -> None:
    written = case_table.csv([[cell]]).decode("utf-8-sig")

    pieces = re.split(r"[;\t\r\n,]", written)
    assert not [piece for piece in pieces if piece.strip().startswith(case_table.RUNS)]
