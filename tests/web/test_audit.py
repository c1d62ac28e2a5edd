"""The page of changes, and that no form changes anything without leaving one there."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.app import create_app
from service.db.audit import AUDITED
from service.db.models import Audit, OutboxRow
from service.domain.staff.authority import OPERATOR, Membership, Permission, SellerRole
from service.operations.shops import connections
from service.operations.staff import accounts, members, sessions
from service.web.audit_words import CHANGES
from tests.operations.test_audit import SELF_KEPT
from tests.operations.verbs import all_rows, fill
from tests.web.pages import people, text_of
from tests.world import World


def test_every_change_has_words() -> None:
    columns = {
        f"{table.__tablename__}.{column}"
        for table, audited in AUDITED.items()
        for column in audited.columns
    }
    added = {f"{table.__tablename__}.added" for table in AUDITED}

    assert columns | added <= set(CHANGES)


def test_owner_reads_who_changed_what_and_goes_on_by_key(world: World) -> None:
    for number in range(60):
        connections.add_shop(world.context, world.owner, f"Toko {number}", zone="Asia/Jakarta")
    browser = world.browser(world.actor(world.owner.id))

    first = browser.get("/audit")
    onward = re.search(r'class="more" href="(\?before=\d+)"', first.text)
    assert onward is not None
    second = browser.get(f"/audit{onward.group(1)}")

    newest, oldest = (text_of(page).partition(" Show ")[2] for page in (first, second))
    assert "owner · Toko 59 Shop added Toko 59" in newest
    assert "Shop added Toko 20 " not in newest
    assert "Shop added Toko 20 " in oldest


def test_audit_is_narrowed_by_shop_and_by_person(world: World) -> None:
    other = connections.add_shop(world.context, world.owner, "Toko Lain", zone="Asia/Jakarta")
    second = world.seller("second@example.test", SellerRole.OWNER)
    accounts.set_language(world.context, second, "id")
    browser = world.browser(world.actor(world.owner.id))

    by_shop = text_of(browser.get(f"/audit?shop={other}"))
    by_second = text_of(browser.get(f"/audit?by={second}"))

    assert "Shop added Toko Lain" in by_shop
    assert "Toko Uji" not in by_shop.partition("Shop added")[2]
    assert "Language" in by_second
    assert "Shop added" not in by_second


def test_owner_of_one_shop_reads_nothing_of_another(world: World) -> None:
    seller_id = accounts.add_seller(world.context, OPERATOR, "lain@example.test", {})
    other = connections.add_shop(world.context, OPERATOR, "Rahasia", zone="Asia/Jakarta")
    owner = Membership(SellerRole.OWNER)
    members.set_membership(world.context, other, seller_id, OPERATOR, owner)

    mine = text_of(world.browser().get("/audit"))
    asked = text_of(world.browser().get(f"/audit?shop={other}"))

    assert "Rahasia" not in mine + asked
    assert "lain@example.test" not in mine + asked


def test_too_many_tries_to_sign_in_stand_once(world: World) -> None:
    app = create_app(world.wired)
    app.config["WTF_CSRF_ENABLED"] = False
    form = {"email": "owner@example.test", "password": "wrong"}
    for number in range(14):
        address = {"REMOTE_ADDR": f"10.0.0.{number}"}
        app.test_client().post("/sign-in", data=form, environ_base=address)
    app.test_client().post("/sign-in", data={**form, "email": "nobody@example.test"})

    with world.context.database.reading() as session:
        lines = session.scalars(select(Audit).where(Audit.what == "seller.refused")).all()

    assert [line.subject for line in lines] == [f"seller:{world.owner.id}"]


def _forms(page: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Address and fields of each form of a page, for each of its buttons."""
    for attributes, inside in re.findall(r"<form([^>]*)>(.*?)</form>", page, re.DOTALL):
        action = re.search(r'action="([^"]*)"', attributes)
        for button in re.findall(r"<button([^>]*)>", inside):
            told = dict(re.findall(r'(\w+)="([^"]*)"', button))
            pressed = {told["name"]: told.get("value", "")} if "name" in told else {}
            address = told.get("formaction") or (action.group(1) if action else "")
            if 'method="post"' in attributes:
                yield html.unescape(address), {**_fields(inside), **pressed}


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


def _pages(app: Flask, client: FlaskClient, world: World) -> dict[str, str]:
    """Every page that can be opened, by following links from the first."""
    seen: dict[str, str] = {}
    waiting = ["/"]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        answer = client.get(address)
        seen[address] = answer.text if answer.mimetype == "text/html" else ""
        links = re.findall(r'href="(/[^"?#]*)', seen[address])
        waiting += [link for link in links if not link.startswith(("/static", "/sandbox"))]
    return seen


def _put_off(world: World) -> None:
    """Some work waits for its connection, so that the waiting page offers to try it now."""
    with world.context.database.transaction() as session:
        row = session.scalars(select(OutboxRow).where(OutboxRow.done_at.is_(None))).first()
        assert row is not None
        row.tries = 1


def _unfound(app: Flask, world: World, found: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Address and likely fields of every other route of sellers that takes a form."""
    names = {"reference": world.case().reference, "key": "receipt", "language": "id"}
    fields = {"order_id": "1", "candidate": "1", "reason": "x", "code": "C", "text": "Halo"}
    for rule in app.url_map.iter_rules():
        guard = getattr(app.view_functions[rule.endpoint], "guard", "open")
        is_form = "POST" in (rule.methods or set()) and guard in {"seller", *Permission}
        if is_form and rule.endpoint not in found:
            numbers = dict.fromkeys(re.findall(r"<int:(\w+)>", rule.rule), 1)
            values = {name: {**numbers, **names}.get(name, "x") for name in rule.arguments}
            built = rule.build(values)
            assert built is not None
            yield built[1], fields


def test_no_form_changes_anything_in_silence(world: World) -> None:
    """Each button of each form that an owner finds by following links is pressed, and every other
    route that takes a form is sent one."""
    fill(world)
    people(world)
    _put_off(world)
    app = create_app(world.wired)
    app.config["WTF_CSRF_ENABLED"] = False
    client, presser = app.test_client(), _Presser(app, world)
    presser.sign_in(client)

    for address, page in _pages(app, client, world).items():
        for action, fields in _forms(page):
            presser.press(client, action or address, fields)
    found = set(presser.endpoints)
    for address, fields in _unfound(app, world, found):
        presser.press(client, address, fields)

    assert presser.silent == set()
    assert len(found) > 15
    assert presser.changed > 15


class _Presser:
    """Sends forms as the owner and notes which of them changed something in silence."""

    def __init__(self, app: Flask, world: World) -> None:
        self._app, self._world = app, world
        self.endpoints: list[str] = []
        self.silent: set[tuple[str, ...]] = set()
        self.changed = 0

    def sign_in(self, client: FlaskClient) -> None:
        with client.session_transaction() as cookie:
            cookie["key"] = sessions.begin(self._world.context, self._world.owner.id)

    def press(self, client: FlaskClient, address: str, fields: dict[str, Any]) -> None:
        with self._app.test_request_context():
            adapter = self._app.url_map.bind("")
            endpoint = adapter.match(address.partition("?")[0], method="POST")[0]
        self.endpoints.append(str(endpoint))
        before = all_rows(self._world)
        client.post(address, data=fields)
        after = all_rows(self._world)
        differ = {name for name in after if after[name] != before[name]} - SELF_KEPT
        self.changed += bool(differ)
        if differ and not differ & {"history", "audit"}:
            self.silent.add((str(endpoint), *sorted(differ)))
        # Some end the session.
        self.sign_in(client)
