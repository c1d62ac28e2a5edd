"""Who may be asked: every layer can say no, and the strictest wins."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from integrations.contract import Channel
from service.domain.errors import WrongInput
from service.domain.messages import policy
from service.domain.messages.kinds import Step
from service.domain.messages.policy import Policies, PolicyRequest, ShopPolicySettings
from service.domain.messages.policy_data import Duty, Layer

ROW: dict[str, Any] = {
    "region": "*",
    "ask_update": "yes",
    "min_wait_days": 2,
    "max_asks": 1,
    "channels": ["platform", "email"],
    "incentive": "no",
    "confidence": "A",
    "source": "help page",
    "checked_on": date(2026, 11, 1),
}
OPEN = ShopPolicySettings(invitations=True, postal_address=True)
INDONESIA = PolicyRequest("Shop", country="ID", shop=OPEN)


def policies(*rows: dict[str, Any], **changes: Any) -> Policies:
    return Policies.load({"entry": [*rows, ROW | changes]})


def test_an_invitation_is_allowed_when_every_layer_allows_it() -> None:
    verdict = policies().may_message(Step.UPDATE_INVITATION, INDONESIA)

    assert verdict.allowed
    assert verdict.min_wait_days == 2
    assert verdict.duties == {Duty.STOP_LINK}
    assert verdict.source
    assert verdict.checked_on is not None


@pytest.mark.parametrize(
    ("changes", "asked", "layer"),
    [
        ({"ask_update": "no", "max_asks": 0}, INDONESIA, Layer.PLATFORM),
        ({"ask_update": "unknown", "max_asks": 0}, INDONESIA, Layer.PLATFORM),
        ({"ask_update": "tool", "max_asks": 0}, INDONESIA, Layer.PLATFORM),
        ({"ask_update": "basis"}, INDONESIA, Layer.PLATFORM),
        ({}, replace(INDONESIA, asks_made=1), Layer.PLATFORM),
        ({"channels": ["email"]}, INDONESIA, Layer.PLATFORM),
        ({"edit_window_days": 30}, replace(INDONESIA, review_age_days=31), Layer.PLATFORM),
        ({"edit_window_days": 30}, INDONESIA, Layer.PLATFORM),
        ({"stop_link": False}, INDONESIA, Layer.PLATFORM),
        ({}, replace(INDONESIA, country=""), Layer.LAW),
        ({}, replace(INDONESIA, country="BR"), Layer.LAW),
        ({}, replace(INDONESIA, country="DE"), Layer.LAW),
        ({"channels": ["whatsapp"]}, replace(INDONESIA, channel=Channel.WHATSAPP), Layer.CHANNEL),
        ({}, replace(INDONESIA, shop=ShopPolicySettings()), Layer.SHOP),
        (
            {},
            replace(INDONESIA, country="US", shop=ShopPolicySettings(invitations=True)),
            Layer.SHOP,
        ),
    ],
)
def test_the_layer_is_named_when_it_forbids_an_invitation(
    changes: dict[str, Any], asked: PolicyRequest, layer: Layer
) -> None:
    verdict = policies(**changes).may_message(Step.UPDATE_INVITATION, asked)

    assert (verdict.allowed, verdict.layer) == (False, layer)
    assert str(verdict.reason)


def test_an_invitation_is_allowed_when_the_edit_window_is_still_open() -> None:
    asked = replace(INDONESIA, review_age_days=30)

    assert policies(edit_window_days=30).may_message(Step.UPDATE_INVITATION, asked).allowed


@pytest.mark.parametrize(
    "asked",
    [
        replace(INDONESIA, country="DE", consent=True),
        replace(INDONESIA, country="de", shop=replace(OPEN, lawful_basis=frozenset({"DE"}))),
    ],
)
def test_an_invitation_is_allowed_when_the_basis_the_law_asks_for_is_there(
    asked: PolicyRequest,
) -> None:
    assert policies().may_message(Step.UPDATE_INVITATION, asked).allowed


def test_a_basis_for_another_country_does_not_help_when_the_law_asks_for_one() -> None:
    asked = replace(INDONESIA, country="FR", shop=replace(OPEN, lawful_basis=frozenset({"DE"})))

    assert not policies().may_message(Step.UPDATE_INVITATION, asked).allowed


def test_a_stated_basis_is_no_opt_in_when_the_channel_wants_the_buyers_own() -> None:
    shop = replace(OPEN, lawful_basis=frozenset({"ID"}))
    asked = replace(INDONESIA, channel=Channel.WHATSAPP, shop=shop)

    assert not policies(channels=["whatsapp"]).may_message(Step.RECEIPT, asked).allowed


def test_helping_is_allowed_when_nothing_is_known_of_the_platform() -> None:
    unknown = Policies.load({})

    assert unknown.may_message(Step.RESOLUTION_CHECK, INDONESIA).allowed
    assert unknown.may_message(Step.CONFIRMATION, INDONESIA).allowed
    assert not unknown.may_message(Step.UPDATE_INVITATION, INDONESIA).allowed


def test_a_resolution_check_needs_a_basis_when_the_buyer_lives_in_germany() -> None:
    asked = replace(INDONESIA, country="DE")

    assert not policies().may_message(Step.RESOLUTION_CHECK, asked).allowed
    assert policies().may_message(Step.CONFIRMATION, asked).allowed


def test_resolution_checks_stop_when_the_shop_switched_them_off() -> None:
    asked = replace(INDONESIA, shop=replace(OPEN, resolution_checks=False))

    assert policies().may_message(Step.RESOLUTION_CHECK, asked).layer is Layer.SHOP


def test_the_region_decides_when_it_has_an_entry_of_its_own() -> None:
    both = policies(ROW | {"region": "US", "ask_update": "no", "max_asks": 0})

    assert not both.may_message(Step.UPDATE_INVITATION, replace(INDONESIA, region="us")).allowed
    assert both.may_message(Step.UPDATE_INVITATION, replace(INDONESIA, region="ID")).allowed


def test_the_postal_address_is_a_duty_when_an_american_buyer_is_invited() -> None:
    asked = replace(INDONESIA, country="US")

    assert Duty.POSTAL_ADDRESS in policies().may_message(Step.UPDATE_INVITATION, asked).duties
    assert Duty.POSTAL_ADDRESS not in policies().may_message(Step.CONFIRMATION, asked).duties


def test_no_stop_link_is_asked_for_when_the_platform_forbids_it() -> None:
    verdict = policies(stop_link=False).may_message(Step.CONFIRMATION, INDONESIA)

    assert verdict.allowed
    assert verdict.duties == frozenset()


def test_a_policy_with_two_entries_for_one_region_is_refused() -> None:
    with pytest.raises(WrongInput, match="US may have one entry only"):
        policies(ROW | {"region": "US"}, ROW | {"region": "us", "ask_update": "no", "max_asks": 0})


def test_a_make_good_is_never_for_a_review_whatever_is_set() -> None:
    assert policy.INCENTIVES_ALLOWED is False


@pytest.mark.parametrize("incentive", ["yes", True, "", None])
def test_a_policy_is_refused_when_it_allows_incentives(incentive: object) -> None:
    with pytest.raises(WrongInput, match="entry 1: incentive"):
        policies(incentive=incentive)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("region", ""),
        ("ask_update", "maybe"),
        ("min_wait_days", -1),
        ("min_wait_days", None),
        ("max_asks", 2),
        ("channels", ["fax"]),
        ("source", " "),
        ("checked_on", "2026-11-01"),
        ("confidence", "D"),
        ("stop_link", "no"),
        ("edit_window_days", 0),
        ("low_rating_max", 5),
        ("colour", "red"),
    ],
)
def test_entry_and_key_are_named_when_a_policy_is_wrong(key: str, value: object) -> None:
    with pytest.raises(WrongInput, match=f"platform policy, entry 1: {key} "):
        policies(**{key: value})


def test_a_policy_is_refused_when_it_counts_asks_that_it_forbids() -> None:
    with pytest.raises(WrongInput, match="max_asks must be 0 where ask_update is no"):
        policies(ask_update="no")


def test_every_shipped_entry_has_source_and_date_when_it_is_loaded() -> None:
    shipped = Policies.load({}).entries

    assert len(shipped) >= 9
    assert all(entry.source and entry.checked_on for entry in shipped)
    assert {str(each) for each in Channel} <= {name for e in shipped for name in e.names}


@pytest.mark.parametrize(("region", "most"), [("ID", 2), ("US", 3)])
def test_the_platforms_own_threshold_is_told_when_a_region_is_named(region: str, most: int) -> None:
    both = policies(ROW | {"region": "ID", "low_rating_max": 2})

    assert both.low_rating_max(region) == most
