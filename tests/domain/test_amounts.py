"""Amounts as people type and read them: nobody who types 259.000 rupiah gives 259."""

from __future__ import annotations

from datetime import date

import pytest

from integrations.money import Money
from service.domain.amounts import amount_text, day_text, read_amount
from service.domain.errors import WrongInput


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("259000", "IDR", 25_900_000),
        ("259.000", "IDR", 25_900_000),
        ("259,000", "IDR", 25_900_000),
        ("Rp 1.250.000", "IDR", 125_000_000),
        ("IDR 500", "IDR", 50_000),
        ("36.500,50", "IDR", 3_650_050),
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
    ],
)
def test_what_is_no_amount_is_refused(text: str, currency: str) -> None:
    with pytest.raises(WrongInput, match="is not an amount"):
        read_amount(text, currency)


@pytest.mark.parametrize(
    ("money", "language", "shown"),
    [
        (Money(25_900_000, "IDR"), "id", "Rp 259.000"),
        (Money(25_900_000, "IDR"), "en", "IDR 259,000"),
        (Money(3_490, "SGD"), "en", "SGD 34.90"),
        (Money(3_490, "SGD"), "id", "SGD 34,90"),
        (Money(500, "USD"), "en", "$5"),
        (Money(1_250, "JPY"), "en", "¥1,250"),
    ],
)
def test_amount_is_written_as_its_readers_do(money: Money, language: str, shown: str) -> None:
    assert amount_text(money, language).replace("\u00a0", " ") == shown


def test_day_is_written_out() -> None:
    assert day_text(date(2026, 12, 31), "id") == "31 Desember 2026"
