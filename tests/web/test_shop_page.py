"""The shop's and the connection's page: what is typed is saved, or refused and still there."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests
from sqlalchemy import select

from service.app import create_app
from service.db.models import Connection, OutboxRow, Shop
from service.operations.shops import connections
from tests.web.pages import form_of, refusals_of, text_of
from tests.world import World

TAB = re.compile(r'<a\s[^>]*aria-current="page">\s*(\w+)')


def _shop(world: World) -> Shop:
    with world.context.database.reading() as session:
        return session.get_one(Shop, world.shop_id)


def _save(world: World, section: str, **changes: Any) -> requests.Response:
    """Send one form of the shop's page with some fields changed, None for a box without its tick."""
    browser = world.browser()
    form = {**form_of(browser.get(f"/shops/1/{section}")), **changes}
    if section == "messages" and "days" not in changes:
        form["days"] = ["0", "1", "2", "3", "4", "5"]
    sent = {name: value for name, value in form.items() if value is not None}
    return browser.post(f"/shops/1/{section}", sent)


def _limits(currency: str, each: str, shop_day: str, buyer_day: str) -> dict[str, str]:
    amounts = {"each": each, "shop_day": shop_day, "buyer_day": buyer_day}
    row = {"currency": currency, **amounts}
    return {f"rows-0-{name}": value for name, value in row.items()}


@pytest.mark.parametrize("section", ["about", "automatic", "messages"])
def test_unchanged_form_changes_nothing(world: World, section: str) -> None:
    limits = {"each": 5_000_000, "shop_day": 50_000_000, "buyer_day": 5_050_000}
    world.set_shop(
        automatic={"IDR": limits, "SGD": {"each": 1_050, "shop_day": 99_999, "buyer_day": 1_050}},
        asking={"invitations": True, "lawful_basis": ["ID", "SG"]},
    )
    before = _shop(world)

    answer = _save(world, section)

    after = _shop(world)
    assert "Saved." in text_of(answer)
    for name in ("name", "zone", "country", "language", "automatic", "playbook"):
        assert getattr(after, name) == getattr(before, name), name
    assert (after.asking["lawful_basis"], after.asking["invitations"]) == (["ID", "SG"], True)
    if section == "messages":
        assert after.follow_ups["days"] == [0, 1, 2, 3, 4, 5]


def test_everything_typed_is_saved(world: World) -> None:
    _save(world, "about", name="Toko Baru", zone="Asia/Makassar")
    _save(world, "automatic", **_limits("idr", "50000", "500.000", "50.000"))
    _save(
        world,
        "messages",
        confirmation_hours="1",
        resolution_check_hours="48",
        opens="09:00",
        closes="17:30",
        days=["0", "1", "2", "3", "4", "6"],
        postal_address="Jl. Mawar 1",
    )

    shop = _shop(world)
    assert (shop.name, shop.zone) == ("Toko Baru", "Asia/Makassar")
    assert shop.automatic == {
        "IDR": {"each": 5_000_000, "shop_day": 50_000_000, "buyer_day": 5_000_000}
    }
    assert (shop.follow_ups["confirmation_hours"], shop.follow_ups["opens"]) == (1, "09:00")
    assert shop.follow_ups["days"] == [0, 1, 2, 3, 4, 6]
    assert shop.asking["postal_address"] == "Jl. Mawar 1"


WRONG = [
    ("about", {"zone": "Mars/Base"}, "about-zone", "“Mars/Base” is no time zone."),
    ("about", {"country": "IDN"}, "about-country", "“IDN” is no country code."),
    ("about", {"name": " "}, "about-name", "Give the shop a name."),
    ("automatic", _limits("RPX", "5", "5", "5"), "rows-0-currency", "Choose the currency"),
    ("automatic", _limits("", "5", "5", "5"), "rows-0-currency", "Choose the currency"),
    ("automatic", _limits("IDR", "banyak", "5", "5"), "rows-0-each", "“banyak” is not an amount."),
    ("automatic", _limits("IDR", "5", "", "5"), "rows-0-shop_day", "Enter an amount."),
    ("messages", {"silent_hours": "tiga"}, "silent_hours", "“tiga”: enter the hours as"),
    ("messages", {"closes": "07:00"}, "closes", "Must be later in the day than opens"),
    ("messages", {"lawful_basis": "Indonesia"}, "lawful_basis", "“INDONESIA” is no country code."),
    ("messages", {"days": []}, "days", "Choose at least one day"),
]


@pytest.mark.parametrize(
    ("section", "typed", "field", "told"), WRONG, ids=[f"{each[0]}-{each[2]}" for each in WRONG]
)
def test_refusal_stands_beside_the_field_and_all_that_was_typed_stays(
    world: World, section: str, typed: dict[str, Any], field: str, told: str
) -> None:
    before = _shop(world)

    answer = _save(world, section, **typed)

    assert answer.status_code == 422
    (refused,) = refusals_of(answer).items()
    assert refused[0] == field
    assert told in refused[1]
    kept = form_of(answer)
    for name, value in typed.items():
        assert not value or value.strip() in kept[name], name
    assert (_shop(world).zone, _shop(world).automatic) == (before.zone, {})


def test_all_that_is_wrong_is_said_at_once(world: World) -> None:
    answer = _save(world, "about", name="", zone="Mars", country="XX")

    assert set(refusals_of(answer)) == {"about-name", "about-zone", "about-country"}


def test_new_shop_with_a_wrong_zone_keeps_what_was_typed(world: World) -> None:
    typed = {"name": "Toko Dua", "zone": "Mars/Base", "country": "ID", "language": "id"}

    answer = world.browser().post("/shops", typed)

    assert answer.status_code == 422
    assert form_of(answer)["name"] == "Toko Dua"


def test_connecting_with_a_missing_entry_keeps_the_others(world: World) -> None:
    form = {"name": "Woo", "roles": ["reviews"], "base_url": "https://s.example", "threshold": "2"}

    answer = world.browser().post("/shops/1/connect/woocommerce", form)

    assert answer.status_code == 422
    kept = form_of(answer)
    assert (kept["name"], kept["base_url"], kept["threshold"]) == ("Woo", "https://s.example", "2")


def test_test_button_tells_what_works(world: World) -> None:
    answer = world.browser().post("/connections/1/test", {})

    assert "✓ Sandbox: works" in text_of(answer)
    assert "All of it works." in text_of(answer)


def test_test_button_tells_what_to_mend(world: World) -> None:
    browser = world.browser()
    form = form_of(browser.get("/connections/1"))

    saved = browser.post(
        "/connections/1/change", {**form, "roles": ["orders"], "name": "Toko", "api_key": "wrong"}
    )
    again = browser.post("/connections/1/test", {})

    for answer in (saved, again):
        assert "✗ Sandbox: The sandbox refused the key: enter the one it printed." in text_of(
            answer
        )
        kept = form_of(answer)
        assert (kept["name"], kept["base_url"]) == ("Toko", f"{world.url}/sandbox")


def _connect(world: World, api_key: str) -> tuple[Connection, requests.Response]:
    form = {"name": "Second", "roles": ["orders"], "threshold": "3", "api_key": api_key}
    form["base_url"] = f"{world.url}/sandbox"
    answer = world.browser().post("/shops/1/connect/sandbox", form)
    with world.context.database.reading() as session:
        newest = session.scalars(select(Connection).order_by(Connection.id.desc())).first()
    assert newest is not None
    return newest, answer


def test_new_connection_is_tested_at_once(world: World) -> None:
    _, good = _connect(world, "test-key")
    connection, bad = _connect(world, "wrong")

    assert "✓ Sandbox: works" in text_of(good)
    assert "✗ Sandbox: The sandbox refused the key: enter the one it printed." in text_of(bad)
    assert f'action="/connections/{connection.id}/change"' in bad.text
    assert form_of(bad)["name"] == "Second"


def test_secret_is_shown_once_beside_its_address(world: World) -> None:
    connection, answer = _connect(world, "test-key")
    secret = connections.webhook_secret(world.context, connection)

    page = world.browser().get(f"/connections/{connection.id}").text

    for shown in (answer.text, page):
        assert f"/webhooks/{connection.public_id}</textarea>" in shown
    assert secret in answer.text
    assert secret not in page
    assert "Replace the secret" in page


def test_new_secret_is_shown_once_when_replaced(world: World) -> None:
    old = connections.webhook_secret(world.context, world.connection())
    browser = world.browser()

    page = browser.post("/connections/1/webhook-secret", {"webhook_secret": ""}).text

    new = connections.webhook_secret(world.context, world.connection())
    assert new != old
    assert new in page
    assert new not in browser.get("/connections/1").text


def _polled(world: World) -> bool:
    with world.context.database.reading() as session:
        row = session.query(OutboxRow).filter_by(kind="poll", ref_id=world.connection_id).one()
        return row.done_at is None


def test_roles_are_changed_and_polling_follows(world: World) -> None:
    browser = world.browser()
    form = form_of(browser.get("/connections/1"))

    browser.post("/connections/1/change", {**form, "roles": ["orders", "messages"]})
    without = (world.connection().roles, _polled(world))
    browser.post("/connections/1/change", {**form, "roles": ["reviews", "orders"]})

    assert without == (["orders", "messages"], False)
    assert (world.connection().roles, _polled(world)) == (["reviews", "orders"], True)


def test_connection_without_a_role_is_refused(world: World) -> None:
    browser = world.browser()
    form = form_of(browser.get("/connections/1"))
    form.pop("roles", None)

    answer = browser.post("/connections/1/change", {**form, "name": "Baru"})

    assert answer.status_code == 422
    assert "Choose what it is used for" in refusals_of(answer)["roles"]
    assert form_of(answer)["name"] == "Baru"
    with world.context.database.reading() as session:
        assert session.get_one(Connection, world.connection_id).name == "Sandbox"


def test_every_page_of_a_shop_stands_below_the_tab_of_shops(world: World) -> None:
    addresses = [
        rule.rule.replace("<int:shop_id>", str(world.shop_id))
        for rule in create_app(world.wired).url_map.iter_rules()
        if rule.rule.startswith("/shops/") and rule.arguments == {"shop_id"}
        if "GET" in (rule.methods or ()) and not rule.rule.endswith("/file")
    ]
    browser = world.browser()

    tabs = {
        address: TAB.findall(browser.get(address).text.partition("<main")[0])
        for address in addresses
    }

    assert tabs == {address: ["Shops"] for address in addresses}
    assert len(addresses) > 10
