"""The pages that show the API to people."""

from __future__ import annotations

import re

import pytest
import requests

from service.web.api.openapi import document
from tests.world import World


@pytest.fixture(name="pages")
def _pages(world: World) -> dict[str, str]:
    """All pages that the first one leads to, and those that these lead to."""
    pages: dict[str, str] = {}
    waiting = {"/api/v1/docs"}
    while waiting:
        address = waiting.pop()
        answer = requests.get(world.url + address, timeout=10)
        assert answer.status_code == 200, address
        pages[address] = answer.text
        waiting |= set(re.findall(r'href="(/api/v1/docs[^"]*)"', answer.text)) - pages.keys()
    return pages


def test_each_call_and_value_of_the_document_has_its_page(pages: dict[str, str]) -> None:
    spec = document()
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            page = pages[f"/api/v1/docs/calls/{operation['operationId']}"]
            assert f"{method.upper()} {path}" in page
    for name, schema in spec["components"]["schemas"].items():
        page = pages[f"/api/v1/docs/values/{name}"]
        assert all(f"<code>{field}</code>" in page for field in schema.get("properties", {}))


def test_examples_are_shown_as_they_are_sent(pages: dict[str, str]) -> None:
    text = "".join(pages.values())

    assert '"amount_minor": 5000000' in text
    assert "<script" not in text
    assert "list of anything" not in text
    assert "list of string" in text


@pytest.mark.parametrize("address", ["calls/nothing", "values/Nothing"])
def test_what_is_not_in_the_document_has_no_page(world: World, address: str) -> None:
    assert requests.get(f"{world.url}/api/v1/docs/{address}", timeout=10).status_code == 404
