"""Fields of platforms in PHP: numbers as text, nothing as "", false or null, an empty object as []."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, pre_load

from integrations.base.fields import LONGEST_LABEL, MOST_PAID
from integrations.base.loading import Loose
from integrations.json_input import LARGEST, digits, exact

NOTHING: tuple[Any, ...] = (None, "", False, [], {})
"""Everything PHP may write where there is nothing; 0 is a number."""


class PhpSchema(Loose):
    """Takes `[]` for an empty object wherever an object may come."""

    @pre_load
    def _object(self, data: Any, **kwargs: Any) -> Any:
        return {} if data == [] else data


def rows_of(data: Any) -> Any:
    """The rows of a list; PHP writes a list with gaps as an object with numbers for names."""
    if isinstance(data, Mapping) and data and all(digits(str(name)) is not None for name in data):
        return list(data.values())
    return data


class PhpField(fields.Field[Any]):
    """A field that is `default` where it is missing or where PHP wrote nothing; without a default
    it is required."""

    def __init__(self, *, required: bool = False, default: Any = None) -> None:
        super().__init__(required=required, **({} if required else {"load_default": default}))

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if not self.required and _is_nothing(value):
            return self.load_default
        return super().deserialize(value, *args, **kwargs)


def _is_nothing(value: Any) -> bool:
    return any(type(value) is type(nothing) and value == nothing for nothing in NOTHING)


class Rows(PhpField):
    """A list inside a row; what is null in it is left out."""

    def __init__(self, inner: fields.Field[Any], *, default: Any = ()) -> None:
        super().__init__(default=default)
        self._list = fields.List(inner)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        rows = rows_of(value)
        kept = [row for row in rows if row is not None] if isinstance(rows, list) else rows
        return self._list.deserialize(kept, *args, **kwargs)


class Dictionary(PhpField):
    """An object whose names are not known beforehand; anything else is an empty one."""

    def __init__(self) -> None:
        super().__init__(default={})

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return dict(value) if isinstance(value, Mapping) else {}


class Text(PhpField):
    """Text, or a number as text, without what a database refuses; anything else is ''."""

    def __init__(self, *, required: bool = False) -> None:
        super().__init__(required=required, default="")

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        text = str(value) if number or isinstance(value, str) else ""
        if self.required and not text:
            raise ValidationError("must not be empty")
        return text.replace("\0", "").encode("utf-8", "replace").decode()


class Label(Text):
    """Words to be shown on one line: cut where nobody reads on."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        return super()._deserialize(value, *args, **kwargs)[:LONGEST_LABEL]


class Number(PhpField):
    """A whole number, also as text; 3.5 is no whole number and is refused, never cut."""

    def __init__(self, *, most: int = LARGEST, required: bool = False, default: Any = 0) -> None:
        super().__init__(required=required, default=default)
        self._most = most

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> int:
        number = exact(value)
        if number is None or number != number.to_integral_value():
            raise ValidationError("must be a whole number")
        if not 0 <= number <= self._most:
            raise ValidationError(f"must be from 0 to {self._most}")
        return int(number)


class Amount(PhpField):
    """An exact number, also as text."""

    def __init__(self, *, required: bool = False, default: Decimal = Decimal(0)) -> None:
        super().__init__(required=required, default=default)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Decimal:
        number = exact(value)
        if number is None or abs(number) > MOST_PAID:
            raise ValidationError(f"must be a number up to {MOST_PAID}")
        return number


class Moment(PhpField):
    """A time, in UTC where it names no zone; None for a zero date, or for anything that is no time."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> datetime | None:
        try:
            moment = datetime.fromisoformat(value)
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (TypeError, ValueError, OverflowError):
            return None
        return moment if 1970 < moment.year < 9000 else None


class Flag(PhpField):
    """Yes or no in any of PHP's words."""

    def __init__(self) -> None:
        super().__init__(default=False)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> bool:
        return value in (True, 1, "1", "true", "yes")
