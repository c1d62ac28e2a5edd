"""The OpenAPI document is valid, and real answers are as it says."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from service.app import create_app
from service.web.api.v1 import blueprint
from tests.operations.steps import helped, rated
from tests.web.pages import post_unreadable
from tests.web.test_api import Program
from tests.world import World


@pytest.fixture(name="document")
def _document(world: World) -> dict[str, Any]:
    found: dict[str, Any] = requests.get(f"{world.url}/api/v1/openapi.json", timeout=10).json()
    return found


def _schema(document: dict[str, Any], path: str, method: str, status: str) -> dict[str, Any]:
    operation = document["paths"][f"/api/v1{path}"][method]
    found = operation["responses"][status]["content"]["application/json"]["schema"]
    return {**found, "components": document["components"]}


def _as_documented(document: dict[str, Any], schema: dict[str, Any], said: object) -> None:
    """Types hold, and no answer holds or lacks a field that the document does not know."""
    Draft202012Validator(schema).validate(said)
    for name, known in document["components"]["schemas"].items():
        assert known.get("properties"), name
    _same_fields(document, schema, said)


def _same_fields(document: dict[str, Any], schema: dict[str, Any], said: object) -> None:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if isinstance(said, list):
        for each in said:
            _same_fields(document, schema["items"], each)
    if isinstance(said, dict) and "properties" in schema:
        assert set(said) | {"fields"} == set(schema["properties"]) | {"fields"}
        for name, value in said.items():
            _same_fields(document, schema["properties"][name], value)


def test_document_is_valid(document: dict[str, Any]) -> None:
    validate(document)

    numbers = [
        operation["operationId"]
        for path in document["paths"].values()
        for operation in path.values()
    ]
    assert len(set(numbers)) == len(numbers)


def test_document_names_every_address_and_no_other(world: World, document: dict[str, Any]) -> None:
    of_people = {"openapi", "reference", "reference_of_call", "reference_of_value"}
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(rule.rule)), method.lower())
        for rule in create_app(world.wired).url_map.iter_rules()
        if rule.endpoint.startswith(f"{blueprint.name}.")
        and rule.endpoint.partition(".")[2] not in of_people
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    named = {(path, method) for path, both in document["paths"].items() for method in both}

    assert named == routes


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/cases", "/cases?most=1"),
        ("/cases/{reference}", "/cases/{reference}"),
        ("/deliveries", "/deliveries"),
    ],
)
def test_what_is_read_is_as_documented(
    world: World, document: dict[str, Any], path: str, address: str
) -> None:
    helped(world)
    post_unreadable(world)
    world.work()

    status, said = Program(world).get(address.format(reference=world.case().reference))

    assert (status, bool(said)) == (200, True)
    _as_documented(document, _schema(document, path, "get", "200"), said)


@pytest.mark.parametrize(
    ("verb", "body"), [("approve", {"number": 0}), ("decline", {"reason": "not ours"})]
)
def test_what_is_decided_is_as_documented(
    world: World, document: dict[str, Any], verb: str, body: dict[str, Any]
) -> None:
    rated(world)
    path = f"/cases/{{reference}}/{verb}"
    wanted = document["paths"][f"/api/v1{path}"]["post"]["requestBody"]["content"]
    sent = {**wanted["application/json"]["schema"], "components": document["components"]}

    Draft202012Validator(sent).validate(body)
    status, said = Program(world).post(path.format(reference=world.case().reference), body)

    assert status == 200
    _as_documented(document, _schema(document, path, "post", "200"), said)


@pytest.mark.parametrize("body", [{}, {"reason": 7}, {"reason": "x", "more": 1}])
def test_refusal_is_as_documented_and_the_document_refuses_too(
    world: World, document: dict[str, Any], body: dict[str, Any]
) -> None:
    rated(world)
    path = "/cases/{reference}/decline"
    wanted = document["paths"][f"/api/v1{path}"]["post"]["requestBody"]["content"]
    sent = {**wanted["application/json"]["schema"], "components": document["components"]}

    status, said = Program(world).post(path.format(reference=world.case().reference), body)

    assert (status, Draft202012Validator(sent).is_valid(body)) == (422, False)
    _as_documented(document, _schema(document, path, "post", "default"), said)


def test_every_example_is_as_its_schema_says(document: dict[str, Any]) -> None:
    shown = [
        (content["schema"], example["value"])
        for path in document["paths"].values()
        for operation in path.values()
        for content in operation.get("requestBody", {"content": {}})["content"].values()
        for example in content["examples"].values()
    ]
    parameters = [
        (parameter["schema"], parameter["example"])
        for path in document["paths"].values()
        for operation in path.values()
        for parameter in operation["parameters"]
        if "example" in parameter
    ]

    assert len(shown) >= 3
    for schema, value in [*shown, *parameters]:
        Draft202012Validator({**schema, "components": document["components"]}).validate(value)


def test_every_write_takes_an_idempotency_key(document: dict[str, Any]) -> None:
    posts = [path["post"] for path in document["paths"].values() if "post" in path]

    assert posts
    for post in posts:
        assert "Idempotency-Key" in {parameter["name"] for parameter in post["parameters"]}


def test_nothing_is_approved_by_an_empty_body_by_the_document_either(
    document: dict[str, Any],
) -> None:
    wanted = document["components"]["schemas"]["ApproveIn"]
    sent = Draft202012Validator({**wanted, "components": document["components"]})

    assert not sent.is_valid({})
    assert not sent.is_valid({"reason": "yes"})
    assert sent.is_valid({"number": 0})


def test_no_choice_is_offered_by_an_empty_body(world: World, document: dict[str, Any]) -> None:
    rated(world)
    wanted = document["components"]["schemas"]["OfferIn"]
    sent = Draft202012Validator({**wanted, "components": document["components"]})

    status, _ = Program(world).post(f"/cases/{world.case().reference}/offer", {})

    assert (status, sent.is_valid({}), sent.is_valid({"numbers": []})) == (422, False, False)
    assert world.case().make_goods == []
