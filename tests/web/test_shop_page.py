"""The shop's and the connection's page: what is typed is saved, or refused and still there."""

from __future__ import annotations

import tomllib

import pytest
import requests

from service.db.models import Connection, OutboxRow, Shop
from service.domain.remedies import playbook_text
from service.operations.shops import connections
from tests.web.pages import form_of, text_of
from tests.world import World

RULE = """
name = "Own"
[[rules]]
name = "Everything"
[[rules.remedies]]
action = "refund"
percent = 30
"""


def _shop(world: World) -> Shop:
    with world.context.database.reading() as session:
        return session.get_one(Shop, world.shop_id)


def _save(world: World, **changes: str | None) -> requests.Response:
    """Send the shop's form with some fields changed, None for a box without its tick."""
    browser = world.browser()
    form = {**form_of(browser.get("/shops/1")), **changes}
    return browser.post("/shops/1", {name: one for name, one in form.items() if one is not None})


def test_unchanged_form_changes_nothing(world: World) -> None:
    world.set_shop(
        automatic={"IDR": {"each": 5_000_000, "shop_day": 50_000_000, "buyer_day": 5_000_000}},
        asking={"invitations": True, "lawful_basis": ["ID", "SG"]},
    )
    before = _shop(world)

    _save(world)

    after = _shop(world)
    for name in ("name", "zone", "country", "language", "automatic", "playbook"):
        assert getattr(after, name) == getattr(before, name), name
    assert (after.asking["lawful_basis"], after.asking["invitations"]) == (["ID", "SG"], True)
    assert after.follow_ups["days"] == [0, 1, 2, 3, 4, 5]


def test_everything_typed_is_saved(world: World) -> None:
    answer = _save(
        world,
        name="Toko Baru",
        automatic_currency_0="idr",
        automatic_each_0="50000",
        automatic_shop_day_0="500.000",
        automatic_buyer_day_0="50.000",
        confirmation_hours="1",
        resolution_check_hours="48",
        opens="09:00",
        closes="17:30",
        day_5=None,
        day_6="on",
        playbook=RULE,
        postal_address="Jl. Mawar 1",
    )

    shop = _shop(world)
    assert "Saved." in text_of(answer)
    assert shop.name == "Toko Baru"
    assert shop.automatic == {
        "IDR": {"each": 5_000_000, "shop_day": 50_000_000, "buyer_day": 5_000_000}
    }
    assert (shop.follow_ups["confirmation_hours"], shop.follow_ups["opens"]) == (1, "09:00")
    assert shop.follow_ups["days"] == [0, 1, 2, 3, 4, 6]
    assert shop.playbook["name"] == "Own"
    assert shop.asking["postal_address"] == "Jl. Mawar 1"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("zone", "Mars/Base", "“Mars/Base” is no time zone."),
        ("country", "IDN", "“IDN” is no country code."),
        ("automatic_currency_0", "RPX", "“RPX” is no currency."),
        ("automatic_each_0", "banyak", "“banyak” is not an amount."),
        ("automatic_currency_0", "", "“” is no currency."),
        ("resolution_check_hours", "tiga", "“tiga”: enter the hours as a whole number"),
        ("closes", "07:00", "must be later in the day than opens"),
        ("lawful_basis", "Indonesia", "“INDONESIA” is no country code."),
        ("playbook", "name = ", "The playbook is not valid TOML"),
        ("playbook", 'name = "x"\nrules = []', "must be a list with at least one rule"),
        ("name", " ", "Give the shop a name."),
    ],
)
def test_wrong_entry_is_named_and_all_that_was_typed_stays(
    world: World, name: str, value: str, told: str
) -> None:
    before = _shop(world)
    row = {f"automatic_{key}_0": "7" for key in ("each", "shop_day", "buyer_day")}
    typed = {"automatic_currency_0": "IDR", **row, "region": "KEPT", name: value}

    answer = _save(world, **typed)

    assert answer.status_code == 422
    assert told in text_of(answer)
    kept = form_of(answer)
    assert (kept[name].strip(), kept["region"]) == (value.strip(), "KEPT")
    assert (_shop(world).zone, _shop(world).automatic) == (before.zone, {})


def test_no_day_at_all_is_refused(world: World) -> None:
    answer = _save(world, **{f"day_{day}": None for day in range(7)})

    assert "Choose at least one day" in text_of(answer)


def test_shipped_playbook_is_shown_to_start_from(world: World) -> None:
    assert form_of(world.browser().get("/shops/1"))["playbook"] == playbook_text.shipped_text()


def test_own_playbook_is_shown_as_it_works(world: World) -> None:
    data = tomllib.loads(playbook_text.shipped_text())

    again = playbook_text.data_of(playbook_text.text_of(data))

    assert again == data


def test_empty_playbook_goes_back_to_the_shipped_one(world: World) -> None:
    _save(world, playbook=RULE)
    own = _shop(world).playbook

    _save(world, playbook="")

    assert own["name"] == "Own"
    assert _shop(world).playbook == {}


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
    answer = world.browser().post("/connections/1", {"do": "test"})

    assert "✓ Sandbox: works" in text_of(answer)
    assert "All of it works." in text_of(answer)


def test_test_button_tells_what_to_mend(world: World) -> None:
    browser = world.browser()
    form = form_of(browser.get("/connections/1"))
    browser.post("/connections/1", {**form, "do": "save", "roles": ["orders"], "api_key": "wrong"})

    answer = browser.post("/connections/1", {"do": "test"})

    assert "✗ Sandbox: The sandbox refused the key: enter the one it printed." in text_of(answer)


def test_address_and_secret_are_there_to_copy(world: World) -> None:
    page = world.browser().get("/connections/1").text

    assert f"/webhooks/{world.connection().public_id}</textarea>" in page
    assert connections.webhook_secret(world.context, world.connection()) in page


def test_new_secret_is_shown_when_changed(world: World) -> None:
    old = connections.webhook_secret(world.context, world.connection())

    page = world.browser().post("/connections/1", {"do": "rotate", "webhook_secret": ""}).text

    new = connections.webhook_secret(world.context, world.connection())
    assert new != old
    assert new in page


def _polled(world: World) -> bool:
    with world.context.database.reading() as session:
        row = session.query(OutboxRow).filter_by(kind="poll", ref_id=world.connection_id).one()
        return row.done_at is None


def test_roles_are_changed_and_polling_follows(world: World) -> None:
    browser = world.browser()
    form = {**form_of(browser.get("/connections/1")), "do": "save"}

    browser.post("/connections/1", {**form, "roles": ["orders", "messages"]})
    without = (world.connection().roles, _polled(world))
    browser.post("/connections/1", {**form, "roles": ["reviews", "orders"]})

    assert without == (["orders", "messages"], False)
    assert (world.connection().roles, _polled(world)) == (["reviews", "orders"], True)


def test_connection_without_a_role_is_refused(world: World) -> None:
    browser = world.browser()
    form = form_of(browser.get("/connections/1"))
    form.pop("roles", None)

    answer = browser.post("/connections/1", {**form, "do": "save", "name": "Baru"})

    assert answer.status_code == 422
    assert "can play these roles" in text_of(answer)
    assert form_of(answer)["name"] == "Baru"
    with world.context.database.reading() as session:
        assert session.get_one(Connection, world.connection_id).name == "Sandbox"
