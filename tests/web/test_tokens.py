"""Tokens of programs: what they may do, until when, and what is seen of their use."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import requests
from alembic import command
from sqlalchemy import select, text

from service.app import create_app
from service.db import migrations
from service.db.models import ApiToken, Audit
from service.domain.errors import WrongInput
from service.domain.staff.authority import OF_PROGRAMS, OPERATOR, Permission, SellerRole
from service.operations.staff import tokens
from tests.operations.steps import rated
from tests.web.pages import form_of, refusals_of, text_of
from tests.world import World


def _call(world: World, token: str, path: str, body: object = None) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    method = "GET" if body is None else "POST"
    address = f"{world.url}/api/v1{path}"
    return requests.request(method, address, json=body, headers=headers, timeout=10).status_code


def _row(world: World) -> ApiToken:
    with world.context.database.reading() as session:
        return session.scalars(select(ApiToken).order_by(ApiToken.id.desc())).all()[0]


def test_scopes_bound_what_the_owners_program_may_do(world: World) -> None:
    rated(world)
    path = f"/cases/{world.case().reference}"
    reads = tokens.add_token(world.context, world.owner, "reads", [Permission.LOOK])
    decides = tokens.add_token(world.context, world.owner, "decides", [Permission.DECIDE])

    assert (_call(world, reads, path), _call(world, reads, f"{path}/approve", {"number": 0})) == (
        200,
        403,
    )
    assert (_call(world, decides, path), _call(world, decides, "/cases")) == (403, 403)
    assert _call(world, decides, f"{path}/approve", {"number": 0}) == 200


def test_scopes_add_nothing_to_what_the_seller_may(world: World) -> None:
    rated(world)
    viewer = world.seller("viewer@example.test", SellerRole.VIEWER)
    token = tokens.add_token(world.context, viewer, "t", OF_PROGRAMS)

    path = f"/cases/{world.case().reference}/approve"
    assert _call(world, token, path, {"number": 0}) == 403


def test_every_address_of_the_api_asks_for_what_a_token_may_be_given(world: World) -> None:
    app = create_app(world.wired)
    asked = {
        getattr(view, "permission", None)
        for endpoint, view in app.view_functions.items()
        if endpoint.startswith("api.") and not endpoint.startswith(("api.openapi", "api.reference"))
    }

    assert asked == OF_PROGRAMS


def test_token_ends_by_itself(world: World) -> None:
    token = tokens.add_token(world.context, world.owner, "t", life=timedelta(days=30))
    before = _call(world, token, "/cases")
    world.clock.move(days=29, hours=23)
    at_last = _call(world, token, "/cases")

    world.clock.move(hours=1, seconds=1)

    assert (before, at_last, _call(world, token, "/cases")) == (200, 200, 401)


@pytest.mark.parametrize("life", [timedelta(), timedelta(days=-1), timedelta(days=366)])
def test_token_without_a_near_end_is_refused(world: World, life: timedelta) -> None:
    with pytest.raises(WrongInput):
        tokens.add_token(world.context, world.owner, "t", life=life)


def test_last_use_is_noted_now_and_then_and_in_no_audit(world: World) -> None:
    token = tokens.add_token(world.context, world.owner, "t")
    before = _row(world).used_at
    _call(world, token, "/cases")
    first = _row(world).used_at
    world.clock.move(minutes=14)
    _call(world, token, "/cases")
    same = _row(world).used_at
    world.clock.move(minutes=1)
    _call(world, token, "/cases")

    assert (before, same) == (None, first)
    assert _row(world).used_at == world.clock.now()
    with world.context.database.reading() as session:
        told = session.scalars(select(Audit.what).where(Audit.what.like("api_token%"))).all()
    assert told == ["api_token.added"]


@pytest.mark.parametrize("language", ["en", "id"])
def test_token_is_made_shown_once_and_ended_on_its_page(world: World, language: str) -> None:
    browser = world.browser()
    browser.post("/me/language", {"language": language})
    form = {"name": "Gudang <1>", "scopes": ["look"], "days": "30"}

    made = browser.post("/tokens", form)
    found = re.findall(r"<code>(mg_\S+)</code>", made.text)
    listed = browser.get("/tokens")

    assert _call(world, found[0], "/cases") == 200
    assert found[0] not in listed.text
    told = {
        "en": ["read cases, deliveries and what waits", "never used"],
        "id": ["membaca kasus, data masuk, dan yang perlu tindakan", "belum pernah dipakai"],
    }
    assert all(each in text_of(listed) for each in [*told[language], "Gudang <1>"])
    assert _row(world).scopes == ["look"]
    assert _row(world).expires_at == world.clock.now() + timedelta(days=30)

    browser.post(f"/tokens/{_row(world).id}/revoke", {})

    assert _call(world, found[0], "/cases") == 401
    assert "Gudang" not in text_of(browser.get("/tokens"))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": "", "scopes": ["look"], "days": "30"}, "name"),
        ({"name": "x", "days": "30"}, "scopes"),
        ({"name": "x", "scopes": ["upkeep"], "days": "30"}, "scopes"),
        ({"name": "x", "scopes": ["look"], "days": "100000"}, "days"),
        ({"name": "x", "scopes": ["look"], "days": "\u00b2"}, "days"),
    ],
)
def test_wrong_token_is_refused_beside_its_field(
    world: World, typed: dict[str, object], field: str
) -> None:
    answer = world.browser().post("/tokens", dict(typed))

    assert answer.status_code == 422
    assert set(refusals_of(answer)) == {field}
    assert form_of(answer)["name"] == typed["name"]
    with world.context.database.reading() as session:
        assert session.scalars(select(ApiToken)).all() == []


def test_tokens_from_before_may_what_they_might_and_none_gains_on_the_way_back(
    world: World,
) -> None:
    old = tokens.add_token(world.context, world.owner, "old")
    new = tokens.add_token(world.context, world.owner, "new", [Permission.LOOK])
    database = world.context.database
    with database.transaction() as session:
        session.execute(text("UPDATE api_token SET expires_at = NULL WHERE name = 'old'"))

    command.downgrade(migrations.config(database), "0026")
    migrations.migrate(database)

    rated(world)
    path = f"/cases/{world.case().reference}/approve"
    assert (_call(world, old, path, {"number": 0}), _call(world, new, "/cases")) == (200, 401)
    tokens.revoke_token(world.context, 1, OPERATOR)
    assert _call(world, old, "/cases") == 401
