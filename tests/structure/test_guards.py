"""Every route of the running application names its guard, and the guard turns strangers away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from service.app import create_app
from service.domain.staff.authority import OF_ROLE, OPERATOR, Membership, Permission, SellerRole
from service.operations.endpoints import endpoints
from service.operations.notices import addresses
from service.operations.shops import connections
from service.operations.staff import accounts, members, sessions, tokens
from tests.web.pages import post_unreadable
from tests.world import World

GUARDS = {"open", "link", "seller", "token", *Permission}
OPEN = {
    "api.openapi",
    "api.reference",
    "api.reference_of_call",
    "api.reference_of_value",
    "auth.link_page",
    "auth.sign_in",
    "auth.sign_in_page",
    "auth.use_link",
    "health.live",
    "health.ready",
    "invitations.join",
    "invitations.join_page",
    "password_reset.ask",
    "password_reset.ask_page",
    "password_reset.page",
    "password_reset.set_password",
    "public_voices.block",
    "public_voices.feed",
    "second_step.confirm",
    "second_step.page",
    "static",
}
"""Routes that need neither sign-in nor link; whoever adds one says so here."""


@pytest.fixture(scope="module")
def app(world: World) -> Flask:
    made = create_app(world.wired)
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def _guard(app: Flask, rule: Rule) -> str:
    # Flask's own view of the files in the static folder.
    view = app.view_functions[rule.endpoint]
    return "open" if rule.endpoint == "static" else str(getattr(view, "guard", "none"))


def _path(rule: Rule, **given: object) -> str:
    whole = set(re.findall(r"<int:(\w+)>", rule.rule))
    values: dict[str, object] = {name: 1 if name in whole else "x" for name in rule.arguments}
    values |= {name: value for name, value in given.items() if name in values}
    built = rule.build(values)
    assert built is not None
    return built[1]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("guards")
    made = World(f"sqlite:///{folder / 'makegood.db'}", folder)
    made.rate(1, "Barang rusak")
    tokens.add_token(made.context, made.owner, "of the first shop")
    sessions.begin(made.context, made.owner.id)
    endpoints.add(
        made.context,
        made.shop_id,
        made.owner,
        name="Gudang",
        url="http://127.0.0.1:9/hooks",
        kinds=["case.closed"],
    )
    addresses.add_address(made.context, made.owner, "", "")
    post_unreadable(made)
    made.work()
    yield made
    made.close()


def test_every_route_names_its_guard(app: Flask) -> None:
    assert {
        rule.endpoint for rule in app.url_map.iter_rules() if _guard(app, rule) not in GUARDS
    } == set()


def test_what_is_open_to_all_is_listed(app: Flask) -> None:
    found = {rule.endpoint for rule in app.url_map.iter_rules() if _guard(app, rule) == "open"}

    assert found == OPEN


def test_every_guard_turns_strangers_away(app: Flask) -> None:
    client = app.test_client()
    refused: dict[str, int] = {
        "seller": 303,
        "token": 401,
        "link": 404,
        **dict.fromkeys(Permission, 303),
    }
    tried = 0
    for rule in app.url_map.iter_rules():
        expected = refused.get(_guard(app, rule))
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            if expected is not None:
                answer = client.open(_path(rule), method=method)
                assert answer.status_code == expected, (method, rule.rule)
                tried += 1

    assert tried > 30


@pytest.mark.parametrize("role", list(SellerRole))
def test_role_opens_what_it_may_and_nothing_else(
    app: Flask, world: World, role: SellerRole
) -> None:
    """Every route that asks for a permission, with what belongs to the seller's own shop."""
    seller = world.seller(f"{role}.of.shop@example.test", role)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["key"] = sessions.begin(world.context, seller.id)
    refused, opened = 0, 0
    for rule in app.url_map.iter_rules():
        guard = _guard(app, rule)
        if guard not in {*Permission, "seller"}:
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            if (method == "POST" and guard == "seller") or "token" in rule.arguments:
                continue
            if guard == "seller" or Permission(guard) in OF_ROLE[role]:
                if method == "GET":
                    assert client.get(_path(rule, **_real(world))).status_code != 403, rule.rule
                    opened += 1
            else:
                path = _path(rule, **_real(world))
                assert client.open(path, method=method).status_code == 403, (method, rule.rule)
                refused += 1

    assert opened > 5
    assert refused > 15 or role is SellerRole.OWNER


def _real(world: World) -> dict[str, str]:
    return {
        "reference": world.case().reference,
        "adapter": "standard",
        "key": "receipt",
        "language": "id",
    }


def _words(body: bytes) -> str:
    """What an answer says; a workbook is a folder of texts."""
    if not body.startswith(b"PK"):
        return body.decode()
    with ZipFile(BytesIO(body)) as folder:
        return " ".join(folder.read(name).decode() for name in folder.namelist())


def _of_another_shop(app: Flask, world: World) -> tuple[FlaskClient, dict[str, str]]:
    """A browser and a program of an owner, but of another shop."""
    seller_id = accounts.add_seller(world.context, OPERATOR, "other@example.test", {})
    shop_id = connections.add_shop(world.context, OPERATOR, "Lain", zone="Asia/Jakarta")
    owner = Membership(SellerRole.OWNER)
    members.set_membership(world.context, shop_id, seller_id, OPERATOR, owner)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["key"] = sessions.begin(world.context, seller_id)
    token = tokens.add_token(world.context, world.actor(seller_id), "t")
    return client, {"Authorization": f"Bearer {token}"}


def test_what_belongs_to_another_shop_is_not_there(app: Flask, world: World) -> None:
    """Every route that names something of a shop; and no other page tells of it."""
    client, program = _of_another_shop(app, world)
    reference, inside = world.case().reference, ("Toko Uji", "Barang rusak", "owner@example.test")
    named, told = 0, []
    for rule in app.url_map.iter_rules():
        guard = _guard(app, rule)
        if guard not in {"seller", "token", *Permission}:
            continue
        headers = program if guard == "token" else {}
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            path = _path(
                rule, reference=reference, adapter="standard", key="receipt", language="id"
            )
            answer = client.open(path, method=method, headers=headers)
            if rule.arguments:
                assert answer.status_code == 404, (method, rule.rule)
                named += 1
            told += [(path, word) for word in (*inside, reference) if word in _words(answer.data)]

    assert told == []
    assert named > 10
