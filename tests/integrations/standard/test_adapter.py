"""What the adapter says of itself is true, and its policy is understood."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import integrations.standard
from integrations.contract import Way
from integrations.registry import get
from integrations.remedies import KINDS
from integrations.standard import ADAPTER
from service.domain.messages.policy import Policies
from service.domain.messages.policy_doubts import stale

FOLDER = Path(integrations.standard.__file__).parent


def test_adapter_is_found_when_asked_by_name() -> None:
    assert get("standard") is ADAPTER


@pytest.mark.parametrize(
    "method",
    ["verify", "read", "look", "poll", "orders_for", "order", "act", "find", "message", "check"],
)
def test_method_is_there_when_the_capabilities_name_it(method: str) -> None:
    assert callable(getattr(ADAPTER, method))


def test_every_make_good_is_by_call_when_the_shop_offers_it() -> None:
    can = ADAPTER.capabilities

    assert {can.way_of(kind) for kind in KINDS.values()} == {Way.API}
    assert can.idempotent
    assert can.look_up


def test_fields_are_explained_when_shown_to_the_seller() -> None:
    assert all(field.label and field.help for field in ADAPTER.fields)
    assert [field.name for field in ADAPTER.fields if field.secret] == ["outgoing_secret"]


def test_policy_is_understood_and_fresh_when_loaded() -> None:
    data = tomllib.loads((FOLDER / "policy.toml").read_text(encoding="utf-8"))

    policies = Policies.load(data)

    (entry,) = policies.platform
    assert stale([entry], entry.checked_on, 180) == []
    assert (entry.min_wait_days, entry.max_asks) == (2, 1)
