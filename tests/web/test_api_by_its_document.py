"""Every call of the API as its document allows it, and as it does not: what comes back is in it too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS

from service.domain.staff.authority import OF_PROGRAMS
from service.operations.staff import tokens
from service.web.api.openapi import document
from tests.world import World

NOT_ASKED = [
    # Flask answers a method that is not there as the standard says, before any call is looked up.
    "unsupported_method",
    # What is right in form may be refused with its reason: an address that leads nowhere.
    "positive_data_acceptance",
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A shop with cases in several states, whose calls nothing limits."""
    folder = tmp_path_factory.mktemp("api")
    world = World(f"sqlite:///{folder / 'makegood.db'}", folder)
    for stars in (1, 2, 3):
        world.rate(stars)
    world.work()
    yield world
    world.close()


@pytest.fixture(scope="module")
def token(desk: World) -> str:
    return tokens.add_token(desk.context, desk.owner, "document", OF_PROGRAMS)


calls = schemathesis.openapi.from_dict(document())


@calls.parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_whatever_a_call_brings_its_document_says(
    case: schemathesis.Case[Any], desk: World, token: str
) -> None:
    # A key stands for one call: what is tried here are many.
    case.headers.pop("Idempotency-Key", None)
    case.call_and_validate(
        base_url=desk.url,
        headers={"Authorization": f"Bearer {token}"},
        excluded_checks=cast(list[Any], CHECKS.get_by_names(NOT_ASKED)),
    )
