"""Each name a template uses is given to it by somebody, each route it leads to is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Environment, meta, nodes

from service.app import create_app
from tests.world import World

WEB = Path(__file__).resolve().parents[2] / "service" / "web"
ENDPOINT = re.compile(r"""url_for\(\s*["']([\w.]+)["']""")
QUOTED = re.compile(r"""(?<!startswith)\(\s*'([a-z_]+\.[a-z_]*)'""")
"""How a template names a route, to `url_for` or to a macro of its own."""
TEMPLATES = sorted(str(path.relative_to(WEB / "templates")) for path in WEB.rglob("*.html"))


@pytest.fixture(name="app")
def _app(world: World) -> Flask:
    return create_app(world.wired)


def _given_by_views() -> set[str]:
    """What views hand to templates: by keyword, or in a dict of theirs."""
    trees = [ast.parse(path.read_text("utf-8")) for path in WEB.rglob("*.py")]
    return {name for tree in trees for node in ast.walk(tree) for name in _names(node)}


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.keyword) and node.arg is not None:
        yield node.arg
    if isinstance(node, ast.Dict):
        for key in node.keys:
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value


def _given_to_all(app: Flask) -> set[str]:
    with app.test_request_context():
        context: dict[str, object] = {}
        app.update_template_context(context)
        return {*context, *app.jinja_env.globals}


def _set_by_templates(environment: Environment) -> set[str]:
    """What a template sets is seen by those it includes."""
    names = set()
    for name in TEMPLATES:
        tree = environment.parse(_source(name))
        names |= {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"}
        names |= {node.name for node in tree.find_all(nodes.Macro)}
        for imported in tree.find_all((nodes.FromImport, nodes.Import)):
            if isinstance(imported, nodes.FromImport):
                names |= {each if isinstance(each, str) else each[1] for each in imported.names}
    return names


def _source(name: str) -> str:
    return (WEB / "templates" / name).read_text("utf-8")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_name_of_a_template_is_given_to_it(app: Flask) -> None:
    environment = app.jinja_env
    to_all, set_here = _given_to_all(app), _set_by_templates(environment)
    by_views = _given_by_views()

    missing = {
        (name, variable)
        for name in TEMPLATES
        for variable in meta.find_undeclared_variables(environment.parse(_source(name)))
        if variable not in to_all | by_views | set_here
    }

    assert missing == set()
    assert {"happened", "me", "word"} <= to_all


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_route_that_is_named_is_there(app: Flask) -> None:
    named = {
        (str(path.relative_to(WEB)), endpoint)
        for kind, pattern in (("*.html", QUOTED), ("*.html", ENDPOINT), ("*.py", ENDPOINT))
        for path in WEB.rglob(kind)
        for endpoint in pattern.findall(path.read_text("utf-8"))
    }

    # Where a template chooses the verb, it names the room alone.
    there = {*app.view_functions, *(f"{room}." for room in app.blueprints)}
    assert {each for each in named if each[1] not in there} == set()
    assert len(named) > 100


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_room_of_the_desk_is_called_as_its_module_and_shows_its_own_pages(app: Flask) -> None:
    rooms = {
        view.__module__.rpartition(".")[2]: endpoint.partition(".")[0]
        for endpoint, view in app.view_functions.items()
        if view.__module__.startswith("service.web.desk.")
    }
    shown = {
        name
        for path in (WEB / "desk").rglob("*.py")
        for name in re.findall(r"""["']([\w{}/]+\.html)["']""", path.read_text("utf-8"))
    }

    assert rooms == {module: module for module in rooms}
    assert {name for name in shown if not name.startswith("desk/")} <= {"join.html"}
    assert len(rooms) > 30 < len(shown)
