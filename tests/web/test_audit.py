"""The page of changes, and that no form changes anything without leaving one there."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.app import create_app
from service.db.audited import AUDITED
from service.db.models import Audit
from service.domain.staff.authority import OPERATOR, Membership, SellerRole
from service.operations.shops import connections
from service.operations.staff import accounts, members
from service.web.audit_words import CHANGES
from tests.operations.test_audit import OWN_VIEWS, SELF_KEPT
from tests.operations.verbs import all_rows, fill
from tests.web.pages import people, text_of
from tests.web.walking import (
    forms_of,
    linked_pages,
    put_off,
    sign_in,
    signed_in,
    unlinked_forms,
)
from tests.world import World


def test_every_change_has_words() -> None:
    columns = {
        f"{table.__tablename__}.{column}"
        for table, audited in AUDITED.items()
        for column in audited.columns
    }
    added = {f"{table.__tablename__}.added" for table in AUDITED}

    assert columns | added <= set(CHANGES)


def test_setting_is_named_as_its_form_names_it(world: World) -> None:
    world.set_shop(follow_ups={"silent_hours": 9, "days": [0, 6]}, asking={"invitations": False})
    world.set_shop(asking={"invitations": True, "lawful_basis": ["ID", "SG"]})

    page = text_of(world.browser().get("/audit"))

    assert "Toko Uji: Hours without an answer that count as none" in page
    assert "Toko Uji: Invite buyers to update their review" in page
    assert "no → yes" in page
    assert "Indonesia, Singapore" in page
    assert "Mon, Sun" in page
    assert "silent_hours" not in page


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


def test_no_form_changes_anything_in_silence(world: World) -> None:
    """Each button of each form that an owner finds by following links is pressed, and every other
    route that takes a form is sent one."""
    fill(world)
    people(world)
    put_off(world)
    app, client = signed_in(world)
    presser = _Presser(app, world)

    for address, page in linked_pages(client).items():
        for action, fields in forms_of(page):
            presser.press(client, action or address, fields)
    found = set(presser.endpoints)
    for address, fields in unlinked_forms(app, world, found):
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

    def press(self, client: FlaskClient, address: str, fields: dict[str, Any]) -> None:
        with self._app.test_request_context():
            adapter = self._app.url_map.bind("")
            endpoint = adapter.match(address.partition("?")[0], method="POST")[0]
        self.endpoints.append(str(endpoint))
        before = all_rows(self._world)
        answer = client.post(address, data=fields)
        assert answer.status_code < 500, address
        after = all_rows(self._world)
        differ = {name for name in after if after[name] != before[name]} - SELF_KEPT - OWN_VIEWS
        self.changed += bool(differ)
        if differ and not differ & {"history", "audit"}:
            self.silent.add((str(endpoint), *sorted(differ)))
        # Some end the session, one leads every page to setting up a second factor.
        self._world.set_shop(second_factor=False)
        sign_in(client, self._world)
