"""Every page and every form of the application: found by following links, and by its routes."""

from __future__ import annotations

import html
import inspect
import re
import sys
from collections.abc import Collection, Iterator
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.app import create_app
from service.db.models import OutboxRow
from service.domain.staff.authority import Actor
from service.operations.staff import sessions
from tests.world import World


def signed_in(world: World) -> tuple[Flask, FlaskClient]:
    """The application, which here asks no token of a form, and a client of it signed in as the owner."""
    app = create_app(world.wired)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    sign_in(client, world)
    return app, client


def sign_in(client: FlaskClient, world: World, seller: Actor | None = None) -> None:
    """Sign this client in, as the owner unless told, with nothing left of who used it before."""
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie["key"] = sessions.begin(world.context, (seller or world.owner).id)


ALIKE = re.compile(r"(/api/v1/docs/\w+/).*")
"""Pages of one template in hundreds: one of each kind stands for all (all: test_api_reference)."""


def linked_pages(client: FlaskClient, *beginnings: str) -> dict[str, str]:
    """Every page that can be opened, by following links from the first and from these; none may fail."""
    seen: dict[str, str] = {}
    kinds: set[str] = set()
    waiting = ["/", *beginnings]
    while waiting:
        address = waiting.pop()
        kind = ALIKE.sub(r"\1", address)
        if address in seen or kind in kinds:
            continue
        if kind != address:
            kinds.add(kind)
        answer = client.get(address)
        assert answer.status_code < 500, (address, answer.status_code)
        seen[address] = answer.text if answer.mimetype == "text/html" else ""
        links = re.findall(r'href="(/[^"?#]*)', seen[address])
        waiting += [link for link in links if not link.startswith(("/static", "/sandbox"))]
    return seen


def forms_of(page: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Address and likely fields of each form of a page, for each of its buttons."""
    for attributes, inside in re.findall(r"<form([^>]*)>(.*?)</form>", page, re.DOTALL):
        action = re.search(r'action="([^"]*)"', attributes)
        for button in re.findall(r"<button([^>]*)>", inside):
            told = dict(re.findall(r'(\w+)="([^"]*)"', button))
            pressed = {told["name"]: told.get("value", "")} if "name" in told else {}
            address = told.get("formaction") or (action.group(1) if action else "")
            if 'method="post"' in attributes:
                yield html.unescape(address).partition("#")[0], {**_fields(inside), **pressed}


def _fields(inside: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", inside):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        kind, name = attributes.get("type", "text"), attributes.get("name")
        if name is None or (kind == "radio" and " checked" not in tag):
            continue
        # Each box is turned over and each text is changed, so that saving changes something.
        if kind == "checkbox":
            if " checked" not in tag:
                fields[name] = attributes.get("value", "on")
        else:
            fields[name] = attributes.get("value", "") or _typed(kind, name)
    for name, inner in re.findall(r'<select[^>]*name="([\w-]+)"[^>]*>(.*?)</select>', inside, re.S):
        values = re.findall(r'<option value="([^"]*)"(?![^>]*selected)', inner)
        fields[name] = next((value for value in values if value), "")
    for name, text in re.findall(
        r'<textarea[^>]*name="([\w-]+)"[^>]*>(.*?)</textarea>', inside, re.S
    ):
        fields[name] = text
    return fields


def _typed(kind: str, name: str) -> str:
    by_kind = {"email": "baru@example.test", "password": "a long password", "date": "2026-11-01"}
    by_name = {"order_id": "1", "each": "100", "week": "", "currency": "IDR", "amount": "1.000"}
    return by_kind.get(kind) or by_name.get(name, "Baru")


def put_off(world: World) -> None:
    """Some work waits for its connection, so that the waiting page offers to try it now."""
    with world.context.database.transaction() as session:
        row = session.scalars(select(OutboxRow).where(OutboxRow.done_at.is_(None))).first()
        assert row is not None
        row.tries = 1


def unlinked_forms(
    app: Flask, world: World, found: Collection[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Address and likely fields of every other route that takes a form: what its module reads by name."""
    names = {"reference": world.cases()[0].reference, "key": "receipt", "language": "id"}
    likely = {"order_id": "1", "candidate": "1", "reason": "x", "code": "C", "text": "Halo"}
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        is_form = "POST" in (rule.methods or set()) and getattr(view, "guard", "") != "token"
        if is_form and rule.endpoint not in found:
            numbers = dict.fromkeys(re.findall(r"<int:(\w+)>", rule.rule), 1)
            values = {name: {**numbers, **names}.get(name, "x") for name in rule.arguments}
            built = rule.build(values)
            assert built is not None
            source = inspect.getsource(sys.modules[view.__module__])
            read = re.findall(r'form(?:\.get|\.getlist)?[\[(]"(\w+)"', source)
            yield built[1], {**dict.fromkeys(read, "1"), **likely}
