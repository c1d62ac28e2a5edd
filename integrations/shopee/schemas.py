"""What Shopee sends, as far as it is used (open.shopee.com, API reference v2).

Ids come as numbers or text, times as whole seconds, amounts as JSON numbers in major units.
"""

from __future__ import annotations

from decimal import Decimal

from marshmallow import fields, validate

from integrations.base.fields import (
    LONGEST_TEXT,
    Amount,
    Decoration,
    Id,
    Label,
    Seconds,
    Text,
    Whole,
    text_field,
)
from integrations.base.loading import Loose

MOST = 2**53
NUMBER_OF_PIECES = 10**6


def currency() -> fields.String:
    """An ISO 4217 code."""
    return fields.String(required=True, validate=validate.Regexp(r"[A-Z]{3}\Z"))


class TokensIn(Loose):
    access_token = Text(required=True, validate=validate.Length(1, 500))
    refresh_token = Text(required=True, validate=validate.Length(1, 500))
    expire_in = Whole(1, MOST, required=True)


class ShopIn(Loose):
    status = Label()
    expire_time = Decoration(Seconds())


class PushIn(Loose):
    callback_url = Label(2000)
    live_push_status = Label()
    push_config_on_list = fields.List(fields.Raw(), load_default=list)


class MediaIn(Loose):
    """What stands with a review; an item without media may leave it out."""

    image_url_list = Decoration(fields.List(text_field(2000)))
    video_url_list = Decoration(fields.List(text_field(2000)))


class CommentIn(Loose):
    comment_id = Id(required=True)
    order_sn = Decoration(Id(), "")
    item_id = Decoration(Id(), "")
    rating_star = Whole(1, 5, required=True)
    comment = text_field(LONGEST_TEXT)
    buyer_username = Label(200)
    create_time = Decoration(Seconds())
    media = Decoration(fields.Nested(MediaIn))


class CommentsIn(Loose):
    """A page of v2.product.get_comment, read row by row."""

    item_comment_list = fields.List(fields.Raw(), load_default=list, allow_none=True)
    next_cursor = Decoration(text_field(500), "")
    more = Decoration(fields.Boolean(), False)


class ReplyIn(Loose):
    comment_id = Decoration(Id(), "")
    fail_error = Label()
    fail_message = Label()


class RepliesIn(Loose):
    result_list = fields.List(fields.Nested(ReplyIn), load_default=list, allow_none=True)


class ImageIn(Loose):
    """`item_list.image_info` of v2.order.get_order_detail."""

    image_url = Decoration(text_field(2000), "")


class ItemIn(Loose):
    item_id = Id(required=True)
    item_name = Label()
    model_id = Decoration(Id(), "")
    model_name = Label()
    line_item_id = Decoration(Id(), "")
    order_item_id = Decoration(Id(), "")
    model_quantity_purchased = Whole(0, NUMBER_OF_PIECES, required=True)
    model_discounted_price = Amount(required=True)
    image_info = Decoration(fields.Nested(ImageIn))


class RecipientIn(Loose):
    full_address = Label()
    city = Label()
    zipcode = Label(20)


class PackageIn(Loose):
    package_number = Label(100)
    shipping_carrier = Label(100)


class OrderIn(Loose):
    order_sn = Id(required=True)
    region = Decoration(fields.String(validate=validate.Regexp(r"[A-Z]{2}\Z")), "")
    currency = currency()
    order_status = Label()
    total_amount = Amount(required=True)
    create_time = Seconds(required=True)
    buyer_user_id = Decoration(Id(), "")
    buyer_username = Label(200)
    return_request_due_date = Decoration(Seconds())
    item_list = fields.List(fields.Nested(ItemIn), required=True)
    recipient_address = Decoration(fields.Nested(RecipientIn))
    pickup_done_time = Decoration(Seconds())
    shipping_carrier = Label(100)
    package_list = Decoration(fields.List(fields.Nested(PackageIn)))


class OrdersIn(Loose):
    order_list = fields.List(fields.Nested(OrderIn), load_default=list, allow_none=True)


class NegotiationIn(Loose):
    negotiation_status = Label()
    offer_due_date = Decoration(Seconds())


class ReturnIn(Loose):
    """A return of the list, or its detail, which has `negotiation` beside."""

    return_sn = Id(required=True)
    order_sn = Id(required=True)
    status = Text(required=True, validate=validate.Length(1, 60))
    refund_amount = Amount(required=True)
    currency = currency()
    needs_logistics = Decoration(fields.Boolean(), True)
    update_time = Decoration(Seconds())
    negotiation = Decoration(fields.Nested(NegotiationIn))


class ReturnsIn(Loose):
    """A page of v2.returns.get_return_list, whose rows are under `return`."""

    rows = fields.List(fields.Raw(), data_key="return", load_default=list, allow_none=True)
    more = Decoration(fields.Boolean(), False)


class OfferIn(Loose):
    eligibility = Decoration(fields.Boolean(), False)
    refund_amount_adjustable = Decoration(fields.Boolean(), False)
    max_refund_amount = Amount(load_default=Decimal(0), allow_none=True)
    min_refund_amount = Amount(load_default=Decimal(0), allow_none=True)


class SolutionsIn(Loose):
    offer_refund = fields.Nested(OfferIn, load_default=None, allow_none=True)


class ReturnMadeIn(Loose):
    return_sn = Id(required=True)


class VoucherMadeIn(Loose):
    voucher_id = Id(required=True)


class VoucherIn(Loose):
    voucher_id = Id(required=True)
    voucher_code = Text(required=True, validate=validate.Length(1, 100))
    voucher_name = Label()
    reward_type = Whole(0, 100, required=True)
    usage_quantity = Whole(0, MOST, required=True)
    discount_amount = Amount(load_default=None, allow_none=True)
    end_time = Seconds(required=True)


class VouchersIn(Loose):
    voucher_list = fields.List(fields.Raw(), load_default=list, allow_none=True)
    more = Decoration(fields.Boolean(), False)


class MessageIn(Loose):
    message_id = Decoration(Id(), "")


class PushDataIn(Loose):
    ordersn = Decoration(Id(), "")
    order_sn = Decoration(Id(), "")
    return_sn = Decoration(Id(), "")


class DeliveryIn(Loose):
    """A push; `data` of a kind that we do not know may be anything."""

    code = Whole(0, 10**6, required=True)
    shop_id = Decoration(Id(), "")
    data = Decoration(fields.Nested(PushDataIn))
