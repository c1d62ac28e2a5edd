"""Whether a review could still be changed: known, known not to be, or assumed where no rule says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from integrations import registry
from service.domain.errors import WrongInput
from service.domain.messages.editable import Editable, editable
from service.domain.messages.policy import Policies, PolicyRequest

ROW: dict[str, Any] = {
    "region": "*",
    "ask_update": "yes",
    "min_wait_days": 2,
    "max_asks": 1,
    "channels": ["platform"],
    "incentive": "no",
    "confidence": "A",
    "source": "help page",
    "checked_on": date(2026, 11, 1),
}
WINDOW = {"edit_window_days": 30}
AFTER_DELIVERY = {**WINDOW, "window_from": "delivery"}


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        ({}, {}, Editable.ASSUMED),
        ({}, {"edits_made": 50, "review_age_days": 5_000, "replied": True}, Editable.ASSUMED),
        ({"always_editable": True}, {}, Editable.YES),
        ({"always_editable": True, "confidence": "C"}, {}, Editable.ASSUMED),
        (WINDOW, {"review_age_days": 30}, Editable.YES),
        (WINDOW, {"review_age_days": 31}, Editable.NO),
        (WINDOW, {}, Editable.ASSUMED),
        ({**WINDOW, "confidence": "C"}, {"review_age_days": 1}, Editable.ASSUMED),
        ({**WINDOW, "confidence": "C"}, {"review_age_days": 31}, Editable.NO),
        (AFTER_DELIVERY, {"review_age_days": 1}, Editable.ASSUMED),
        (AFTER_DELIVERY, {"delivered_days_ago": 31}, Editable.NO),
        ({"edits": 1}, {}, Editable.YES),
        ({"edits": 1}, {"edits_made": 1}, Editable.NO),
        ({**WINDOW, "locks": ["public_reply"]}, {"replied": True}, Editable.NO),
        ({**WINDOW, "locks": ["return"]}, {"returned": True}, Editable.NO),
        ({"locks": ["public_reply"]}, {}, Editable.ASSUMED),
    ],
)
def test_rule_of_the_platform_decides(
    rule: dict[str, Any], facts: dict[str, Any], expected: Editable
) -> None:
    platform = Policies.load({"entry": [{**ROW, **rule}]}).showing()

    assert editable(platform, PolicyRequest("Shop", **facts)) is expected


def test_platform_without_any_rule_counts_as_editable() -> None:
    assert editable(Policies.load({}).showing(), PolicyRequest("Shop")) is Editable.ASSUMED


@pytest.mark.parametrize("limit", [WINDOW, {"edits": 1}, {"locks": ["return"]}])
def test_always_stands_beside_no_limit(limit: dict[str, Any]) -> None:
    with pytest.raises(WrongInput, match="always_editable"):
        Policies.load({"entry": [{**ROW, "always_editable": True, **limit}]})


@pytest.mark.parametrize(
    ("adapter", "region", "expected"),
    [
        ("sandbox", "", Editable.YES),
        ("woocommerce", "", Editable.ASSUMED),
        ("standard", "", Editable.ASSUMED),
        ("shopee", "PH", Editable.YES),
        ("shopee", "ID", Editable.ASSUMED),
    ],
)
def test_shipped_rules_say_what_is_known(adapter: str, region: str, expected: Editable) -> None:
    platform = Policies.load(registry.policy(adapter)).showing(region)

    assert editable(platform, PolicyRequest("Shop", review_age_days=3)) is expected
