"""Programs search, narrow and sort the list of cases as people do at the desk."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from service.db.cases.case_filter import CaseFilter
from service.db.cases.case_list import Sort
from service.db.models import Case
from service.web.api.case_lists import CasesQuery
from service.web.desk import case_list
from tests.web.test_api import Program
from tests.world import World


def _of_desk() -> set[str]:
    """What the desk narrows by: what its one filter is made with."""
    (made,) = [
        node
        for node in ast.walk(ast.parse(Path(case_list.__file__).read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == CaseFilter.__name__
        and node.keywords
    ]
    return {str(keyword.arg) for keyword in made.keywords}


def _examples() -> dict[str, Any]:
    """An example of each that programs may ask for."""
    known = CasesQuery().fields.items()
    return {name: field.metadata["example"] for name, field in known if "example" in field.metadata}


def test_programs_narrow_by_all_that_the_desk_does() -> None:
    asked = CasesQuery().load(_examples())["narrowing"]
    by_programs = {
        field.name
        for field in fields(CaseFilter)
        if getattr(asked, field.name) != getattr(CaseFilter(), field.name)
    }

    assert by_programs == _of_desk() == {field.name for field in fields(CaseFilter)}


def test_each_example_narrows_alone() -> None:
    """None is there for its looks."""
    for name, example in _examples().items():
        beside = {"paid_minor": 1} if name == "currency" else {"currency": "IDR"}
        asked = CasesQuery().load({**beside, name: example})["narrowing"]

        assert asked != CaseFilter(), name


def test_programs_sort_by_all_that_the_desk_does(world: World) -> None:
    page = world.browser().get("/cases").text
    select_ = page.partition('<select name="sort">')[2].partition("</select>")[0]
    # The usual order is the one that the address does not name.
    of_desk = {value or Sort.NEWEST for value in re.findall(r'<option value="(\w*)"', select_)}

    assert of_desk == set(Sort)
    for sort in Sort:
        assert CasesQuery().load({"sort": sort.value, "currency": "IDR"})["sort"] is sort


@pytest.fixture(name="three")
def _three(world: World) -> World:
    for stars, words in ((1, "Tutupnya pecah"), (2, "Lama sekali sampainya"), (1, "Jelek")):
        world.rate(stars, words)
        world.work()
    with world.context.database.transaction() as session:
        cases = session.scalars(select(Case).order_by(Case.id)).all()
        for case, paid in zip(cases, (9_000_000, 25_900_000, 12_000_000), strict=True):
            case.order = {**case.order, "paid": paid, "currency": "IDR"}
    return world


def _listed(world: World, **query: object) -> list[str]:
    status, page = Program(world).get(f"/cases?{urlencode(query, doseq=True)}")
    assert status == 200, page
    return [case["reference"] for case in page["cases"]]


def test_list_is_searched_and_narrowed(three: World) -> None:
    first, second, third = (case.reference for case in three.cases())
    courier, number = three.cases()[0].courier, three.cases()[1].order["number"]

    assert _listed(three, q="pecah") == [first]
    assert _listed(three, q=number) == [second]
    assert _listed(three, stars=1) == [third, first]
    assert _listed(three, paid_minor=12_000_000, currency="idr") == [third, second]
    assert _listed(three, paid_minor=1, currency="SGD") == []
    assert _listed(three, courier=courier) == [first]
    assert _listed(three, shop_id=three.shop_id + 1) == []
    assert _listed(three, opened_before="2000-01-02T00:00:00Z") == []
    assert _listed(three, product_key=three.cases()[0].product_key, stars=2) == [second]
    assert _listed(three, assignee_id=three.owner.id) == []


def test_pages_of_each_order_are_complete_and_overlap_nowhere(three: World) -> None:
    first, second, third = (case.reference for case in three.cases())
    program, pages = Program(three), {}
    for sort in Sort:
        found, onward = [], ""
        for _ in range(4):
            query = f"/cases?most=1&sort={sort}&currency=IDR{onward}"
            _, page = program.get(query)
            found += [case["reference"] for case in page["cases"]]
            if page["next"] is None:
                break
            onward = f"&before={page['next']}"
        pages[sort] = found

    assert pages == {
        Sort.NEWEST: [third, second, first],
        Sort.OLDEST: [first, second, third],
        Sort.DEAREST: [second, third, first],
    }


@pytest.mark.parametrize("query", ["paid_minor=5", "sort=dearest"])
def test_money_is_of_one_currency(program: Program, query: str) -> None:
    status, said = program.get(f"/cases?{query}")

    assert (status, list(said["error"]["fields"])) == (422, ["currency"])


@pytest.fixture(name="program")
def _program(world: World) -> Program:
    return Program(world)
