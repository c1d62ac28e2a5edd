"""What Shopee sends, as far as it is used (open.shopee.com, API reference v2).

Ids come as numbers or text, times as whole seconds, amounts as JSON numbers in major units.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

from marshmallow import fields, post_load, validate

from integrations.base.fields import (
    LONGEST_TEXT,
    Amount,
    Decoration,
    Id,
    Label,
    Rows,
    Seconds,
    Text,
    Whole,
    currency,
    text_field,
)
from integrations.base.loading import Loose
from integrations.base.values import Value
from integrations.contract import Buyer, EventKind, ReviewEvent

MOST = 2**53
MASKED = "*"
"""With which Shopee hides name and address where a market wants that."""
NUMBER_OF_PIECES = 10**6


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


class PageIn(Loose):
    """What stands beside the rows of a list."""

    next_cursor = Decoration(text_field(500), "")
    more = Decoration(fields.Boolean(), False)


class MediaIn(Loose):
    """Pictures and films of a review; an item without media may leave it out."""

    photos = Decoration(fields.List(text_field(2000)), (), data_key="image_url_list")
    films = Decoration(fields.List(text_field(2000)), (), data_key="video_url_list")


class CommentIn(Value):
    """A review. Its buyer is named by a nickname here, and by a number in the order only."""

    makes = partial(ReviewEvent, EventKind.CHANGED)

    review_id = Id(required=True, data_key="comment_id")
    rating = Whole(1, 5, required=True, data_key="rating_star")
    text = text_field(LONGEST_TEXT, data_key="comment")
    written_at = Decoration(Seconds(), data_key="create_time")
    product_id = Decoration(Id(), "", data_key="item_id")
    buyer = Label(200, data_key="buyer_username")
    order_ids = Decoration(Id(), "", data_key="order_sn")
    media = Decoration(fields.Nested(MediaIn))

    @post_load
    def value(self, data: dict[str, Any], **kwargs: Any) -> Any:
        """What the review is now."""
        data |= {name: tuple(them) for name, them in (data.pop("media") or {}).items()}
        data["buyer"] = Buyer(name=data["buyer"])
        data["order_ids"] = tuple(filter(None, [data["order_ids"]]))
        return super().value(data)


class ReplyIn(Loose):
    comment_id = Decoration(Id(), "")
    fail_error = Label()
    fail_message = Label()


class RepliesIn(Loose):
    result_list = Rows(fields.Nested(ReplyIn))


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
    image_info = Decoration(fields.Nested(ImageIn), {"image_url": ""})


class RecipientIn(Loose):
    """Where the parcels go, as on an envelope; '' where Shopee hides a part of it."""

    full_address = Label()
    city = Label()
    zipcode = Label(20)

    @post_load
    def value(self, data: dict[str, Any], **kwargs: Any) -> str:
        """Line by line."""
        whole, place = data["full_address"], " ".join(filter(None, (data["city"], data["zipcode"])))
        if MASKED in whole:
            return ""
        return f"{whole}\n{place}" if whole and place and place not in whole else whole


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
    recipient_address = Decoration(fields.Nested(RecipientIn), "")
    pickup_done_time = Decoration(Seconds())
    shipping_carrier = Label(100)
    package_list = Decoration(fields.List(fields.Nested(PackageIn)), ())


class OrdersIn(Loose):
    order_list = Rows(fields.Nested(OrderIn))


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


class OfferIn(Loose):
    eligibility = Decoration(fields.Boolean(), False)
    refund_amount_adjustable = Decoration(fields.Boolean(), False)
    max_refund_amount = Amount(load_default=Decimal(0))
    min_refund_amount = Amount(load_default=Decimal(0))


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
    # In lists it is missing.
    current_usage = Decoration(Whole(0, MOST))
    discount_amount = Amount(load_default=None)
    end_time = Seconds(required=True)


class MessageIn(Loose):
    message_id = Decoration(Id(), "")


class PushDataIn(Loose):
    """Pushes about orders and those about returns write the order's number in two ways."""

    ordersn = Decoration(Id(), "")
    order_sn = Decoration(Id(), "")
    return_sn = Decoration(Id(), "")


class DeliveryIn(Loose):
    """A push; `data` of a kind that we do not know may be anything."""

    code = Whole(0, 10**6, required=True)
    shop_id = Decoration(Id(), "")
    data = Decoration(fields.Nested(PushDataIn), {})
