"""Fields of vendors' JSON: what is needed is checked strictly, what only helps is left out where it is
not as documented."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, missing, validate

from integrations.json_input import exact

LONGEST_ID = 190
LONGEST_TEXT = 20_000
LONGEST_LABEL = 500
MOST_PIECES = 10**6
MOST_PAID = 10**12
"""In major units: what no order costs, and what a database holds in minor ones."""


class Optional(fields.Field[Any]):
    """A field whose default, where it has one, stands for null too."""

    def deserialize(
        self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any
    ) -> Any:
        if value is None and self.load_default is not missing:
            return self.load_default
        return super().deserialize(value, attr, data, **kwargs)


class Id(fields.Field[str]):
    """An id: text, or a whole number taken as text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValidationError("must be text or a whole number")
        text = str(value).strip()
        if not text or len(text) > LONGEST_ID or not text.isprintable():
            raise ValidationError(f"must have 1 to {LONGEST_ID} printable characters")
        return text


class Whole(fields.Field[int]):
    """A whole number; 2.0, "2" and true are refused."""

    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._least = least
        self._most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("must be a whole number")
        if not self._least <= value <= self._most:
            raise ValidationError(f"must be from {self._least} to {self._most}")
        return value


class Moment(fields.AwareDateTime):
    """A time with its zone, given in UTC, in years that can be reckoned with."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        moment = super()._deserialize(value, attr, data, **kwargs)
        if not 1970 < moment.year < 9000:
            raise ValidationError("must be in a year from 1971 to 8999")
        return moment.astimezone(UTC)


class Text(Optional, fields.String):
    """Text without what a database refuses: zero characters and half surrogates."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs) or ""
        return text.replace("\0", "").encode("utf-8", "replace").decode()


def text_field(most: int = 500, **kwargs: Any) -> Text:
    """Text of so many characters at most, '' where it is missing."""
    return Text(load_default="", validate=validate.Length(max=most), **kwargs)


def currency() -> fields.String:
    """An ISO 4217 code."""
    form = validate.Regexp(r"[A-Z]{3}\Z", error="must be three capitals, such as EUR")
    return fields.String(required=True, validate=form)


class Decoration(Optional):
    """What helps, but is not needed: `default` where it is missing or not as documented."""

    def __init__(self, inner: fields.Field[Any], default: Any = None, **kwargs: Any) -> None:
        super().__init__(load_default=default, **kwargs)
        self._inner = inner

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return self._inner.deserialize(value, attr, data, **kwargs)
        except ValidationError:
            return self.load_default


class Label(Text):
    """Words to be shown: cut to `most` characters, and left out where they are no text."""

    def __init__(self, most: int = LONGEST_LABEL, **kwargs: Any) -> None:
        super().__init__(load_default="", **kwargs)
        self._most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            return ""
        return super()._deserialize(value, attr, data, **kwargs)[: self._most]


class Rows(Optional, fields.List[Any]):
    """A list that is empty where it is missing."""

    def __init__(self, inner: fields.Field[Any]) -> None:
        super().__init__(inner, load_default=())


class Ids(Optional):
    """Those of a list that are ids."""

    def __init__(self) -> None:
        super().__init__(load_default=())
        self._row = Decoration(Id())

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> tuple[str, ...]:
        rows = value if isinstance(value, list) else []
        return tuple(filter(None, map(self._row.deserialize, rows)))


class Quantity(fields.Field[Decimal]):
    """How many, or a part of one: a number or a decimal as text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        number = exact(value)
        if number is None or not 0 <= number <= MOST_PIECES:
            raise ValidationError(f"must be a number from 0 to {MOST_PIECES}")
        return number


class Seconds(fields.Field[datetime | None]):
    """A time as whole seconds since 1970; None where it is missing or 0, unless it is required."""

    def __init__(self, *, required: bool = False) -> None:
        super().__init__(required=required, load_default=missing if required else None)

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> datetime | None:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**37:
            raise ValidationError("must be whole seconds since 1970")
        if not value and self.required:
            raise ValidationError("must be a time")
        return datetime.fromtimestamp(value, UTC) if value else None


class Amount(Optional):
    """An exact amount in major units: a number, or a decimal as text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        number = exact(value)
        if number is None or abs(number) > MOST_PAID:
            raise ValidationError(f"must be a number up to {MOST_PAID}")
        return number
