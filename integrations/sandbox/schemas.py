"""What the pretend shop sends: mostly values of the contract, whose names it uses."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from integrations.base.fields import Id, Label, Moment, Whole, text_field
from integrations.base.loading import Loose
from integrations.base.values import Value
from integrations.contract import Buyer, EventKind, MessageReceived, ReviewEvent

MOST = 2**62


class BuyerIn(Value):
    makes = Buyer

    id = Id(required=True)
    name = Label()
    email = Label()
    country = Label()
    language = Label()
    zone = Label()
    phone = Label()
    address = text_field(1000)


class ReviewIn(Value):
    makes = ReviewEvent

    review_id = Id(required=True, data_key="id")
    rating = Whole(1, 5, required=True, allow_none=True)
    text = text_field(10**6)
    sequence = Whole(0, MOST, required=True, data_key="version")
    withdrawn = fields.Boolean(required=True)
    written_at = Moment(required=True)
    product_id = Label()
    product_name = Label()
    buyer = fields.Nested(BuyerIn, required=True)
    order_ids = fields.List(Id(), required=True, post_load=tuple)
    photos = fields.List(text_field(2000), load_default=(), post_load=tuple)

    @post_load
    def value(self, data: dict[str, Any], **kwargs: Any) -> Any:
        """What the review is now."""
        data["kind"] = EventKind.WITHDRAWN if data.pop("withdrawn") else EventKind.CHANGED
        return super().value(data)


class MessageIn(Value):
    """What a buyer wrote in the shop's chat; `answers`: the message of ours it answers."""

    makes = MessageReceived

    message_id = Id(required=True, data_key="id")
    text = text_field(10**6)
    at = Moment(required=True)
    order_id = Label()
    answers = Label()
    buyer = fields.Nested(BuyerIn, required=True)


class EventIn(Loose):
    event = fields.String(required=True)
    review = fields.Nested(ReviewIn, load_default=None)
    message = fields.Nested(MessageIn, load_default=None)


class PageIn(Loose):
    reviews = fields.List(fields.Nested(ReviewIn), required=True)
    cursor = Id(required=True)
    more = fields.Boolean(required=True)


class LineIn(Loose):
    id = Id(required=True)
    product_id = Label()
    name = Label()
    quantity = Whole(0, MOST, required=True)
    paid_minor = Whole(0, MOST, required=True)
    picture = text_field(2000)


class OrderIn(Loose):
    id = Id(required=True)
    number = Id(required=True)
    placed_at = Moment(required=True)
    status = Label()
    currency = fields.String(required=True)
    paid_minor = Whole(0, MOST, required=True)
    left_minor = Whole(-MOST, MOST, required=True)
    lines = fields.List(fields.Nested(LineIn), required=True)
    buyer = fields.Nested(BuyerIn, required=True)
    tracking = fields.List(Label(200), load_default=())
    edit_link = Label(2000)


class OrdersIn(Loose):
    orders = fields.List(fields.Nested(OrderIn), required=True)


class MadeIn(Loose):
    id = Id(required=True)
    already = fields.Boolean(load_default=False)
    amount_minor = Whole(0, MOST, required=True, allow_none=True)
    currency = fields.String(required=True)
    code = Label()
    task = Label()


class FoundIn(Loose):
    found = fields.List(fields.Nested(MadeIn), required=True)
    forgets = fields.Boolean(required=True)


class SentIn(Loose):
    id = Id(required=True)
