"""Every verb asks whether its actor may do it, before anything changes. Verbs are found, not listed."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

import service.operations
from service.db.models import Base, Decision, MakeGood
from service.db.outbox.claims import Claim
from service.domain.errors import DomainError, NotFound, NotPermitted, OverLimit
from service.domain.staff.authority import (
    BUYER,
    CLOCK,
    OPERATOR,
    Actor,
    Limit,
    Membership,
    SellerRole,
)
from service.operations.context import Context
from service.operations.remedies import decisions, make_goods
from service.operations.shops import connections
from service.operations.staff import accounts, members, tokens
from tests.operations.steps import agent, rated, refund, sell_to
from tests.web.pages import post_unreadable
from tests.web.test_sessions import another_process, at_once
from tests.world import World

Verb = Callable[..., object]
WORDS: Mapping[str, Any] = {
    "who": "sari@example.test",
    "key": "receipt",
    "cause": "late",
    "zone": "Asia/Jakarta",
    "language": "id",
    "password": "a long password",
    "new": "a long password",
    "adapter": "standard",
    "number": 0,
    "email": "x@example.test",
    "threshold": 3,
    "subject": "Halo {buyer}",
    "shops": {1: Membership(SellerRole.VIEWER)},
}
"""What stands for a parameter of this name; for others its type says enough."""
BY_SECRET = ("token", "key")
"""Who knows one of these has proved who they are: the doors, where nobody is signed in yet."""


def _opens(functions: Mapping[str, ast.FunctionDef], name: str, seen: frozenset[str]) -> bool:
    """Whether a function opens a transaction, itself or through one beside it."""
    for node in ast.walk(functions[name]):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr == "transaction":
                return True
            beside = node.func.id if isinstance(node.func, ast.Name) else ""
            if beside in functions.keys() - seen and _opens(functions, beside, seen | {beside}):
                return True
    return False


def _verbs() -> dict[str, Verb]:
    """Every public function of the operations that writes in a transaction of its own."""
    verbs = {}
    package = service.operations
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(info.name)
        functions = {
            node.name: node
            for node in ast.parse(inspect.getsource(module)).body
            if isinstance(node, ast.FunctionDef)
        }
        for name in functions:
            if not name.startswith("_") and _opens(functions, name, frozenset({name})):
                verbs[f"{info.name}.{name}"] = getattr(module, name)
    return verbs


def _has_actor(verb: Verb) -> bool:
    return typing.get_type_hints(verb).get("actor") is Actor


def test_every_verb_receives_an_actor_or_a_proof() -> None:
    verbs = _verbs()
    bare = {
        name
        for name, verb in verbs.items()
        if not _has_actor(verb)
        and not set(inspect.signature(verb).parameters) & set(BY_SECRET)
        # Work of the outbox is permitted by its claim, which was put there by a verb.
        and not any(Claim in typing.get_args(hint) for hint in typing.get_type_hints(verb).values())
    }

    assert len(verbs) > 40
    assert bare == {"service.operations.staff.sessions.begin"}


def _value(name: str, kind: Any) -> Any:
    """Something that fits a parameter."""
    if name in WORDS and not dataclasses.is_dataclass(kind):
        return WORDS[name]
    if name.endswith("_id"):
        return "1" if kind is str else 1
    kinds = typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
    kind = kinds[0]
    origin = typing.get_origin(kind) or kind
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        make: Any = kind
        return make(**{one.name: _value(one.name, hints[one.name]) for one in _fields(kind)})
    if inspect.isclass(origin) and issubclass(origin, Enum):
        return next(iter(origin))
    if origin in (Mapping, dict):
        return {}
    if origin in (Sequence, list, tuple):
        return []
    return {int: 1, str: "x", bool: True}[kind]


def _fields(kind: Any) -> list[Any]:
    return [
        one
        for one in dataclasses.fields(kind)
        if one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING
    ]


def _refused(world: World, verb: Verb, actor: Actor) -> bool:
    """Call a verb with what fits; whether the actor was refused, whatever else came of it."""
    hints = typing.get_type_hints(verb)
    given = {
        name: world.context
        if hints[name] is Context
        else actor
        if hints[name] is Actor
        else _value(name, hints[name])
        for name, parameter in inspect.signature(verb).parameters.items()
        if parameter.default is inspect.Parameter.empty or name in WORDS
    }
    try:
        verb(**given)
    except (NotFound, NotPermitted):
        return True
    except DomainError:
        return False
    return False


def _all_rows(world: World) -> dict[str, list[Any]]:
    with world.context.database.reading() as session:
        return {
            table.name: sorted(map(tuple, session.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def _full(world: World) -> None:
    """The first row of everything, all in the one shop."""
    order = sell_to(world, name="Sari", email="sari@example.test")
    world.rate(1, "rusak", order)
    post_unreadable(world)
    world.work()
    decisions.approve(world.context, world.case().id, world.owner, changed=refund(order))
    tokens.add_token(world.context, world.owner, "t")


def _stranger(world: World) -> Actor:
    """An owner, but of another shop."""
    seller_id = accounts.add_seller(world.context, OPERATOR, "stranger@example.test", {})
    other = connections.add_shop(world.context, OPERATOR, "Toko Lain", zone="Asia/Jakarta")
    owner = Membership(SellerRole.OWNER)
    members.set_membership(world.context, other, seller_id, OPERATOR, owner)
    return world.actor(seller_id)


def test_no_verb_changes_anything_for_a_stranger(world: World) -> None:
    _full(world)
    stranger = _stranger(world)
    before = _all_rows(world)
    verbs = {name: verb for name, verb in _verbs().items() if _has_actor(verb)}

    changed = set()
    for name, verb in verbs.items():
        refused = _refused(world, verb, stranger)
        if not refused or _all_rows(world) != before:
            changed.add(name)
            before = _all_rows(world)

    # What one does to oneself, and a shop of one's own beside.
    assert {name.removeprefix("service.operations.") for name in changed} == {
        "shops.connections.add_shop",
        "staff.accounts.change_password",
        "staff.accounts.set_language",
        "staff.tokens.add_token",
    }


def test_every_verb_is_open_to_somebody(world: World) -> None:
    """Else the test above could not fail: what it tries would be refused to everybody."""
    _full(world)
    verbs = {name: verb for name, verb in _verbs().items() if _has_actor(verb)}
    entitled = (world.owner, OPERATOR, BUYER, CLOCK)

    closed = {
        name
        for name, verb in verbs.items()
        if all(_refused(world, verb, actor) for actor in entitled)
    }

    assert closed == set()


def _approve(world: World, context: Context, case_id: int, seller: Actor, minor: int) -> None:
    order_id = int(next(case.order_id for case in world.cases() if case.id == case_id))
    decisions.approve(context, case_id, seller, changed=refund(order_id, minor))


def _weekly(world: World, *, each: int, week: int) -> Actor:
    return world.seller("w@example.test", SellerRole.AGENT, {"IDR": Limit(each, week)})


def test_week_of_an_agent_is_counted_from_the_agents_own_decisions(world: World) -> None:
    seller, other = _weekly(world, each=500_000, week=1_000_000), agent(world, IDR=500_000)
    for number in range(5):
        rated(world, text=f"Barang rusak {number}")
    cases = [case.id for case in world.cases()]
    _approve(world, world.context, cases[0], other, 500_000)
    for case_id in cases[1:3]:
        _approve(world, world.context, case_id, seller, 500_000)
        world.clock.move(days=1)

    with pytest.raises(OverLimit, match="seven days"):
        _approve(world, world.context, cases[3], seller, 100)
    world.clock.move(days=5, seconds=1)
    _approve(world, world.context, cases[3], seller, 500_000)
    with pytest.raises(OverLimit, match="seven days"):
        _approve(world, world.context, cases[4], seller, 100)


def test_what_was_taken_back_does_not_count(world: World) -> None:
    seller = _weekly(world, each=500_000, week=500_000)
    for number in range(2):
        rated(world, text=f"Barang rusak {number}")
    first, second = world.cases()
    _approve(world, world.context, first.id, seller, 500_000)
    with world.context.database.transaction() as session:
        session.get_one(MakeGood, 1).state = "needs_attention"

    make_goods.cancel(world.context, 1, actor=seller)

    _approve(world, world.context, second.id, seller, 500_000)


def test_two_decisions_made_at_once_keep_within_the_week(world: World) -> None:
    seller, other = _weekly(world, each=500_000, week=1_000_000), another_process(world)
    for number in range(6):
        rated(world, text=f"Barang rusak {number}")
    contexts = [world.context, other.context] * 3
    acts: list[Callable[[], None]] = [
        partial(_approve, world, context, case.id, seller, 500_000)
        for context, case in zip(contexts, world.cases(), strict=True)
    ]

    given = at_once(acts)

    assert sorted(type(one).__name__ for one in given) == ["NoneType"] * 2 + ["OverLimit"] * 4
    with world.context.database.reading() as session:
        assert len(session.scalars(select(Decision)).all()) == 2
    other.close()


def test_agent_pays_nothing_again_above_the_limit(world: World) -> None:
    rated(world)
    _approve(world, world.context, world.case().id, world.owner, 1_000_000)
    with world.context.database.transaction() as session:
        session.get_one(MakeGood, 1).state = "needs_attention"

    with pytest.raises(OverLimit):
        make_goods.try_again(
            world.context, 1, actor=agent(world, IDR=999_900), surely_not_done=True
        )


def test_role_taken_away_counts_at_once(world: World) -> None:
    rated(world)
    seller = agent(world, IDR=10**9)
    members.end_membership(world.context, world.shop_id, seller.id, world.owner)

    with pytest.raises(NotFound):
        _approve(world, world.context, world.case().id, seller, 100)
