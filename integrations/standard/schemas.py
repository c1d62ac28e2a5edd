"""What the shop sends, as marshmallow schemas; unknown fields are ignored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

LONGEST_ID = 190
LONGEST_TEXT = 20_000


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


class Text(fields.String):
    """Text without what a database refuses: zero characters and half surrogates."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs) or ""
        return text.replace("\0", "").encode("utf-8", "replace").decode()


def _text(most: int = 500) -> Text:
    return Text(load_default="", allow_none=True, validate=validate.Length(max=most))


class _Loose(Schema):
    class Meta:
        unknown = EXCLUDE


class BuyerIn(_Loose):
    id = Id(load_default=None, allow_none=True)
    name = _text()
    email = _text(320)
    country = fields.String(
        load_default="",
        allow_none=True,
        validate=validate.Regexp("^([A-Za-z]{2})?$", error="must be two letters, such as ID"),
    )
    language = _text(35)
    zone = _text(64)
    region = _text(100)


class ProductIn(_Loose):
    id = Id(load_default=None, allow_none=True)
    name = _text()


class GoneIn(_Loose):
    """A review of which only the id still matters."""

    id = Id(required=True)
    version = Whole(0, 2**62, load_default=None, allow_none=True)


class ReviewIn(GoneIn):
    rating = Whole(1, 5, required=True, allow_none=True)
    text = _text(LONGEST_TEXT)
    written_at = fields.AwareDateTime(load_default=None, allow_none=True, format="iso")
    deleted = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class ReviewDataIn(_Loose):
    """`data` of review.created and review.updated, and each item of GET /reviews."""

    review = fields.Nested(ReviewIn, required=True)
    product = fields.Nested(ProductIn, load_default=None, allow_none=True)
    buyer = fields.Nested(BuyerIn, load_default=None, allow_none=True)
    order_ids = fields.List(Id(), load_default=list, allow_none=True)


class GoneDataIn(_Loose):
    review = fields.Nested(GoneIn, required=True)


class EnvelopeIn(_Loose):
    type = fields.String(required=True, validate=validate.Length(min=1, max=200))
    data = fields.Dict(keys=fields.String(), required=True)


class ReviewPageIn(_Loose):
    reviews = fields.List(fields.Nested(ReviewDataIn), required=True)
    cursor = _text(1000)
    more = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class MoneyIn(_Loose):
    minor = Whole(0, 10**15, required=True)
    currency = fields.String(
        required=True,
        validate=validate.Regexp("^[A-Z]{3}$", error="must be three capitals, such as EUR"),
    )


class LineIn(_Loose):
    id = Id(required=True)
    product_id = Id(required=True)
    variant_id = Id(load_default=None, allow_none=True)
    name = _text()
    quantity = Whole(1, 10**6, required=True)
    paid = fields.Nested(MoneyIn, required=True)


class OrderIn(_Loose):
    id = Id(required=True)
    number = Id(load_default=None, allow_none=True)
    placed_at = fields.AwareDateTime(required=True, format="iso")
    status = _text(100)
    paid = fields.Nested(MoneyIn, required=True)
    left = fields.Nested(MoneyIn, required=True)
    lines = fields.List(fields.Nested(LineIn), required=True)
    buyer = fields.Nested(BuyerIn, required=True)
    edit_link = _text(2000)


class OrdersIn(_Loose):
    orders = fields.List(fields.Nested(OrderIn), required=True)


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
