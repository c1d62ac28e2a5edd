"""Endpoints at the desk and in the API: added, tried, seen, sent again, switched off, removed."""

from __future__ import annotations

import re

import pytest
import requests
import time_machine
from standardwebhooks import Webhook

from service.domain.staff.authority import Permission
from service.operations.staff import tokens
from tests.receiver import receiver
from tests.web.pages import form_of, refusals_of, text_of
from tests.world import World


@pytest.mark.parametrize("language", ["en", "id"])
def test_endpoint_is_added_tried_and_sent_again_at_the_desk(world: World, language: str) -> None:
    browser = world.browser()
    browser.post("/me/language", {"language": language})
    with receiver() as program:
        form = {"name": "Gudang <1>", "url": program.url, "events": ["case.opened"]}
        added = browser.post("/shops/1/endpoints", form)
        (secret,) = re.findall(r"<code>(whsec_\S+)</code>", added.text)
        browser.post("/endpoints/1/test", {})
        world.work()
        headers, body = program.taken[0]
        with time_machine.travel(int(headers["webhook-timestamp"]), tick=False):
            Webhook(secret).verify(body, headers)
        shown = browser.get("/endpoints/1")
        browser.post("/endpoints/1/events/1/replay", {})
        world.work()

        assert len(program.taken) == 2
        assert program.taken[1][0]["webhook-id"] == headers["webhook-id"]
    assert secret not in shown.text
    told = {"en": ["a test", "sent", "answered 204"], "id": ["tes", "dijawab 204"]}
    assert all(words in text_of(shown) for words in [*told[language], "Gudang <1>"])


def test_refused_endpoint_stays_as_it_was_typed(world: World) -> None:
    form = {"name": "Gudang", "url": "http://10.0.0.8/hooks", "events": ["case.opened"]}
    answer = world.browser().post("/shops/1/endpoints", form)

    assert answer.status_code == 422
    assert set(refusals_of(answer)) == {"url"}
    assert form_of(answer)["url"] == "http://10.0.0.8/hooks"


def test_endpoint_that_is_gone_stands_on_the_waiting_page(world: World) -> None:
    browser = world.browser()
    with receiver() as program:
        program.answers = [(410, {})]
        form = {"name": "Gudang", "url": program.url, "events": ["case.opened"]}
        browser.post("/shops/1/endpoints", form)
        browser.post("/endpoints/1/test", {})
        world.work()

    assert "Mend an endpoint" in text_of(browser.get("/"))
    assert "it is no longer there" in text_of(browser.get("/endpoints/1"))
    assert "switched off" in text_of(browser.post("/endpoints/1/test", {}))

    browser.post("/endpoints/1/switch-on", {})

    assert "Mend an endpoint" not in text_of(browser.get("/"))


def test_endpoint_is_removed_and_its_secret_renewed_at_the_desk(world: World) -> None:
    browser = world.browser()
    form = {"name": "Gudang", "url": f"{world.url}/hooks", "events": ["case.opened"]}
    first = re.findall(r"whsec_\S+?<", browser.post("/shops/1/endpoints", form).text)
    second = re.findall(r"whsec_\S+?<", browser.post("/endpoints/1/renew-secret", {}).text)
    changed = browser.post("/endpoints/1/change", {**form, "name": "Kantor"})
    off = browser.post("/endpoints/1/switch-off", {})
    gone = browser.post("/endpoints/1/remove", {})

    assert first
    assert second
    assert first != second
    assert "Kantor" in text_of(changed)
    assert "It is switched off" in text_of(off)
    assert "None yet." in text_of(gone)
    assert browser.get("/endpoints/1").status_code == 404


def test_program_sets_up_an_endpoint_by_the_api(world: World) -> None:
    token = tokens.add_token(world.context, world.owner, "t", [Permission.MANAGE])
    headers = {"Authorization": f"Bearer {token}"}

    def call(path: str, body: object = None) -> requests.Response:
        method = "GET" if body is None else "POST"
        address = f"{world.url}/api/v1{path}"
        return requests.request(method, address, json=body, headers=headers, timeout=10)

    with receiver() as program:
        body = {"name": "Gudang", "url": program.url, "events": ["case.opened"]}
        added = call("/shops/1/endpoints", body).json()
        listed = call("/endpoints").json()["endpoints"]
        tried = call("/endpoints/1/test", {}).status_code
        world.work()
        (event,) = call("/endpoints/1/events").json()["events"]
        call(f"/endpoints/1/events/{event['id']}/replay", {})
        world.work()

        assert len(program.taken) == 2
    assert added["secret"].startswith("whsec_")
    assert "secret" not in listed[0]
    assert (tried, event["type"], event["state"], event["status"]) == (
        200,
        "endpoint.test",
        "sent",
        204,
    )
    assert call("/endpoints/1/switch", {"active": False}).json()["active"] is False
    assert call("/endpoints/1/switch", {}).status_code == 422
    assert call("/endpoints/1/renew-secret", {}).json()["secret"] != added["secret"]
    assert call("/endpoints/1/change", {**body, "events": ["x"]}).status_code == 422
    assert call("/endpoints/1/remove", {}).json() == {"endpoints": []}


def test_token_without_the_scope_sets_up_nothing(world: World) -> None:
    token = tokens.add_token(world.context, world.owner, "t")
    answer = requests.get(
        f"{world.url}/api/v1/endpoints",
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    )

    assert answer.status_code == 403
