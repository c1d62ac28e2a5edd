"""Programs have buyers called, set ladders, and keep the do-not-contact list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import requests

from service.domain.staff.authority import Permission
from service.operations.cases import orders
from service.operations.staff import tokens
from tests.operations.steps import rated
from tests.world import World

NUMBER = "+6281234567890"


@pytest.fixture(autouse=True)
def _telephone(monkeypatch: pytest.MonkeyPatch) -> None:
    named = orders._named
    monkeypatch.setattr(orders, "_named", lambda case: replace(named(case), phone="081234567890"))


class Program:
    """Calls the API with a token of the owner's."""

    def __init__(self, world: World) -> None:
        self._url = f"{world.url}/api/v1"
        scopes = [Permission.LOOK, Permission.DECIDE, Permission.MANAGE]
        token = tokens.add_token(world.context, world.owner, "Program", scopes)
        self._headers = {"authorization": f"Bearer {token}"}

    def get(self, path: str) -> Any:
        return requests.get(self._url + path, headers=self._headers, timeout=10).json()

    def post(self, path: str, body: Any = None, key: str = "") -> requests.Response:
        headers = {**self._headers, **({"idempotency-key": key} if key else {})}
        return requests.post(self._url + path, json=body or {}, headers=headers, timeout=10)


def test_a_call_is_asked_for_once_and_its_outcome_noted(world: World) -> None:
    rated(world)
    program, path = Program(world), f"/cases/{world.case().reference}/calls"

    first, again = program.post(path, key="k"), program.post(path, key="k")
    assert first.json() == again.json()
    assert program.post(path).status_code == 409
    [call] = program.get(path)["calls"]
    outcome = f"{path}/{call['id']}/outcome"
    assert program.post(outcome, {"how": "call_again"}).status_code == 422
    assert program.post(outcome, {"how": "drop"}).status_code == 422
    done = program.post(outcome, {"how": "reach", "words": "Sudah, Kak"}).json()

    assert (done["number"], [each["state"] for each in done["calls"]]) == (NUMBER, ["reached"])


def test_the_list_and_the_ladders_are_kept(world: World) -> None:
    rated(world)
    program, shop = Program(world), f"/shops/{world.shop_id}"

    listed = program.post(f"{shop}/do-not-contact", {"who": NUMBER, "reason": "Asked"}).json()
    [entry] = listed["entries"]
    taken = program.post(f"{shop}/do-not-contact/{entry['id']}/take-off", {"reason": "Agreed"})
    program.post(f"/cases/{world.case().reference}/do-not-contact", {"reason": "Said so"})
    ladder = {"severity": "grave", "channels": ["telephone", "platform"]}
    ladders = program.post(f"{shop}/channels", ladder).json()

    assert (entry["hint"], taken.json()["entries"]) == ("+62…890", [])
    assert {each["kind"] for each in program.get(f"{shop}/do-not-contact")["entries"]} >= {
        "telephone"
    }
    assert ladders == {"ordinary": ["platform"], "grave": ["telephone", "platform"]}
    twice = {"severity": "grave", "channels": ["sms", "sms"]}
    assert program.post(f"{shop}/channels", twice).status_code == 422
