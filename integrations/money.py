"""Exact money: minor units and an ISO 4217 currency. No float ever enters."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Self

from babel.numbers import get_currency_precision


class WrongAmount(ValueError):
    """The text is no amount, or the currencies of two amounts differ."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents, sen) of one currency, such as `Money(1990, "EUR")`."""

    amount_minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal | str | int, currency: str) -> Self:
        """Read a decimal in major units; raises `WrongAmount` when it is none."""
        try:
            value = Decimal(amount)
        except (InvalidOperation, TypeError) as error:
            raise WrongAmount(f"{amount!r} is not an amount of money") from error
        if not value.is_finite():
            raise WrongAmount(f"{amount!r} is not an amount of money")
        places = get_currency_precision(currency)
        return cls(int((value.scaleb(places)).to_integral_value(ROUND_HALF_UP)), currency)

    @property
    def amount(self) -> Decimal:
        """Major units with the currency's own number of decimals."""
        return Decimal(self.amount_minor).scaleb(-get_currency_precision(self.currency))

    def text(self, places: int | None = None) -> str:
        """A plain decimal such as `19.90`, as platforms want it; `places` overrides the currency's."""
        wanted = get_currency_precision(self.currency) if places is None else places
        return f"{self.amount:.{wanted}f}"

    def share(self, percent: Decimal | int) -> Money:
        """`percent` of this, rounded half up to the minor unit."""
        part = (Decimal(self.amount_minor) * Decimal(percent) / 100).to_integral_value(
            ROUND_HALF_UP
        )
        return Money(int(part), self.currency)

    def capped(self, most: Money | None) -> Money:
        """This, or `most` where that is less; raises `WrongAmount` on another currency."""
        return self if most is None or self <= most else most

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise WrongAmount(f"{self.currency} and {other.currency} cannot be compared")

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.amount_minor <= other.amount_minor

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount_minor < other.amount_minor

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __str__(self) -> str:
        return f"{self.text()} {self.currency}"
