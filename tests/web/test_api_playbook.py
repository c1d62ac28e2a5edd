"""The playbook through the API: read, tried, replaced, taken back; refused in words."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from service.domain.remedies.playbook_data import playbook_to_data
from service.domain.remedies.ready_made import ReadyMade, ready_made
from service.domain.staff.authority import OF_PROGRAMS, Actor, SellerRole
from service.operations.staff import tokens
from tests.web.test_api import Program
from tests.web.test_api_document import _document, _schema
from tests.world import World

__all__ = ["_document"]
PATH = "/shops/1/playbook"
RULE = {
    "name": {"en": "All", "id": "Semua"},
    "remedies": [{"action": "refund", "percent": 50, "cap": {"IDR": 2_000_000}}],
}
OWN = {"name": "Own", "rules": [RULE]}


def _program(world: World, seller: Actor | None = None) -> Program:
    """One whose token may change the playbook."""
    program = Program(world, seller)
    token = tokens.add_token(world.context, seller or world.owner, "rules", OF_PROGRAMS)
    program.headers = {"Authorization": f"Bearer {token}"}
    return program


def test_program_reads_tries_replaces_and_takes_back(
    world: World, document: dict[str, Any]
) -> None:
    world.rate(1, "Barang rusak")
    world.work()
    program = _program(world)

    _, read = program.get(PATH)
    _, tried = program.post(f"{PATH}/dry-run", {"playbook": OWN})
    status, replaced = program.post(PATH, {"playbook": OWN, "fingerprint": read["fingerprint"]})
    _, versions = program.get(f"{PATH}/versions")
    _, restored = program.post(f"{PATH}/versions/1/restore", {})
    _, second = program.get(f"{PATH}/versions/2")

    assert read["playbook"] == playbook_to_data(ready_made(ReadyMade.BALANCED))
    assert (read["version"], read["currencies"]) == (0, ["IDR"])
    assert tried["looked_at"] == 1
    (differs,) = tried["differing"]
    assert (differs["today"]["rule"], differs["tried"]["rule"]) == ("Broken", "All")
    assert differs["tried"]["remedies"][0]["amount_minor"] == 2_000_000
    assert (status, replaced["version"], replaced["playbook"]) == (200, 2, OWN)
    assert [row["number"] for row in versions["versions"]] == [2, 1]
    assert (restored["version"], restored["playbook"]) == (3, read["playbook"])
    assert second["playbook"] == OWN
    for said, address, method in (
        (read, "", "get"),
        (tried, "/dry-run", "post"),
        (versions, "/versions", "get"),
    ):
        path = f"/shops/{{shop_id}}/playbook{address}"
        Draft202012Validator(_schema(document, path, method, "200")).validate(said)


def test_what_is_read_may_be_sent_back(world: World) -> None:
    program = _program(world)
    _, read = program.get(PATH)
    changed = {**read["playbook"], "name": "Mine", "note": None}
    for rule in changed["rules"]:
        rule["offer"] = rule.get("offer")

    status, kept = program.post(
        PATH, {"playbook": {**changed, "note": ""}, "fingerprint": read["fingerprint"]}
    )

    assert (status, kept["playbook"]["name"]) == (200, "Mine")


@pytest.mark.parametrize(
    ("playbook", "said"),
    [
        ({**OWN, "rules": []}, "must be a list with at least one rule"),
        ({**OWN, "more": 1}, "Unknown field"),
        ({**OWN, "rules": [{**RULE, "name": {"fr": "Tout"}}]}, "a table with en and id"),
        (
            {**OWN, "rules": [{**RULE, "remedies": [{"action": "refund", "percent": 50}]}]},
            "state the upper limit of Refund in IDR",
        ),
    ],
)
def test_what_is_no_playbook_is_refused_in_words(
    world: World, playbook: dict[str, Any], said: str
) -> None:
    program = _program(world)
    seen = program.get(PATH)[1]["fingerprint"]

    status, refused = program.post(PATH, {"playbook": playbook, "fingerprint": seen})

    assert status == 422
    assert said in refused["error"]["message"]
    assert program.get(PATH)[1]["version"] == 0


def test_playbook_that_was_replaced_meanwhile_is_not_replaced(world: World) -> None:
    status, refused = _program(world).post(PATH, {"playbook": OWN, "fingerprint": "of another"})

    assert (status, refused["error"]["code"]) == (409, "wrong_state")


def test_only_programs_of_an_owner_change_rules(world: World) -> None:
    agent = world.seller("agent@example.test", SellerRole.AGENT)

    assert _program(world, agent).get(PATH)[0] == 403
    assert Program(world).get(PATH)[0] == 403
