"""A playbook as one file: what it says, its notes and its amounts come back as they were."""

from __future__ import annotations

import json
import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.remedies import REFUND
from service.domain.errors import WrongInput
from service.domain.remedies import playbook_file
from service.domain.remedies.playbook import Playbook
from service.domain.remedies.playbook_data import (
    fingerprint,
    playbook_from_data,
    playbook_to_data,
)
from tests.domain.playbooks import playbooks

RULE = '[[rules]]\nname = "All"\n[[rules.remedies]]\naction = "refund"\n'
FILE = """# Ours since "the flood"
name = "Own" # short
rounding = {IDR = "500"}

# Cracked in transit:
# courier pays
[[rules]]
name = {en = "Cracked # or not", id = "Retak"} # both languages
when.words = [
  "retak", # as buyers say
  "\'\'\'not a comment # here",
]
[[rules.remedies]]
action = "refund"
percent = 40
cap = {IDR = "119000", EUR = "7.50", USD = "none"}

# The rest
[[rules]]
name = "Rest"
[[rules.remedies]]
action = "resend" # the item
# Ends here
"""


@settings(max_examples=60, deadline=None)
@given(playbook=playbooks())
def test_what_is_written_is_read_back(playbook: Playbook) -> None:
    kept = json.loads(json.dumps(playbook_to_data(playbook)))

    assert playbook_from_data(kept) == playbook
    assert playbook_file.read(playbook_file.write(playbook)) == playbook
    assert fingerprint(playbook_from_data(kept)) == fingerprint(playbook)


def test_amounts_are_in_whole_units_and_notes_are_the_comments() -> None:
    playbook = playbook_file.read(FILE)

    cracked, rest = playbook.rules
    assert (cracked.name, cracked.translations) == ("Cracked # or not", {"id": "Retak"})
    (refund,) = cracked.remedies
    assert (refund.kind, refund.cap, refund.uncapped) == (
        REFUND,
        {"IDR": 11_900_000, "EUR": 750},
        ("USD",),
    )
    assert playbook.note == 'Ours since "the flood"\nshort'
    assert cracked.note == "Cracked in transit:\ncourier pays\nboth languages\nas buyers say"
    assert rest.note == "The rest\nthe item\nEnds here"
    assert playbook.rounding == {"IDR": 50_000}


def test_comments_of_rules_in_one_list_stay_with_the_playbook() -> None:
    text = (
        'name = "A"\nrules = [ # one\n {name = "R", remedies = [{action = "resend"}]}, # two\n]\n'
    )

    assert playbook_file.read(text).note == "one\ntwo"


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
def test_ends_of_lines_do_not_matter(ends: str) -> None:
    assert playbook_file.read(FILE.replace("\n", ends)) == playbook_file.read(FILE)


def test_mark_of_utf8_at_the_start_does_not_matter() -> None:
    assert playbook_file.read(f"\ufeff{FILE}") == playbook_file.read(FILE)


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("5000000", "must give IDR as an amount in quotes"),
        ('"50.000,00"', "must give IDR as an amount in quotes"),
        ('"-5"', "must give IDR as an amount in quotes"),
        ('"12.34"', "gives IDR in smaller parts"),
        ('"50.000"', "must give IDR as an amount in quotes"),
        ('"1.500.000"', "must give IDR as an amount in quotes"),
        ("50.5", "must give IDR as an amount in quotes"),
    ],
)
def test_amount_that_could_be_misread_is_refused_in_words(amount: str, said: str) -> None:
    text = f'name = "A"\n{RULE}percent = 20\ncap = {{IDR = {amount}}}\n'

    with pytest.raises(WrongInput, match=re.escape(said)):
        playbook_file.read(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "not valid TOML"),
        ("a = " + "[" * 3000, "nested too deep"),
        ("", "rules"),
        ('name = "A"\nrules = [5]', "must be a table"),
        ('name = "A"\n[[rules]]\nname = "R"\nremedies = [5]\n', "must be a table"),
        ('name = "A"\nrules = 5', "rules"),
        ("#" * 300_000, "too long"),
        (f'name = "A"\n{RULE}percent = 20\ncap = {{XXQ = "5"}}\n', "no currency code"),
    ],
)
def test_what_is_no_playbook_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(WrongInput, match=said):
        playbook_file.read(text)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="#\"'\\\n[]= ar{}", max_size=60))
def test_no_text_fails_otherwise_than_in_words(text: str) -> None:
    with suppress(WrongInput):
        assert playbook_file.read(text).rules
