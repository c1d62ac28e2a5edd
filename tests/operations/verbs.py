"""Finds every verb of the operations, and calls it with whatever fits."""

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
from typing import Any

from sqlalchemy import select

import service.operations
from service.db.models import Base, Call, TextVersion, Thanks
from service.domain.errors import DomainError, NotFound, NotPermitted
from service.domain.messages.calls import CALLS
from service.domain.remedies.playbook_data import fingerprint
from service.domain.remedies.ready_made import ReadyMade, ready_made
from service.domain.remedies.thanks import Gesture
from service.domain.staff.authority import Actor, Membership, SellerRole
from service.operations.context import Context
from service.operations.endpoints import endpoints
from service.operations.messages import drafts
from service.operations.messages.drafts import Written
from service.operations.notices import addresses
from service.operations.remedies import decisions, playbooks
from service.operations.staff import invitations, sessions, tokens
from tests.operations.steps import sell_to
from tests.web.pages import post_unreadable
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


def verbs() -> dict[str, Verb]:
    """Every public function of the operations that writes in a transaction of its own."""
    found: dict[str, Verb] = {}
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
                found[f"{info.name}.{name}"] = getattr(module, name)
    return found


def has_actor(verb: Verb) -> bool:
    return hints(verb).get("actor") is Actor


def hints(verb: Verb) -> dict[str, Any]:
    """The types of a verb's parameters, also where its module knows `Context` by name only."""
    return typing.get_type_hints(verb, localns={"Context": Context})


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
        return make(
            **{field.name: _value(field.name, hints[field.name]) for field in _fields(kind)}
        )
    if inspect.isclass(origin) and issubclass(origin, Enum):
        return next(iter(origin))
    if origin in (Mapping, dict):
        return {}
    if origin in (Sequence, list, tuple):
        return []
    return {int: 1, str: "x", bool: True}[kind]


def _fields(kind: Any) -> list[Any]:
    return [
        field
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]


def refused(world: World, verb: Verb, actor: Actor) -> bool:
    """Call a verb with what fits; whether the actor was refused, whatever else came of it."""
    kinds = hints(verb)
    given = {
        name: world.context
        if kinds[name] is Context
        else actor
        if kinds[name] is Actor
        else _value(name, kinds[name])
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


def all_rows(world: World) -> dict[str, list[Any]]:
    with world.context.database.reading() as session:
        return {
            table.name: sorted(map(tuple, session.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def fill(world: World) -> None:
    """The first row of everything, all in the one shop."""
    order = sell_to(world, name="Sari", email="sari@example.test")
    world.rate(1, "rusak", order)
    post_unreadable(world)
    world.work()
    decisions.offer(world.context, world.case().id, world.owner, numbers=[0, 1], days=7)
    draft = Written("Pesanan Anda", "Halo Kak Sari, pesanan Kakak sedang kami cek ulang.")
    drafts.write(world.context, world.case().id, world.owner, draft, send=False)
    tokens.add_token(world.context, world.owner, "t")
    invitations.invite(world.context, world.owner, "Rina", {1: Membership(SellerRole.VIEWER)})
    sessions.begin(world.context, world.owner.id)
    endpoint_id, _ = endpoints.add(
        world.context,
        world.shop_id,
        world.owner,
        name="Gudang",
        url="http://127.0.0.1:9/hooks",
        kinds=["case.closed"],
    )
    endpoints.try_out(world.context, endpoint_id, world.owner)
    seen = fingerprint(ready_made(ReadyMade.BALANCED))
    careful = ready_made(ReadyMade.CAREFUL)
    playbooks.replace_playbook(world.context, world.shop_id, world.owner, careful, seen=seen)
    with world.context.database.transaction() as session:
        # Buyers of the sandbox have no telephone.
        session.add(Call(case_id=1, state=CALLS.first, tries=0, opened_at=world.clock.now()))
        # A card that waits to be written, and a text of the shop's own.
        given = Thanks(case_id=1, shop_id=1, gesture=Gesture.CARD, actor="seller:1")
        given.given_at = world.clock.now()
        session.add(given)
        text = TextVersion(
            shop_id=1, key="receipt", language="id", number=0, text={}, actor="clock"
        )
        text.created_at = world.clock.now()
        session.add(text)
    addresses.add_address(world.context, world.owner, "", "json://127.0.0.1:9/x")
