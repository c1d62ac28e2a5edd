"""Translates sentences for readers outside of a page: notices and reports by mail."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from integrations.money import Money
from integrations.sentence import Counted, Said, Text, Value, Words
from service.localization import amount_text

FOLDER = Path(__file__).parent / "web" / "translations"


@cache
def _catalogue(language: str) -> NullTranslations:
    return Translations.load(FOLDER, [language])


def say(sentence: Said | None, language: str, zone: str = "UTC") -> str:
    """A sentence with its values as its reader writes them; '' for none."""
    if sentence is None or isinstance(sentence, Words):
        return "" if sentence is None else sentence.words
    catalogue = _catalogue(language)
    if isinstance(sentence, Counted):
        translated = str(catalogue.ungettext(sentence.singular, sentence.id, sentence.number))
    else:
        translated = str(catalogue.ugettext(sentence.id))
    shown = {name: _shown(value, language, zone) for name, value in sentence.values.items()}
    return translated % shown if shown else translated


def _shown(value: Value, language: str, zone: str) -> str:
    locale = Locale.parse(language)
    match value:
        case Text() | Words():
            return say(value, language, zone)
        case Money():
            return amount_text(value, language)
        case datetime():
            local = value.astimezone(ZoneInfo(zone))
            day, at = (format_skeleton(form, local, locale=locale) for form in ("MMMd", "Hm"))
            return f"{day}, {at}"
        case date():
            return str(format_date(value, "medium", locale=locale))
        case Decimal():
            return str(format_decimal(value, locale=locale))
        case _:
            return str(value)
