"""Amounts and days as people type and read them, with the marks of any country."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_timezone_location, get_timezone_name
from babel.numbers import format_currency, get_currency_symbol, get_territory_currencies

from integrations import text as outside
from integrations.money import WHOLE_IN_USE, Money, digits_of, least_step
from service.domain.errors import WrongInput

LONGEST = 60
LONGEST_NUMBER = 15
"""Digits before the decimals: more than any shop takes, less than a database column holds."""
_PLAIN = re.compile(r"\d+")
_GROUPED = re.compile(
    r"\d{1,3}(?:([.,'’ ])\d{2,3})(?:\1\d{2,3})*(?<=\d{3})(?:(?!\1)[.,](?P<cents>\d+))?"
)
_WITH_CENTS = re.compile(r"\d*[.,](?P<cents>\d+)")
_NO_CENTS = re.compile(r"(?<=\d)[.,][-–—]{1,2}$")
"""The dash of a whole price: 12.500,- and 12,–."""
_SHORT = re.compile(r"(?P<number>\d+(?:[.,]\d{1,2})?)\s?(?P<unit>rb|ribu|k|jt|juta)", re.IGNORECASE)
_MOST_GROUPED = 2
"""Decimals of a currency whose thousands can be told from them."""
_MARKS = str.maketrans({"،": ",", "٬": ",", "٫": "."})
_TIMES = {"rb": 1_000, "ribu": 1_000, "k": 1_000, "jt": 1_000_000, "juta": 1_000_000}
"""How Indonesians shorten prices: 259rb, 1,5jt."""
_ALSO_TYPED = {"IDR": ("Rp",), "SGD": ("S$",), "USD": ("US$",)}


def read_amount(text: str, currency: str) -> Money:
    """Read “259000”, “259.000”, “Rp119.000”, “12.500,-”, “259rb” or “36,500.50”.

    Three digits behind a mark are thousands wherever the currency has fewer decimals, so that
    nobody who types 259.000 rupiah gives 259. Raises `WrongInput`, also for sen of rupiah.
    """
    typed = text.strip()
    digits = _digits(_without_marks(typed, currency), currency) if len(typed) <= LONGEST else None
    if digits is None or len(digits.partition(".")[0]) > LONGEST_NUMBER:
        shown = typed[:LONGEST]
        raise WrongInput("“%(shown)s” is not an amount. Enter a number such as 12500.", shown=shown)
    money = Money.of(Decimal(digits), currency)
    if money.amount_minor % least_step(currency):
        raise WrongInput(
            "“%(typed)s” has a part of a rupiah. Enter whole rupiah, such as 12500 or 12.500.",
            typed=typed,
        )
    return money


def _without_marks(typed: str, currency: str) -> str:
    """Digits and separators alone; the currency may stand before or behind them."""
    plain = outside.address(unicodedata.normalize("NFKC", typed))
    for mark in _marks(currency):
        if plain.casefold().startswith(mark):
            plain = plain[len(mark) :].lstrip(". ")
            break
        if plain.casefold().endswith(mark):
            plain = plain[: -len(mark)].rstrip()
            break
    return _NO_CENTS.sub("", plain.translate(_MARKS))


@cache
def _marks(currency: str) -> tuple[str, ...]:
    """What may stand for a currency: its code, and its sign here and where it is used, longest
    first, in lower case."""
    marks = {currency, *_ALSO_TYPED.get(currency, ())}
    for locale in ("en", "id", f"und_{currency[:2]}"):
        try:
            marks.add(get_currency_symbol(currency, Locale.parse(locale)))
        except (UnknownLocaleError, ValueError):
            # The first letters of a currency are not always a country's.
            continue
    folded = {outside.address(unicodedata.normalize("NFKC", mark)).casefold() for mark in marks}
    return tuple(sorted(folded, key=len, reverse=True))


def _digits(plain: str, currency: str) -> str | None:
    """The amount with a full stop before its decimals; None where it is none."""
    places = digits_of(currency)
    if _PLAIN.fullmatch(plain):
        return plain
    match = _SHORT.fullmatch(plain) if currency in WHOLE_IN_USE else None
    if match is not None:
        number = Decimal(match["number"].replace(",", "."))
        return str(number * _TIMES[match["unit"].lower()])
    match = _WITH_CENTS.fullmatch(plain)
    if match is not None and len(match["cents"]) <= places:
        return plain.replace(",", ".")
    match = _GROUPED.fullmatch(plain)
    if match is None or len(match["cents"] or "") > places:
        return None
    cents = match["cents"] or ""
    whole = plain[: -len(cents) - 1] if cents else plain
    return re.sub(r"\D", "", whole) + (f".{cents}" if cents else "")


def amount_text(money: Money, language: str) -> str:
    """An amount as its readers write it: Rp259.000, SGD 34.90.

    Whole amounts go without decimals where the currency has two: where it has three, 1,234 would
    read as thousands to one and as decimals to another.
    """
    amount, locale = money.amount, Locale.parse(language)
    places = digits_of(money.currency)
    if places < 3 and amount == amount.to_integral_value():
        places = 0
    decimals = f".{'0' * places}" if places else ""
    pattern = re.sub(r"(?<=0)\.0+", decimals, str(locale.currency_formats["standard"].pattern))
    shown = format_currency(amount, money.currency, pattern, locale=locale, currency_digits=False)
    # Letters and digits are kept apart, as CLDR asks; a symbol such as $ and rupiah's Rp stay close.
    return re.sub(r"(?<=[^\W\d_])(?<!Rp)(?=\d)", "\u00a0", shown)


def field_text(money: Money, language: str) -> str:
    """An amount for a field to be edited, thousands apart as in `amount_text`, so that a zero too many
    is seen; `read_amount` reads it back to the same. Of a currency with three decimals they stay
    together: 1,234 would be read as decimals."""
    whole, _point, cents = re.sub(r"\.0+$", "", money.text()).partition(".")
    if digits_of(money.currency) > _MOST_GROUPED:
        return f"{whole}.{cents}" if cents else whole
    thousands, point = (".", ",") if language == "id" else (",", ".")
    grouped = f"{int(whole):,}".replace(",", thousands)
    return f"{grouped}{point}{cents}" if cents else grouped


def currency_of(country: str) -> str:
    """The currency people pay with in a country now; '' where none is known."""
    return next(iter(get_territory_currencies(country)), "") if country else ""


def clock_text(moment: datetime, zone: str, language: str) -> str:
    """A time of the day where its reader lives, with the name of the zone: 14.30 WIB."""
    locale, local = Locale.parse(language), moment.astimezone(ZoneInfo(zone))
    pattern = {"id": "HH.mm"}.get(language, "HH:mm")
    shown, name = (
        format_time(local, pattern, locale=locale),
        get_timezone_name(local, "short", locale=locale),
    )
    if name[:1].isalpha():
        return f"{shown} {name}"
    city = get_timezone_location(local.tzinfo, locale=locale, return_city=True)
    return f"{shown} (waktu {city})" if language == "id" else f"{shown} ({city} time)"


def weekday_text(day: date, language: str) -> str:
    """A day of the coming weeks: Senin, 30 November."""
    return format_date(day, "EEEE, d MMMM", locale=Locale.parse(language))


def day_text(day: date, language: str) -> str:
    """A day written out: 24 November 2026."""
    return format_date(day, "d MMMM yyyy", locale=Locale.parse(language))
