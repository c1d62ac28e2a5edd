"""A playbook is read strictly, and the shipped one does what a careful seller expects."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any

import pytest

from integrations.money import Money
from integrations.remedies import KINDS, REFUND, RESEND, VOUCHER, RemedyKind
from service.domain.errors import WrongInput
from service.domain.remedies import playbook_file
from service.domain.remedies.bounds import gaps
from service.domain.remedies.offers import OfferTerms, WithoutPick
from service.domain.remedies.playbook_data import playbook_from_data, playbook_to_data
from service.domain.remedies.proposing import Facts, Proposal, propose
from service.domain.remedies.ready_made import ReadyMade, ready_made

VOUCHER_OF_HALF = {"action": "voucher", "percent": 50, "expires_days": 90}


def data(when: object = None, **remedy: object) -> dict[str, Any]:
    offered = remedy or {"action": "resend"}
    return {"name": "Own", "rules": [{"name": "R1", "when": when or {}, "remedies": [offered]}]}


def choice(**terms: object) -> dict[str, Any]:
    """A rule that lets the buyer choose."""
    rule = {"name": "R1", "offer": terms, "remedies": [{"action": "resend"}, VOUCHER_OF_HALF]}
    return {"name": "Own", "rules": [rule]}


def _alone(terms: object) -> dict[str, Any]:
    """A choice of one."""
    return {"name": "Own", "rules": [{**data()["rules"][0], "offer": terms}]}


@pytest.mark.parametrize("without_pick", WithoutPick)
def test_choice_is_read_as_it_was_written(without_pick: WithoutPick) -> None:
    written = choice(days=7, without_pick=str(without_pick))

    read = playbook_from_data(written)

    assert playbook_to_data(read)["rules"][0]["offer"] == written["rules"][0]["offer"]
    assert read.rules[0].offer == OfferTerms(7, without_pick)


@pytest.mark.parametrize(
    ("wrong", "where", "key"),
    [
        (data({"max_star": 3}), "rule “R1”, when", "max_star"),
        (data({"max_stars": 6}), "rule “R1”, when", "max_stars"),
        (data({"max_stars": True}), "rule “R1”, when", "max_stars"),
        (data({"min_stars": 3, "max_stars": 2}), "rule “R1”, when", "max_stars"),
        (data({"words": "broken"}), "rule “R1”, when", "words"),
        (data({"words": [""]}), "rule “R1”, when", "words"),
        (data({"causes": ["broken"]}), "rule “R1”, when", "causes"),
        (data({"countries": ["id"]}), "rule “R1”, when", "countries"),
        (data({"order_at_least": {"euro": 1}}), "rule “R1”, when", "order_at_least"),
        (data({"order_at_least": {"EUR": 1.5}}), "rule “R1”, when", "order_at_least"),
        (data({"order_at_least": 5}), "rule “R1”, when", "order_at_least"),
        (
            data({"earlier_cases_min": 2, "earlier_cases_max": 1}),
            "rule “R1”, when",
            "earlier_cases_max",
        ),
        (choice(), "rule “R1”, offer", "days"),
        (choice(days=0), "rule “R1”, offer", "days"),
        (choice(days=61), "rule “R1”, offer", "days"),
        (choice(days=7, without_pick="last"), "rule “R1”, offer", "without_pick"),
        (choice(days=7, first=1), "rule “R1”, offer", "first"),
        (_alone({"days": 7}), "rule “R1”", "offer"),
        (data(action="gift"), "rule “R1”, remedy 1", "action"),
        (data(action="refund"), "rule “R1”, remedy 1", "percent"),
        (data(action="refund", percent=0), "rule “R1”, remedy 1", "percent"),
        (data(action="refund", percent=101), "rule “R1”, remedy 1", "percent"),
        (data(action="refund", percent=5, whole_line=True), "rule “R1”, remedy 1", "percent"),
        (data(action="refund", whole_line="yes"), "rule “R1”, remedy 1", "whole_line"),
        (data(action="refund", percent=5, cap={"EUR": 0}), "rule “R1”, remedy 1", "cap"),
        (data(action="refund", percent=5, cap={"EUR": 10**4000}), "rule “R1”, remedy 1", "cap"),
        (data(action="refund", percent=5, expires_days=5), "rule “R1”, remedy 1", "expires_days"),
        (data(action="voucher", percent=5), "rule “R1”, remedy 1", "expires_days"),
        (data(action="resend", percent=5), "rule “R1”, remedy 1", "action"),
        (data(action="refund", percent=5, uncapped=["euro"]), "rule “R1”, remedy 1", "uncapped"),
        (
            data(action="refund", percent=5, cap={"EUR": 5}, uncapped=["EUR"]),
            "rule “R1”, remedy 1",
            "cap",
        ),
        ({**data(), "note": 5}, "playbook", "note"),
        ({"name": "Own", "rules": [{"name": {"id": "A"}}]}, "rule 1", "name"),
        ({"name": "Own", "rules": []}, "playbook", "rules"),
        ({"name": "", "rules": data()["rules"]}, "playbook", "name"),
        ({"name": "Own", "rules": [{"name": "R1", "remedies": []}]}, "rule “R1”", "remedies"),
        ({"name": "Own", "rules": [{"remedies": []}]}, "rule 1", "name"),
        ({**data(), "rounding": {"IDR": -1}}, "playbook", "rounding"),
    ],
)
def test_rule_and_key_are_named_when_a_playbook_is_wrong(
    wrong: object, where: str, key: str
) -> None:
    with pytest.raises(WrongInput) as caught:
        playbook_from_data(wrong)

    assert caught.value.message.startswith(f"{where}: {key} ")
    assert str(caught.value).startswith(f"{where}: {key} ")


@pytest.mark.parametrize("wrong", [None, [], "x", 5])
def test_it_is_refused_when_a_playbook_is_no_table(wrong: object) -> None:
    with pytest.raises(WrongInput, match="playbook must be a table"):
        playbook_from_data(wrong)


TOML_VALUES = {
    **{
        word: word for word in ("nan", "inf", "-inf", "1e999", "-1", "0", "2.5", "true", "[]", "{}")
    },
    "day": "1979-05-27",
    "time": "07:32:00",
    "text": '"x"',
    "digits": "9" * 5000,
    "fewer digits": "9" * 4000,
    "nested lists": "[" * 5000,
    "nested tables": "{a=" * 5000,
    "zero": "\0",
    "half surrogate": '"\ud800"',
}


@pytest.mark.parametrize("value", TOML_VALUES)
def test_no_value_of_an_edited_text_fails_otherwise_than_in_words(value: str) -> None:
    shipped = playbook_file.write(ready_made(ReadyMade.BALANCED))
    for line in re.findall(r"(?m)^\w+ = ", shipped):
        edited = shipped.replace(line, f"{line}{TOML_VALUES[value]} #", 1)
        with suppress(WrongInput):
            json.dumps(playbook_to_data(playbook_file.read(edited)))


def test_it_is_refused_when_two_rules_share_a_name() -> None:
    rules = data()["rules"] * 2

    with pytest.raises(WrongInput, match="two rules are named “R1”"):
        playbook_from_data({"name": "Own", "rules": rules})


@pytest.mark.parametrize(
    ("text", "rule", "first"),
    [
        ("Arrived broken, sad", "Broken", RESEND),
        ("Barang pecah waktu sampai", "Broken", RESEND),
        ("salah kirim, pesan merah datang biru", "Wrong item", RESEND),
        ("You sent the wrong size", "Wrong item", RESEND),
        ("never arrived", "Missing", RESEND),
        ("paketnya belum sampai", "Missing", RESEND),
        ("pengiriman lama, kecewa", "Late", VOUCHER),
        ("Two weeks late", "Late", VOUCHER),
        ("bahannya tipis", "Not as shown or poor quality", REFUND),
        ("meh", "Anything else, very low", REFUND),
    ],
)
def test_the_default_knows_the_complaint_when_only_words_tell(
    text: str, rule: str, first: RemedyKind
) -> None:
    paid = Money(20_000_000, "IDR")

    found = propose(
        ready_made(ReadyMade.BALANCED),
        Facts(1, paid, text=text, line_paid=paid),
        set(KINDS.values()),
    )

    assert isinstance(found, Proposal)
    assert (found.rule, found.first.remedy.kind) == (rule, first)


@pytest.mark.parametrize("action", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("stars", [1, 2, 3])
def test_the_default_proposes_what_is_possible_when_it_is_only_one_thing(
    stars: int, action: RemedyKind
) -> None:
    paid = Money(5_000, "EUR")
    facts = Facts(stars, paid, text="broken", line_paid=paid)

    found = propose(ready_made(ReadyMade.BALANCED), facts, {action})

    assert isinstance(found, Proposal)
    assert found.first.remedy.kind is action


@pytest.mark.parametrize("kind", ReadyMade)
def test_shipped_playbook_is_named_in_both_languages_and_bounds_all_it_gives(
    kind: ReadyMade,
) -> None:
    playbook = ready_made(kind)

    assert all(set(rule.translations) == {"id"} for rule in playbook.rules)
    assert gaps(playbook, ["IDR", "EUR", "USD", "GBP", "SGD", "MYR"]) == []
    assert playbook_from_data(playbook_to_data(playbook)) == playbook
