"""Rules are moved, copied, removed and compared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integrations.remedies import RESEND
from service.domain.errors import NotFound, WrongInput
from service.domain.remedies import playbook_edits
from service.domain.remedies.playbook import Playbook, RemedyRule, Rule, When

A, B, C = (Rule(name, When(), (RemedyRule(RESEND),)) for name in "ABC")
BOOK = Playbook("Own", (A, B, C))


def _names(playbook: Playbook) -> str:
    return " ".join(rule.name for rule in playbook.rules)


@pytest.mark.parametrize(
    ("number", "places", "order"),
    [(1, 1, "B A C"), (3, -1, "A C B"), (1, -1, "A B C"), (3, 5, "A B C"), (3, -9, "C A B")],
)
def test_rule_is_moved(number: int, places: int, order: str) -> None:
    assert _names(playbook_edits.moved(BOOK, number, places)) == order


def test_new_rule_is_tried_first_and_a_copy_after_what_it_copies() -> None:
    new = replace(A, name="New")

    assert _names(playbook_edits.added(BOOK, new)) == "New A B C"
    twice = playbook_edits.copied(playbook_edits.copied(BOOK, 1), 1)
    assert _names(twice) == "A A (3) A (2) B C"


def test_last_rule_and_a_name_that_is_taken_are_refused() -> None:
    with pytest.raises(WrongInput, match="needs a rule"):
        playbook_edits.removed(Playbook("Own", (A,)), 1)
    with pytest.raises(WrongInput, match="has this name already"):
        playbook_edits.changed(BOOK, 2, replace(B, name="A"))
    with pytest.raises(WrongInput, match="rules at most"):
        playbook_edits.added(
            Playbook("Own", tuple(replace(A, name=str(number)) for number in range(100))), A
        )


@pytest.mark.parametrize("number", [0, 4, -1])
def test_rule_that_is_not_there_is_not_found(number: int) -> None:
    with pytest.raises(NotFound):
        playbook_edits.moved(BOOK, number, 1)


def test_what_changed_is_said() -> None:
    other = replace(BOOK, name="Mine", rules=(C, replace(A, note="x"), replace(B, name="D")))

    said = [str(sentence) for sentence in playbook_edits.differences(BOOK, other)]

    assert said == [
        "Rule “D” is new.",
        "Rule “B” was removed.",
        "Rule “A” was changed.",
        "The rules are tried in another order.",
        "The playbook's name, note or rounding was changed.",
    ]
    assert playbook_edits.differences(BOOK, BOOK) == []
