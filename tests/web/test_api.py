"""The API: tokens, cases, decisions, and its document."""

from __future__ import annotations

import requests

from service.operations import sellers
from tests.world import World


def _token(world: World) -> dict[str, str]:
    token = sellers.add_token(world.context, world.owner.id, "test")
    return {"Authorization": f"Bearer {token}"}


def test_program_without_a_token_is_refused(world: World) -> None:
    answer = requests.get(f"{world.url}/api/v1/cases", timeout=10)

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not_signed_in")


def test_program_reads_and_approves_a_case(world: World) -> None:
    headers = _token(world)
    world.rate(1)
    world.work()
    listed = requests.get(f"{world.url}/api/v1/cases", headers=headers, timeout=10).json()
    address = f"{world.url}/api/v1/cases/{listed['cases'][0]['reference']}"

    approved = requests.post(f"{address}/approve", json={}, headers=headers, timeout=10)
    again = requests.post(f"{address}/approve", json={}, headers=headers, timeout=10)
    world.work()

    assert (approved.status_code, again.status_code) == (200, 409)
    assert len(world.ledger()["made"]) == 1


def test_unknown_field_is_refused_and_named(world: World) -> None:
    world.rate(1)
    world.work()
    address = f"{world.url}/api/v1/cases/{world.case().reference}/decline"

    answer = requests.post(
        address, json={"reason": "no", "why": "x"}, headers=_token(world), timeout=10
    )

    assert answer.status_code == 422
    assert "why" in answer.json()["error"]["message"]


def test_document_names_every_address(world: World) -> None:
    document = requests.get(f"{world.url}/api/v1/openapi.json", timeout=10).json()

    assert set(document["paths"]) == {
        "/api/v1/cases", "/api/v1/cases/{reference}", "/api/v1/cases/{reference}/approve",
        "/api/v1/cases/{reference}/decline", "/api/v1/deliveries",
    }  # fmt: skip
    assert "CaseOut" in document["components"]["schemas"]
