"""Sentences that are kept as data, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from flask_babel import format_date, format_decimal, get_locale, get_translations, gettext

from integrations.money import Money
from integrations.sentence import Counted, Said, Text, Value, Words
from service.web import formatting

ENDS = (".", "!", "?", "…", ":", "”")


def translate(sentence: Said | str | None) -> str:
    """What is told to a person, in their language; '' for nothing.

    A sentence of ours that begins small, because it may stand inside another one, gets a capital
    and a full stop here. A person's own words stay as they are, letter for letter.
    """
    text = label(sentence)
    source = sentence if isinstance(sentence, str) else getattr(sentence, "id", "")
    if not source[:1].islower():
        return text
    text = text[:1].upper() + text[1:]
    return text if text.endswith(ENDS) or " " not in text else f"{text}."


def label(sentence: Said | str | None) -> str:
    """The same without a capital or a full stop of its own, as a part of a sentence or a page."""
    if not sentence:
        return ""
    if isinstance(sentence, Words):
        return sentence.in_language(str(get_locale() or ""))
    if isinstance(sentence, str):
        return str(gettext(sentence))
    if isinstance(sentence, Counted):
        # Not `ngettext`, which fills values in at once and knows only one of its own.
        found = get_translations().ungettext(sentence.singular, sentence.id, sentence.number)
        translated = str(found)
    else:
        translated = str(gettext(sentence.id))
    if not sentence.values:
        return translated
    return translated % {name: _shown(value) for name, value in sentence.values.items()}


def _shown(value: Value) -> str:
    match value:
        case Text() | Words():
            return label(value)
        case Money():
            return formatting.money(value.amount_minor, value.currency)
        case datetime():
            return formatting.when(value)
        case date():
            return str(format_date(value, "medium"))
        case Decimal():
            return str(format_decimal(value))
        case _:
            return str(value)
