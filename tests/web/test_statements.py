"""A page or an answer asks the database the same number of questions, however much it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text, update
from sqlalchemy.orm import Session

from service.db.cases import related_cases
from service.db.cases.case_filter import CaseFilter
from service.db.cases.case_list import list_cases
from service.db.models import Case, Task
from service.db.tasks import task_queries
from service.domain.cases.states import CaseState
from service.domain.staff.authority import Membership, SellerRole
from service.operations.endpoints import endpoints
from service.operations.messages import do_not_contact
from service.operations.privacy import keeping
from service.operations.remedies import decisions
from service.operations.shops import connections
from service.operations.staff import invitations, tokens
from tests.operations.steps import rated, sell_to
from tests.operations.verbs import fill
from tests.web.pages import post_unreadable
from tests.web.walking import linked_pages, signed_in
from tests.world import World

MORE = 6
COUNTED_ANEW = ("/reports", "/api/v1/reports")
"""The figures of a shop are read for each shop, and counted for each of its days that has changed since."""


@contextmanager
def _counted(world: World) -> Iterator[list[str]]:
    """The statements that are made meanwhile."""
    statements: list[str] = []
    engine = world.context.database.engine

    def note(*args: object) -> None:
        statements.append(str(args[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def _more(world: World) -> None:
    """More of everything that lists show, in several states and shops."""
    for number in range(MORE):
        order = sell_to(world, name=f"Buyer {number}", email=f"buyer{number}@example.test")
        world.rate(1, f"Barang rusak {number}", order)
        post_unreadable(world, key=f"odd-{number}")
        world.seller(f"agent{number}@example.test", SellerRole.AGENT)
        tokens.add_token(world.context, world.owner, f"t{number}")
        shops = {world.shop_id: Membership(SellerRole.VIEWER)}
        invitations.invite(world.context, world.owner, f"Rina {number}", shops)
        where = f"http://127.0.0.1:9/hooks/{number}"
        kinds = ["case.closed"]
        endpoints.add(
            world.context, world.shop_id, world.owner, name=f"G{number}", url=where, kinds=kinds
        )
        address = f"gone{number}@example.test"
        do_not_contact.put(world.context, world.shop_id, world.owner, address, "asked")
    world.work()
    for number, case in enumerate(world.cases()[2:]):
        if number % 4 == 0:
            decisions.approve(world.context, case.id, world.owner, number=0)
        elif number % 4 == 1:
            decisions.decline(world.context, case.id, world.owner, "no")
    world.work()
    for number in range(2):
        _move_to_another_shop(world, f"Toko {number}", world.cases()[-1 - number].id)


def _move_to_another_shop(world: World, name: str, case_id: int) -> None:
    """A case that waits there, as if its connection were of that shop."""
    shop_id = connections.add_shop(world.context, world.owner, name, zone="Asia/Jakarta")
    with world.context.database.transaction() as session:
        session.get_one(Case, case_id).shop_id = shop_id
        session.execute(update(Task).where(Task.case_id == case_id).values(shop_id=shop_id))


def _answers(app: Flask, world: World) -> list[str]:
    """The addresses that programs read."""
    values = {"reference": world.cases()[0].reference, "key": "receipt", "language": "id"}
    addresses = []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1") and "GET" in (rule.methods or set()):
            numbers = dict.fromkeys(re.findall(r"<int:(\w+)>", rule.rule), 1)
            built = rule.build(
                {name: {**numbers, **values}.get(name, "1") for name in rule.arguments}
            )
            assert built is not None
            addresses.append(built[1])
    return addresses


def _of_each(
    world: World, client: FlaskClient, addresses: list[str], token: str
) -> dict[str, list[str]]:
    asked = {}
    for address in addresses:
        headers = {"Authorization": f"Bearer {token}"} if address.startswith("/api/") else {}
        client.get(address, headers=headers)
        with _counted(world) as statements:
            assert client.get(address, headers=headers).status_code < 500, address
        asked[address] = statements
    return asked


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_number_of_statements_does_not_follow_the_length_of_a_list(world: World) -> None:
    fill(world)
    rated(world)
    app, client = signed_in(world)
    token = tokens.add_token(world.context, world.owner, "reads")
    addresses = [*linked_pages(client), *_answers(app, world)]
    addresses = [address for address in addresses if not address.startswith(COUNTED_ANEW)]
    few = _of_each(world, client, addresses, token)

    _more(world)
    many = _of_each(world, client, addresses, token)

    more = {
        address: len(many[address]) - len(few[address])
        for address in addresses
        if len(many[address]) > len(few[address])
    }
    assert more == {}
    assert len(addresses) > 50


def test_what_is_old_is_counted_to_an_end_and_not_sorted(world: World) -> None:
    """A large shop has hundreds of thousands of it."""
    with _counted(world) as statements:
        keeping.old_of(world.context, world.shop_id, world.owner)
    counts = [each for each in statements if "count(" in each]
    assert len(counts) > 2
    assert all("LIMIT" in each and "ORDER BY" not in each for each in counts)


def _plan(session: Session, asked: str) -> Sequence[str]:
    """How SQLite goes about a statement."""
    marks = dict.fromkeys((f"v{number}" for number in range(asked.count("?"))), "")
    for name in marks:
        asked = asked.replace("?", f":{name}", 1)
    steps = session.execute(text(f"EXPLAIN QUERY PLAN {asked}"), marks).scalars("detail").all()
    assert steps
    return steps


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_mended_connections_are_not_looked_for_among_all_tasks(world: World) -> None:
    with world.context.database.reading() as session, _counted(world) as statements:
        task_queries.mended_since(session, [world.shop_id], world.clock.now())
        [asked] = statements
        plan = _plan(session, asked)
    assert not [step for step in plan if step.startswith("SCAN task")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_other_cases_of_a_buyer_are_not_looked_for_among_all_of_the_shop(world: World) -> None:
    world.rate(1)
    world.work()
    with world.context.database.reading() as session, _counted(world) as statements:
        related_cases.of_same_buyer(session, world.case(), since=world.clock.now())
        plan = _plan(session, statements[-1])
    assert not [step for step in plan if step.startswith("SEARCH cases USING INDEX ix_cases_shop")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_cases_of_several_states_are_listed_without_sorting_them(world: World) -> None:
    states = CaseState.AWAITING_APPROVAL, CaseState.FOLLOWING_UP
    with world.context.database.reading() as session, _counted(world) as statements:
        list_cases(session, [world.shop_id, -1], CaseFilter(states=states), most=50)
        plan = _plan(session, statements[-1])
    assert not [step for step in plan if "TEMP B-TREE FOR ORDER BY" in step]
