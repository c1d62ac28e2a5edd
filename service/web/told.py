"""Sentences that were written in English by the domain, an operation or an adapter, and kept: in
the reader's language, with amounts and times as the pages show them."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache

from flask_babel import get_locale, get_translations, gettext

from integrations.money import Money, WrongAmount, is_currency
from service.web import formatting
from service.web.words import DEEDS, WORDS, deed, word

PLACE = re.compile(r"%\((\w+)\)s")
_AMOUNT = re.compile(r"\b(\d+(?:\.\d+)?) ([A-Z]{3})\b")
_TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*(?:Z|\+\d\d:\d\d)")
ENDS = (".", "!", "?", "…", ":", ".”", "?”")
_DEEPEST = 4
"""A sentence may hold a sentence (“Tried 3 times, last: ...”), but not without end."""


def told(sentence: str | None) -> str:
    """The sentence for a person; '' for none. What is not known stays as it is."""
    if not sentence:
        return ""
    text = _translated(str(sentence).strip(), _DEEPEST)
    text = _AMOUNT.sub(_amount, _TIME.sub(_time, text))
    text = text[:1].upper() + text[1:]
    return text if text.endswith(ENDS) or " " not in text else f"{text}."


def detail(text: str) -> str:
    """What history adds to a line: a deed with its amount, a time, a reason, a name."""
    first, _, rest = text.partition(" ")
    if first in WORDS and rest[:1].isdigit():
        return f"{word(first)} {_AMOUNT.sub(_amount, rest)}"
    known = _translated(text, _DEEPEST)
    if known == text:
        # Perhaps a person's own words: not a letter is changed.
        return _TIME.sub(_time, text)
    return told(text).removesuffix(".")


def _translated(sentence: str, depth: int) -> str:
    if (sentence in WORDS or sentence in DEEDS) and sentence.islower():
        return (word(sentence) if sentence in WORDS else deed(sentence)).lower()
    exact = str(gettext(sentence))
    if exact != sentence or depth == 0:
        return exact
    for pattern, template in _templates(str(get_locale())):
        found = pattern.fullmatch(sentence)
        if found is not None:
            values = {name: _value(text, depth) for name, text in found.groupdict().items()}
            return str(gettext(template)) % values
    return sentence


def _value(text: str, depth: int) -> str:
    """A value is a name, or a sentence of its own with or without its full stop."""
    known = _translated(text, depth - 1)
    if known == text and f"{text}." != (dotted := _translated(f"{text}.", depth - 1)):
        return dotted.removesuffix(".")
    return known


@cache
def _templates(locale: str) -> list[tuple[re.Pattern[str], str]]:
    """Translated sentences with places for values, the most telling first."""
    known = getattr(get_translations(), "_catalog", {})
    found = [one for one in known if isinstance(one, str) and PLACE.search(one)]
    found.sort(key=lambda one: len(PLACE.sub("", one)), reverse=True)
    return [(_pattern(one), one) for one in found]


def _pattern(template: str) -> re.Pattern[str]:
    parts = PLACE.split(template)
    seen: set[str] = set()
    made = ""
    for place, part in enumerate(parts):
        if place % 2 == 0:
            made += re.escape(part.replace("%%", "%"))
        elif part in seen:
            made += f"(?P={part})"
        else:
            seen.add(part)
            made += f"(?P<{part}>.*?)"
    return re.compile(made, re.DOTALL)


def _amount(found: re.Match[str]) -> str:
    number, currency = found.groups()
    try:
        return (
            formatting.money(Money.of(number, currency).amount_minor, currency)
            if is_currency(currency)
            else found.group()
        )
    except WrongAmount:
        return found.group()


def _time(found: re.Match[str]) -> str:
    return formatting.when(datetime.fromisoformat(found.group()))
