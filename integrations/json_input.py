"""Reads JSON and numbers from outside; what a later step could not compute with is refused."""

from __future__ import annotations

import json
import re
from decimal import Context, Decimal, InvalidOperation
from typing import Any

MOST_DIGITS = 4000
"""Python reads and writes no whole number of more than 4300 (sys.set_int_max_str_digits)."""
LARGEST = 2**62
PLACES = 12
"""Decimals that are kept; what comes after them is the noise of the sender's binary fractions."""
_EXACTLY = Context(prec=40)


def read(body: bytes) -> Any:
    """What a body says, a whole number without end as infinite, so that only the field that holds
    it is refused. Raises `ValueError` or `RecursionError` where it is no JSON in UTF-8."""
    return json.loads(body, parse_int=_whole)


def _whole(text: str) -> int | float:
    return int(text) if len(text) <= MOST_DIGITS else float(text)


def digits(text: str) -> int | None:
    """The number that a header or a path is made of, None where it is none."""
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else None


def exact(value: Any) -> Decimal | None:
    """The number that is meant by a number or a text, None where it is none or too large."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    if not number.is_finite() or not -LARGEST <= number <= LARGEST:
        return None
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    if -PLACES <= exponent <= 0:
        return number
    return number.quantize(Decimal(1).scaleb(max(-PLACES, min(exponent, 0))), context=_EXACTLY)
