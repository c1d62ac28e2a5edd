"""Amounts and days as people type and read them, with the marks of any country."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, get_currency_precision

from integrations.money import Money
from service.domain.errors import WrongInput

LONGEST = 20
_PLAIN = re.compile(r"\d+")
_MARKED = re.compile(r"\d{1,3}(?:([.,' ])\d{3})(?:\1\d{3})*(?:[.,](?P<cents>\d{1,2}))?")
_WITH_CENTS = re.compile(r"\d+[.,](?P<cents>\d+)")


def read_amount(text: str, currency: str) -> Money:
    """Read “259000”, “259.000”, “36,500.50” or “12,5”; raises `WrongInput`.

    Three digits behind a mark are thousands wherever the currency has fewer decimals, so that
    nobody who types 259.000 rupiah gives 259.
    """
    plain = re.sub(rf"^(?:{currency}|Rp\.?|S?\$|€|£)\s*", "", text.strip(), flags=re.IGNORECASE)
    places = get_currency_precision(currency)
    digits = _digits(plain, places) if len(plain) <= LONGEST else None
    if digits is None:
        raise WrongInput(f"“{text.strip()}” is not an amount. Enter a number such as 12500.")
    return Money.of(Decimal(digits), currency)


def _digits(plain: str, places: int) -> str | None:
    """The amount with a full stop before its decimals; None where it is none."""
    if _PLAIN.fullmatch(plain):
        return plain
    found = _WITH_CENTS.fullmatch(plain)
    if found is not None and len(found["cents"]) <= places:
        return plain.replace(",", ".")
    found = _MARKED.fullmatch(plain) if places < 3 else None
    if found is None or len(found["cents"] or "") > places:
        return None
    cents = found["cents"] or ""
    whole = plain[: -len(cents) - 1] if cents else plain
    return re.sub(r"\D", "", whole) + (f".{cents}" if cents else "")


def amount_text(money: Money, language: str) -> str:
    """An amount as its readers write it: Rp 259.000, SGD 34.90; whole amounts without cents."""
    amount, locale = money.amount, Locale.parse(language)
    shown = format_currency(amount, money.currency, locale=locale)
    if amount == amount.to_integral_value():
        pattern = re.sub(r"\.0+", "", str(locale.currency_formats["standard"].pattern))
        shown = format_currency(
            amount, money.currency, pattern, locale=locale, currency_digits=False
        )
    # Letters and digits are kept apart, as CLDR asks; a symbol such as $ stays close.
    return re.sub(r"(?<=[^\W\d_])(?=\d)", "\u00a0", shown)


def day_text(day: date, language: str) -> str:
    """A day written out: 24 November 2026."""
    return format_date(day, "d MMMM yyyy", locale=Locale.parse(language))
