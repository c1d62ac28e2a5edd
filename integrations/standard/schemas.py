"""What the shop sends, as marshmallow schemas; unknown fields are ignored."""

from __future__ import annotations

from marshmallow import fields, validate

from integrations.base.fields import (
    LONGEST_TEXT,
    Decoration,
    Id,
    Ids,
    Label,
    Moment,
    Quantity,
    Whole,
    text_field,
)
from integrations.base.loading import Loose

MOST_MINOR = 10**15


CHANNELS = ("email", "whatsapp", "sms")
"""By which a buyer may have agreed to be written to."""


class BuyerIn(Loose):
    id = Decoration(Id())
    name = Label()
    email = Decoration(text_field(320), "")
    country = Decoration(fields.String(validate=validate.Regexp(r"[A-Za-z]{2}\Z")), "")
    language = Decoration(text_field(35), "")
    zone = Decoration(text_field(64), "")
    region = Label(100)
    phone = Decoration(text_field(40), "")
    address = Decoration(text_field(1000), "")
    consents = Decoration(fields.List(fields.String(validate=validate.OneOf(CHANNELS))), ())


class ProductIn(Loose):
    id = Decoration(Id())
    name = Label()


class GoneIn(Loose):
    """A review of which only the id still matters."""

    id = Id(required=True)
    version = Whole(0, 2**62, load_default=None, allow_none=True)


class ReviewIn(GoneIn):
    rating = Whole(1, 5, required=True, allow_none=True)
    text = text_field(LONGEST_TEXT)
    written_at = Moment(load_default=None, allow_none=True)
    photos = Decoration(fields.List(text_field(2000)))
    films = Decoration(fields.List(text_field(2000)))
    deleted = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class ReviewDataIn(Loose):
    """`data` of review.created and review.updated, and each item of GET /reviews."""

    review = fields.Nested(ReviewIn, required=True)
    product = Decoration(fields.Nested(ProductIn))
    buyer = Decoration(fields.Nested(BuyerIn))
    order_ids = Ids()


class GoneDataIn(Loose):
    review = fields.Nested(GoneIn, required=True)


class EnvelopeIn(Loose):
    type = fields.String(required=True, validate=validate.Length(min=1, max=200))
    data = fields.Dict(keys=fields.String(), required=True)


class ReviewPageIn(Loose):
    """A page of reviews, which are read one by one."""

    reviews = fields.List(fields.Raw(allow_none=True), required=True)
    cursor = text_field(1000)
    more = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class MoneyIn(Loose):
    minor = Whole(0, MOST_MINOR, required=True)
    currency = fields.String(
        required=True,
        validate=validate.Regexp(r"[A-Z]{3}\Z", error="must be three capitals, such as EUR"),
    )


class LinePaidIn(MoneyIn):
    """What was paid for a line; a line that is a discount takes away."""

    minor = Whole(-MOST_MINOR, MOST_MINOR, required=True)


class LineIn(Loose):
    """A line; a tip or a removed product has none of its own."""

    id = Id(required=True)
    product_id = Decoration(Id())
    variant_id = Decoration(Id())
    name = Label()
    quantity = Quantity(required=True)
    paid = fields.Nested(LinePaidIn, required=True)
    picture = Decoration(text_field(2000), "")


class OrderIn(Loose):
    id = Id(required=True)
    number = Decoration(Id())
    placed_at = Moment(required=True)
    status = Label(100)
    paid = fields.Nested(MoneyIn, required=True)
    left = fields.Nested(MoneyIn, required=True)
    lines = fields.List(fields.Nested(LineIn), required=True)
    buyer = fields.Nested(BuyerIn, required=True)
    edit_link = Decoration(text_field(2000), "")
    promised_by = Decoration(Moment())
    delivered_at = Decoration(Moment())
    shipped_at = Decoration(Moment())
    completed_at = Decoration(Moment())
    tracking = Decoration(fields.List(text_field(200)), ())


class OrdersIn(Loose):
    """A list of orders, which are read one by one."""

    orders = fields.List(fields.Raw(allow_none=True), required=True)


class MakeGoodIn(Loose):
    """The answer to POST /make-goods; the terms are compared where the shop repeats them."""

    id = Id(required=True)
    status = fields.String(
        load_default="done", validate=validate.OneOf(("done", "pending", "refused"))
    )
    already = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    code = text_field(100)
    task = text_field(2000)
    message = text_field(2000)
    action = fields.String(load_default=None, allow_none=True)
    order_id = Id(load_default=None, allow_none=True)
    amount = fields.Nested(MoneyIn, load_default=None, allow_none=True)
    line_ids = fields.List(Id(), load_default=None, allow_none=True)


class RecordedMakeGoodIn(MakeGoodIn):
    """The answer to GET /make-goods/{key}: without the terms nothing could be compared."""

    action = fields.String(required=True)
    order_id = Id(required=True)
    amount = fields.Nested(MoneyIn, required=True)


class SentIn(Loose):
    id = Id(load_default=None, allow_none=True)
