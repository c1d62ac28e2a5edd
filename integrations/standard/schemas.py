"""What the shop sends, as marshmallow schemas; unknown fields are ignored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from integrations.json_input import exact

LONGEST_ID = 190
LONGEST_TEXT = 20_000
LONGEST_LABEL = 500
MOST_PIECES = 10**6
MOST_MINOR = 10**15


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
    """A time with its zone, in years that can be reckoned with."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        moment = super()._deserialize(value, attr, data, **kwargs)
        if not 1970 < moment.year < 9000:
            raise ValidationError("must be in a year from 1971 to 8999")
        return moment


class Text(fields.String):
    """Text without what a database refuses: zero characters and half surrogates."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs) or ""
        return text.replace("\0", "").encode("utf-8", "replace").decode()


def _text(most: int = 500) -> Text:
    return Text(load_default="", allow_none=True, validate=validate.Length(max=most))


class Decoration(fields.Field[Any]):
    """What helps, but is not needed: left out where it is not as documented."""

    def __init__(self, inner: fields.Field[Any], default: Any = None) -> None:
        super().__init__(load_default=default, allow_none=True)
        self._inner = inner

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return self._inner.deserialize(value, attr, data, **kwargs)
        except ValidationError:
            return self.load_default


class Label(Text):
    """Words to be shown: cut to `most` characters, and left out where they are no text."""

    def __init__(self, most: int = LONGEST_LABEL) -> None:
        super().__init__(load_default="", allow_none=True)
        self._most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            return ""
        return super()._deserialize(value, attr, data, **kwargs)[: self._most]


class Ids(fields.Field[list[str]]):
    """Those of a list that are ids."""

    def __init__(self) -> None:
        super().__init__(load_default=list, allow_none=True)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        rows = value if isinstance(value, list) else []
        read = [Decoration(Id()).deserialize(one) for one in rows]
        return [one for one in read if one is not None]


class Quantity(fields.Field[Decimal]):
    """How many, or a part of one: a number or a decimal as text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        number = exact(value)
        if number is None or not 0 <= number <= MOST_PIECES:
            raise ValidationError(f"must be a number from 0 to {MOST_PIECES}")
        return number


class _Loose(Schema):
    class Meta:
        unknown = EXCLUDE


class BuyerIn(_Loose):
    id = Decoration(Id())
    name = Label()
    email = Decoration(_text(320), "")
    country = Decoration(fields.String(validate=validate.Regexp(r"[A-Za-z]{2}\Z")), "")
    language = Decoration(_text(35), "")
    zone = Decoration(_text(64), "")
    region = Label(100)


class ProductIn(_Loose):
    id = Decoration(Id())
    name = Label()


class GoneIn(_Loose):
    """A review of which only the id still matters."""

    id = Id(required=True)
    version = Whole(0, 2**62, load_default=None, allow_none=True)


class ReviewIn(GoneIn):
    rating = Whole(1, 5, required=True, allow_none=True)
    text = _text(LONGEST_TEXT)
    written_at = Moment(load_default=None, allow_none=True)
    deleted = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class ReviewDataIn(_Loose):
    """`data` of review.created and review.updated, and each item of GET /reviews."""

    review = fields.Nested(ReviewIn, required=True)
    product = Decoration(fields.Nested(ProductIn))
    buyer = Decoration(fields.Nested(BuyerIn))
    order_ids = Ids()


class GoneDataIn(_Loose):
    review = fields.Nested(GoneIn, required=True)


class EnvelopeIn(_Loose):
    type = fields.String(required=True, validate=validate.Length(min=1, max=200))
    data = fields.Dict(keys=fields.String(), required=True)


class ReviewPageIn(_Loose):
    """A page of reviews, which are read one by one."""

    reviews = fields.List(fields.Raw(allow_none=True), required=True)
    cursor = _text(1000)
    more = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class MoneyIn(_Loose):
    minor = Whole(0, MOST_MINOR, required=True)
    currency = fields.String(
        required=True,
        validate=validate.Regexp(r"[A-Z]{3}\Z", error="must be three capitals, such as EUR"),
    )


class LinePaidIn(MoneyIn):
    """What was paid for a line; a line that is a discount takes away."""

    minor = Whole(-MOST_MINOR, MOST_MINOR, required=True)


class LineIn(_Loose):
    """A line; a tip or a removed product has none of its own."""

    id = Id(required=True)
    product_id = Decoration(Id())
    variant_id = Decoration(Id())
    name = Label()
    quantity = Quantity(required=True)
    paid = fields.Nested(LinePaidIn, required=True)


class OrderIn(_Loose):
    id = Id(required=True)
    number = Decoration(Id())
    placed_at = Moment(required=True)
    status = Label(100)
    paid = fields.Nested(MoneyIn, required=True)
    left = fields.Nested(MoneyIn, required=True)
    lines = fields.List(fields.Nested(LineIn), required=True)
    buyer = fields.Nested(BuyerIn, required=True)
    edit_link = Decoration(_text(2000), "")


class OrdersIn(_Loose):
    """A list of orders, which are read one by one."""

    orders = fields.List(fields.Raw(allow_none=True), required=True)


class MakeGoodIn(_Loose):
    """The answer to POST /make-goods; the terms are compared where the shop repeats them."""

    id = Id(required=True)
    status = fields.String(
        load_default="done", validate=validate.OneOf(("done", "pending", "refused"))
    )
    already = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    code = _text(100)
    task = _text(2000)
    message = _text(2000)
    action = fields.String(load_default=None, allow_none=True)
    order_id = Id(load_default=None, allow_none=True)
    amount = fields.Nested(MoneyIn, load_default=None, allow_none=True)
    line_ids = fields.List(Id(), load_default=None, allow_none=True)


class RecordedMakeGoodIn(MakeGoodIn):
    """The answer to GET /make-goods/{key}: without the terms nothing could be compared."""

    action = fields.String(required=True)
    order_id = Id(required=True)
    amount = fields.Nested(MoneyIn, required=True)


class SentIn(_Loose):
    id = Id(load_default=None, allow_none=True)


def load(schema: type[Schema], data: Any, where: str = "") -> dict[str, Any]:
    """Read `data`; raises `ValidationError` whose only message names each wrong field."""
    try:
        loaded: dict[str, Any] = schema().load(data)
    except ValidationError as error:
        raise ValidationError("; ".join(_flat(error.messages, where))[:500]) from error
    return loaded


def _flat(messages: Any, path: str) -> list[str]:
    """Turn marshmallow's tree into lines such as `data.review.rating: must be from 1 to 5`."""
    if isinstance(messages, Mapping):
        return [
            line
            for name, below in messages.items()
            for line in _flat(
                below, path if name == "_schema" else f"{path}.{name}" if path else str(name)
            )
        ]
    said = " ".join(str(one) for one in messages) if isinstance(messages, list) else str(messages)
    return [f"{path}: {said}" if path else said]
