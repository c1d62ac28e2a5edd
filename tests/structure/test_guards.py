"""Every route of the running application names its guard, and the guard turns strangers away."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from service.app import create_app
from tests.world import World

GUARDS = {"open", "link", "seller", "owner", "token"}
OPEN = {
    "api.openapi",
    "auth.link_page",
    "auth.sign_in",
    "auth.sign_in_page",
    "auth.use_link",
    "health.live",
    "health.ready",
    "static",
}
"""Routes that need neither sign-in nor link; whoever adds one says so here."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("guards")
    world = World(f"sqlite:///{folder / 'makegood.db'}", folder)
    yield create_app(world.wired)
    world.close()


def _guard(app: Flask, rule: Rule) -> str:
    # Flask's own view of the files in the static folder.
    view = app.view_functions[rule.endpoint]
    return "open" if rule.endpoint == "static" else str(getattr(view, "guard", "none"))


def _path(rule: Rule) -> str:
    whole = set(re.findall(r"<int:(\w+)>", rule.rule))
    values: dict[str, object] = {name: 1 if name in whole else "x" for name in rule.arguments}
    built = rule.build(values)
    assert built is not None
    return built[1]


def test_every_route_names_its_guard(app: Flask) -> None:
    assert {
        rule.endpoint for rule in app.url_map.iter_rules() if _guard(app, rule) not in GUARDS
    } == set()


def test_what_is_open_to_all_is_listed(app: Flask) -> None:
    found = {rule.endpoint for rule in app.url_map.iter_rules() if _guard(app, rule) == "open"}

    assert found == OPEN


def test_every_guard_turns_strangers_away(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    refused = {"seller": 303, "owner": 303, "token": 401, "link": 404}
    tried = 0
    for rule in app.url_map.iter_rules():
        expected = refused.get(_guard(app, rule))
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            if expected is not None:
                answer = client.open(_path(rule), method=method)
                assert answer.status_code == expected, (method, rule.rule)
                tried += 1

    assert tried > 30
