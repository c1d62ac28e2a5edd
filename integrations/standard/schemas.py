"""What the shop sends, as marshmallow schemas; unknown fields are ignored. Most rows are values of the
contract, whose names they have."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

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
from integrations.base.values import MOST_MINOR, MoneyIn, Value, VoucherUseIn
from integrations.contract import Buyer, EventKind, Order, OrderLine, ReviewEvent
from integrations.errors import Rejected
from integrations.text import is_web_link

CHANNELS = ("email", "whatsapp", "sms")
"""Channels by which a buyer may have agreed to be written to."""


def flag() -> fields.Boolean:
    """True or false, and no word for it."""
    return fields.Boolean(load_default=False, truthy={True}, falsy={False})


class BuyerIn(Value):
    makes = Buyer

    id = Decoration(Id(), "")
    name = Label()
    email = Decoration(text_field(320), "")
    country = Decoration(
        fields.String(validate=validate.Regexp(r"[A-Za-z]{2}\Z"), post_load=str.upper), ""
    )
    language = Decoration(text_field(35), "")
    zone = Decoration(text_field(64), "")
    region = Label(100)
    phone = Decoration(text_field(40), "")
    address = Decoration(text_field(1000), "")
    consents = Decoration(
        fields.List(fields.String(validate=validate.OneOf(CHANNELS)), post_load=" ".join), ""
    )


class ProductIn(Loose):
    product_id = Decoration(Id(), "", data_key="id")
    product_name = Label(data_key="name")


class GoneIn(Loose):
    """A review of which only the id still matters."""

    review_id = Id(required=True, data_key="id")
    sequence = Whole(0, 2**62, load_default=None, data_key="version")


class ReviewIn(GoneIn):
    rating = Whole(1, 5, required=True, allow_none=True)
    text = text_field(LONGEST_TEXT)
    written_at = Moment(load_default=None)
    photos = Decoration(fields.List(text_field(2000), post_load=tuple))
    films = Decoration(fields.List(text_field(2000), post_load=tuple))
    deleted = flag()


class GoneDataIn(Loose):
    """`data` of review.deleted."""

    review = fields.Nested(GoneIn, required=True)

    @post_load
    def event(self, data: dict[str, Any], **kwargs: Any) -> ReviewEvent:
        """That the review is withdrawn."""
        review = data["review"]
        return ReviewEvent(EventKind.WITHDRAWN, review["review_id"], sequence=review["sequence"])


class ReviewDataIn(GoneDataIn):
    """`data` of review.updated, and each item of GET /reviews."""

    kind = EventKind.CHANGED

    review = fields.Nested(ReviewIn, required=True)
    product = Decoration(fields.Nested(ProductIn), {})
    buyer = Decoration(fields.Nested(BuyerIn), Buyer())
    order_ids = Ids()

    @post_load
    def event(self, data: dict[str, Any], **kwargs: Any) -> ReviewEvent:
        """What the review is now; one marked as deleted is withdrawn."""
        if data["review"].pop("deleted"):
            gone: ReviewEvent = super().event(data)
            return gone
        return ReviewEvent(
            self.kind,
            **data["review"],
            **data["product"],
            buyer=data["buyer"],
            order_ids=data["order_ids"],
        )


class NewDataIn(ReviewDataIn):
    """`data` of review.created."""

    kind = EventKind.ADDED


class EnvelopeIn(Loose):
    type = fields.String(required=True, validate=validate.Length(min=1, max=200))
    data = fields.Dict(keys=fields.String(), required=True)


class ReviewPageIn(Loose):
    """A page of reviews, which are read one by one."""

    reviews = fields.List(fields.Raw(allow_none=True), required=True)
    cursor = text_field(1000)
    more = flag()


class LinePaidIn(MoneyIn):
    """What was paid for a line; a line that is a discount takes away."""

    amount_minor = Whole(-MOST_MINOR, MOST_MINOR, required=True, data_key="minor")


class LineIn(Value):
    """A line; a tip or a removed product has none of its own."""

    makes = OrderLine

    id = Id(required=True)
    product_id = Decoration(Id(), "")
    variant_id = Decoration(Id(), "")
    name = Label()
    quantity = Quantity(required=True)
    paid = fields.Nested(LinePaidIn, required=True)
    picture = Decoration(text_field(2000), "")


def _link(typed: str) -> str:
    return typed if is_web_link(typed) else ""


class OrderIn(Value):
    makes = Order

    id = Id(required=True)
    number = Decoration(Id(), "")
    placed_at = Moment(required=True)
    status = Label(100)
    paid = fields.Nested(MoneyIn, required=True)
    left = fields.Nested(MoneyIn, required=True)
    lines = fields.List(fields.Nested(LineIn), required=True, post_load=tuple)
    buyer = fields.Nested(BuyerIn, required=True)
    edit_link = Decoration(text_field(2000, post_load=_link), "")
    promised_by = Decoration(Moment())
    delivered_at = Decoration(Moment())
    shipped_at = Decoration(Moment())
    completed_at = Decoration(Moment())
    tracking = Decoration(fields.List(text_field(200)), ())

    @post_load
    def value(self, data: dict[str, Any], **kwargs: Any) -> Any:
        """Raises `Rejected` where its currencies differ."""
        paid, left, lines = data["paid"], data["left"], data["lines"]
        if len({amount.currency for amount in (paid, left, *(line.paid for line in lines))}) > 1:
            raise Rejected("the shop's order mixes currencies: state all amounts in one")
        # A shop that says more would have it paid back.
        data |= {"left": left.capped(paid), "number": data["number"] or data["id"]}
        return super().value(data)


class OrdersIn(Loose):
    """A list of orders, which are read one by one."""

    orders = fields.List(fields.Raw(allow_none=True), required=True)


class MakeGoodIn(Loose):
    """The answer to POST /make-goods; the terms are compared where the shop repeats them."""

    id = Id(required=True)
    status = fields.String(
        load_default="done", validate=validate.OneOf(("done", "pending", "refused"))
    )
    already = flag()
    code = text_field(100)
    task = text_field(2000)
    message = text_field(2000)
    action = fields.String(load_default=None, allow_none=True)
    order_id = Id(load_default=None)
    amount = fields.Nested(MoneyIn, load_default=None, allow_none=True)
    line_ids = fields.List(Id(), load_default=None, allow_none=True)


class RecordedMakeGoodIn(MakeGoodIn):
    """The answer to GET /make-goods/{key}: without the terms nothing could be compared."""

    action = fields.String(required=True)
    order_id = Id(required=True)
    amount = fields.Nested(MoneyIn, required=True)
    use = Decoration(fields.Nested(VoucherUseIn))


class SentIn(Loose):
    id = Id(load_default=None)
