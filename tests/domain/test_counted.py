"""Sentences that count: one has its own form, in pages, mails and what is kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages import pofile
from flask import Flask
from flask_babel import Babel

from integrations.sentence import Counted, Words, from_data, to_data, without
from service.sentences import say
from service.web.i18n import label

CATALOGUE = Path(__file__).resolve().parents[2] / "service/web/translations/id/LC_MESSAGES"


def _orders(number: int) -> Counted:
    return Counted("%(count)s order", "%(count)s orders", count=number)


@pytest.mark.parametrize(("number", "said"), [(0, "0 orders"), (1, "1 order"), (2, "2 orders")])
def test_one_has_its_own_form(number: int, said: str) -> None:
    sentence = _orders(number)

    assert str(sentence) == say(sentence, "en") == said
    assert say(sentence, "id") == f"{number} pesanan"
    kept = from_data(to_data(sentence))
    assert (type(kept), kept, str(kept)) == (Counted, sentence, said)


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("language", ["en", "id"])
def test_pages_say_it_as_mails_do(number: int, language: str) -> None:
    app = Flask("service.web", root_path=str(CATALOGUE.parents[2]))
    Babel(app, locale_selector=lambda: language)
    sentence = _orders(number)

    with app.test_request_context():
        assert label(sentence) == say(sentence, language)


def test_what_is_struck_out_of_it_leaves_the_count() -> None:
    sentence = Counted("%(n)s case of %(who)s", "%(n)s cases of %(who)s", n=1, who=Words("Rina"))

    assert str(without(sentence, re.compile("Rina"))) == "1 case of …"


COUNTS = re.compile(
    r"%\((?:n|num|number|count|cases|reviews|deliveries|days|hours|seconds|tries|parts|total|all)\)s"
    r" (?!(?:is|as|has)\b)(?:\w+ )?(?!(?:is|as|has)\b)\w+s\b"
)
NEVER_ONE = {
    "%(count)s remedies to choose among",
    "%(days)s days",
    "%(number)s × %(what)s did not go through and is tried again by itself, next at %(when)s.",
    "A thanks and an invitation about a review stay %(days)s days apart.",
    "All %(n)s versions",
    "All %(num)s cases",
    "Enter when to call again, within the next %(days)s days.",
    "Events are sent at least once and in no certain order. What is not taken is tried again for "
    "three days; all stays here for %(days)s days.",
    "Looked up %(days)s days ago: rules may have changed since.",
    "On %(name)s a review can be changed for %(days)s days only.",
    "The buyer was invited to update a review in the last %(days)s days.",
    "The buyer was thanked in the last %(days)s days.",
    "The message takes %(parts)s parts of SMS, more than set for this connection.",
    "Tried %(tries)s times, last: %(why)s Try again later.",
    "cases of this shop, last %(days)s days",
    "last %(number)s cases",
    "tried %(number)s times",
}
"""Sentences whose number is never 1: a constant, a bound that begins higher, said of several only."""


def test_every_sentence_that_counts_has_a_form_for_one() -> None:
    with (CATALOGUE / "messages.po").open("rb") as file:
        sentences = [message.id for message in pofile.read_po(file, "id") if message.id]
    plain = {sentence for sentence in sentences if isinstance(sentence, str)}

    assert {sentence for sentence in plain if COUNTS.search(sentence)} <= NEVER_ONE
    assert plain >= NEVER_ONE
