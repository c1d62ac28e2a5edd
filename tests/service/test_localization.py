"""Amounts as people type and read them: nobody who types 259.000 rupiah gives 259."""

from __future__ import annotations

from datetime import date

import pytest
from babel.localedata import locale_identifiers
from babel.numbers import list_currencies
from hypothesis import given
from hypothesis import strategies as st

from integrations.money import DIGITS, Money, digits_of, least_step
from service.data import LANGUAGES
from service.domain.errors import WrongInput
from service.localization import amount_text, day_text, field_text, read_amount

CURRENCIES = sorted({*list_currencies(), *DIGITS})
ZERO = [
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "UYI",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
]
THREE = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]
FOUR = ["CLF", "UYW"]
OTHER_LANGUAGES = [name for name in locale_identifiers() if len(name) == 2]


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("259000", "IDR", 25_900_000),
        ("259.000", "IDR", 25_900_000),
        ("259,000", "IDR", 25_900_000),
        ("Rp 1.250.000", "IDR", 125_000_000),
        ("IDR 500", "IDR", 50_000),
        ("36.500,00", "IDR", 3_650_000),
        ("12.500,-", "IDR", 1_250_000),
        ("Rp12.500,–", "IDR", 1_250_000),
        ("12.500 IDR", "IDR", 1_250_000),
        ("rp. 12.500", "IDR", 1_250_000),
        ("Rp119.000", "IDR", 11_900_000),
        ("Rp\u00a0119.000\u200f", "IDR", 11_900_000),
        ("259rb", "IDR", 25_900_000),
        ("259 ribu", "IDR", 25_900_000),
        ("259K", "IDR", 25_900_000),
        ("1,5jt", "IDR", 150_000_000),
        ("1.5 Juta", "IDR", 150_000_000),
        ("12,-", "EUR", 1_200),
        ("12,50 €", "EUR", 1_250),
        ("S$12.50", "SGD", 1_250),
        ("RM12.50", "MYR", 1_250),
        ("1299,50", "RSD", 129_950),
        ("1,234.500", "KWD", 1_234_500),
        ("0.0001", "CLF", 1),
        ("36,500.50", "USD", 3_650_050),
        ("12,5", "SGD", 1_250),
        ("12.50", "EUR", 1_250),
        ("1 000", "EUR", 100_000),
        ("1.234", "KWD", 1_234),
        ("1250", "JPY", 1_250),
    ],
)
def test_amount_is_read(text: str, currency: str, minor: int) -> None:
    assert read_amount(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("", "IDR"),
        ("-5", "IDR"),
        ("1.2.3", "IDR"),
        ("12.50", "JPY"),
        ("abc", "IDR"),
        ("1,23.456", "IDR"),
        ("1e5", "IDR"),
        ("9" * 30, "IDR"),
        ("USD 5", "IDR"),
        ("$5", "IDR"),
        ("1.250rb", "IDR"),
        ("5rb", "USD"),
        ("1.2345", "KWD"),
        ("1.500.00", "IDR"),
        ("1,234.56.78", "EUR"),
    ],
)
def test_what_is_no_amount_is_refused(text: str, currency: str) -> None:
    with pytest.raises(WrongInput, match="is not an amount"):
        read_amount(text, currency)


@pytest.mark.parametrize(
    ("money", "language", "shown"),
    [
        (Money(25_900_000, "IDR"), "id", "Rp259.000"),
        (Money(25_900_000, "IDR"), "en", "IDR 259,000"),
        (Money(3_490, "SGD"), "en", "SGD 34.90"),
        (Money(3_490, "SGD"), "id", "SGD 34,90"),
        (Money(500, "USD"), "en", "$5"),
        (Money(1_250, "JPY"), "en", "¥1,250"),
        (Money(129_950, "RSD"), "en", "RSD 1,299.50"),
        (Money(1_234_000, "KWD"), "en", "KWD 1,234.000"),
        (Money(1_234_000, "KWD"), "id", "KWD 1.234,000"),
        (Money(10_000, "CLF"), "en", "CLF 1.0000"),
    ],
)
def test_amount_is_written_as_its_readers_do(money: Money, language: str, shown: str) -> None:
    assert amount_text(money, language).replace("\u00a0", " ") == shown


def test_day_is_written_out() -> None:
    assert day_text(date(2026, 12, 31), "id") == "31 Desember 2026"


def test_digits_are_those_of_iso_4217() -> None:
    others = {**dict.fromkeys(ZERO, 0), **dict.fromkeys(THREE, 3), **dict.fromkeys(FOUR, 4)}

    assert {currency: digits_of(currency) for currency in CURRENCIES} == {
        currency: others.get(currency, 2) for currency in CURRENCIES
    }


@pytest.mark.parametrize("text", ["25,5", "25,50", "Rp 36.500,50", "12.500,01", "0.5"])
def test_sen_of_rupiah_is_refused_with_a_word(text: str) -> None:
    with pytest.raises(WrongInput, match="whole rupiah"):
        read_amount(text, "IDR")


@given(st.sampled_from(CURRENCIES), st.sampled_from(LANGUAGES), st.integers(1, 10**12))
def test_what_is_shown_can_be_typed_back(currency: str, language: str, units: int) -> None:
    money = Money(units * least_step(currency), currency)

    assert read_amount(amount_text(money, language), currency) == money
    assert read_amount(field_text(money, language), currency) == money


@given(
    st.sampled_from(["EUR", "IDR", "JPY", "KWD", "CLF"]),
    st.sampled_from(OTHER_LANGUAGES),
    st.integers(1, 10**12),
)
def test_marks_of_every_language_are_read(currency: str, language: str, units: int) -> None:
    money = Money(units * least_step(currency), currency)

    assert read_amount(amount_text(money, language), currency) == money


@given(st.sampled_from(CURRENCIES), st.integers(0, 10**15))
def test_a_decimal_keeps_every_minor_unit(currency: str, minor: int) -> None:
    money = Money(minor, currency)

    assert Money.of(money.text(), currency) == money
    assert len(money.text().partition(".")[2]) == digits_of(currency)


@given(st.sampled_from(CURRENCIES), st.integers(1, 10**12), st.integers(1, 100))
def test_a_share_is_an_amount_people_can_type(currency: str, minor: int, percent: int) -> None:
    share = Money(minor, currency).share(percent)

    for language in LANGUAGES:
        assert read_amount(field_text(share, language), currency) == share
    assert Money(minor, currency).in_use() <= Money(minor, currency)


@pytest.mark.parametrize(
    ("minor", "currency", "language", "shown"),
    [
        (5_000_000, "IDR", "id", "50.000"),
        (50_000_000, "IDR", "en", "500,000"),
        (150_050, "SGD", "id", "1.500,50"),
        (1_234_000, "KWD", "en", "1234"),
        (1_500, "JPY", "en", "1,500"),
    ],
)
def test_thousands_stand_apart_in_a_field(
    minor: int, currency: str, language: str, shown: str
) -> None:
    assert field_text(Money(minor, currency), language) == shown
