"""The page that shows the API to people."""

from __future__ import annotations

import re

import requests

from service.web.api.openapi import document
from tests.world import World


def test_each_call_and_value_of_the_document_is_on_the_page(world: World) -> None:
    page = requests.get(f"{world.url}/api/v1/docs", timeout=10)

    spec = document()
    ids = re.findall(r'id="([^"]+)"', page.text)
    assert page.status_code == 200
    assert len(ids) == len(set(ids))
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            assert operation["operationId"] in ids
            assert f"{method.upper()} {path}" in page.text
    assert set(spec["components"]["schemas"]) <= set(ids)
    # Each link on the page leads somewhere on it.
    assert set(re.findall(r'href="#([^"]+)"', page.text)) <= set(ids)


def test_examples_are_shown_as_they_are_sent(world: World) -> None:
    page = requests.get(f"{world.url}/api/v1/docs", timeout=10).text

    assert "&#34;amount_minor&#34;: 5000000" in page or '"amount_minor": 5000000' in page
    assert "<script" not in page
    assert "list of anything" not in page
    assert "list of string" in page
