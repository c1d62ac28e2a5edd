"""Exact money: minor units and an ISO 4217 currency. No float ever enters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Self

from iso4217 import Currency

DIGITS = {unit.code: unit.exponent for unit in Currency if unit.exponent is not None}
"""Decimals of each currency as ISO 4217 lists them. CLDR's numbers are those of everyday cash: a
shop books dinars with two decimals where CLDR shows none."""
WITHDRAWN = frozenset(
    ("ANG", "BGN", "BYR", "CUC", "EEK", "HRK", "LTL", "LVL", "MRO", "SLL", "STD", "VEF", "ZWL")
)
"""Currencies that ISO 4217 lists no more, in which orders of the last fifteen years were paid."""
_USUAL_DIGITS = 2
"""Decimal digits of currencies that ISO 4217 has withdrawn."""
WHOLE_IN_USE = frozenset({"IDR"})
"""Currencies whose minor unit stands in ISO 4217 but in no price: a sen is neither proposed nor
taken from a person."""


def is_currency(code: str) -> bool:
    """True for a code of ISO 4217, also one that was withdrawn lately."""
    return code in DIGITS or code in WITHDRAWN


def digits_of(currency: str) -> int:
    """How many decimals an amount has: 2 for EUR, 0 for JPY, 3 for KWD."""
    return DIGITS.get(currency.upper(), _USUAL_DIGITS)


def least_step(currency: str) -> int:
    """The smallest amount people use, in minor units: 100 sen for IDR, else 1."""
    return 10 ** digits_of(currency) if currency.upper() in WHOLE_IN_USE else 1


class WrongAmount(ValueError):
    """The text is no amount, or the currencies of two amounts differ."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents, sen) of one currency, such as `Money(1990, "EUR")`."""

    amount_minor: int
    currency: str

    @classmethod
    def of(
        cls, amount: Decimal | str | int, currency: str, *, rounding: str = ROUND_HALF_UP
    ) -> Self:
        """Read a decimal in major units; raises `WrongAmount` when it is none."""
        try:
            value = Decimal(amount)
        except (InvalidOperation, TypeError) as error:
            raise WrongAmount(f"{amount!r} is not an amount of money") from error
        if not value.is_finite():
            raise WrongAmount(f"{amount!r} is not an amount of money")
        minor = value.scaleb(digits_of(currency)).to_integral_value(rounding)
        return cls(int(minor), currency)

    @property
    def amount(self) -> Decimal:
        """Major units with the currency's own number of decimals."""
        return Decimal(self.amount_minor).scaleb(-digits_of(self.currency))

    def text(self, places: int | None = None) -> str:
        """A plain decimal such as `19.90`, as platforms want it; `places` overrides the currency's."""
        decimals = digits_of(self.currency) if places is None else places
        return f"{self.amount:.{decimals}f}"

    def share(self, percent: Decimal | int) -> Money:
        """`percent` of this, rounded half up to the smallest amount people use."""
        step = least_step(self.currency)
        part = Decimal(self.amount_minor) * Decimal(percent) / 100 / step
        return Money(int(part.to_integral_value(ROUND_HALF_UP)) * step, self.currency)

    def split(self, parts: Sequence[Decimal], step: int = 1) -> list[Money]:
        """This shared out in proportion to the parts, in whole steps of minor units, to the last."""
        steps, whole = self.amount_minor // step, sum(parts, Decimal(0))
        exact = [steps * part / whole for part in parts]
        shares = [int(share) for share in exact]
        by_rest = sorted(range(len(parts)), key=lambda at: shares[at] - exact[at])
        for at in by_rest[: steps - sum(shares)]:
            shares[at] += 1
        return [Money(share * step, self.currency) for share in shares]

    def in_use(self) -> Money:
        """The most of this that people can pay and type: rupiah without sen."""
        step = least_step(self.currency)
        return Money(self.amount_minor // step * step, self.currency)

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
