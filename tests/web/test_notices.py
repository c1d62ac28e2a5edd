"""One's own notices at the desk: addresses, a test, choices, a refusal beside its field."""

from __future__ import annotations

import json

import pytest

from service.domain.staff.authority import SellerRole
from tests.receiver import receiver
from tests.web.pages import form_of, refusals_of, text_of
from tests.world import World

CHOICES = {
    "urgent": "at_once",
    "not_solved": "digest",
    "stuck": "off",
    "decide": "digest",
    "connection": "off",
    "digest_at": "06:30",
    "quiet_from": "22:00",
    "quiet_to": "06:00",
    "urgent_anyway": "yes",
    "zone": "Asia/Makassar",
}


@pytest.mark.parametrize("language", ["en", "id"])
def test_address_is_added_tried_and_removed(world: World, language: str) -> None:
    browser = world.browser(world.seller("viewer@example.test", SellerRole.VIEWER))
    browser.post("/me/language", {"language": language})
    with receiver() as phone:
        address = phone.url.replace("http://", "json://")
        added = browser.post("/me/notices/addresses", {"name": "Ponsel", "address": address})
        browser.post("/me/notices/addresses/1/test", {})
        world.work()
        told = json.loads(phone.taken[0][1])

    assert address not in added.text
    assert "Ponsel" in text_of(added)
    assert told["title"] == {"en": "Makegood: a test", "id": "Makegood: tes"}[language]
    removed = browser.post("/me/notices/addresses/1/remove", {})
    assert "Ponsel" not in text_of(removed)


def test_choices_are_kept_and_a_wrong_one_is_refused_beside_its_field(world: World) -> None:
    browser = world.browser()
    kept = form_of(browser.post("/me/notices/choices", CHOICES))
    assert {name: kept[name] for name in CHOICES} == CHOICES
    wrong = {"urgent": "never", "digest_at": "noon", "zone": "Mars"}

    refused = browser.post("/me/notices/choices", {**CHOICES, **wrong})

    assert refused.status_code == 422
    assert set(refusals_of(refused)) == set(wrong)
    assert form_of(browser.get("/me/notices"))["digest_at"] == "06:30"


def test_wrong_address_is_refused_beside_its_field(world: World) -> None:
    browser = world.browser()
    for address in ("", "exec://rm", "mailto://a:b@c.example"):
        refused = browser.post("/me/notices/addresses", {"name": "", "address": address})
        assert refused.status_code == 422
        assert set(refusals_of(refused)) == {"address"}


def test_mail_is_offered_once(world: World) -> None:
    browser = world.browser()
    assert "owner@example.test" in text_of(browser.get("/me/notices"))
    browser.post("/me/notices/mail", {})

    again = browser.post("/me/notices/mail", {})

    assert again.status_code == 409
    assert "there already" in text_of(again)
