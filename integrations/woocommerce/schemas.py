"""What WooCommerce sends, as far as it is used; everything else is ignored.

Dates ending in _gmt carry no zone and are UTC. Amounts are decimal strings in major units.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import fields, pre_load, validate

from integrations.base.loose import (
    Amount,
    Dictionary,
    Flag,
    Label,
    Moment,
    Number,
    PhpSchema,
    Rows,
    Text,
)

AS_STORED = {"context": "edit"}
"""Asks for a review's text as it was typed, the same as in a webhook; else it comes as a page
would show it."""
EXACT = {"dp": "6"}
"""Asks for amounts as they are kept; else they come with as many decimals as the shop shows."""


class MetaIn(PhpSchema):
    key = Text()
    value = fields.Raw(load_default="", allow_none=True)


class RowIn(PhpSchema):
    """A row of a list, or one alone."""

    id = Number(required=True)


class ReviewIn(RowIn):
    """A review, of the REST API or of the plugin's webhooks (fields of both)."""

    product_id = Number()
    product_name = Label()
    status = Text()
    date_created_gmt = Moment()
    reviewer = Label()
    reviewer_email = Label()
    review = Text()
    rating = Number(most=5)
    links = fields.Raw(data_key="_links", load_default=None, allow_none=True)
    # What the companion plugin adds.
    revision = Number()
    customer_id = Number()
    order_ids = Rows(Number())
    tied_order_id = Number()

    @pre_load
    def _with_what_is_inside(self, data: Any, **kwargs: Any) -> Any:
        """In the REST API the plugin's fields are in an object of their own."""
        added = data.get("makegood") if isinstance(data, Mapping) else None
        return {**added, **data} if isinstance(added, Mapping) else data


class ThinIn(PhpSchema):
    """The body of an `action.*` topic."""

    action = fields.String(required=True)
    arg = fields.Raw(load_default=None, allow_none=True)


class StoredProductIn(PhpSchema):
    """A product or a variation of the REST API."""

    downloadable = Flag()


class LineTaxIn(RowIn):
    """What was paid of one tax rate; of a rate that was deleted meanwhile it still names the number."""

    total = Amount()


class LineIn(RowIn):
    product_id = Number()
    variation_id = Number()
    name = Label()
    quantity = Amount(default=Decimal(1))
    total = Amount()
    total_tax = Amount()
    taxes = Rows(fields.Nested(LineTaxIn))
    # Of the product as it is now, by the schema of core's orders endpoint, which the documentation leaves out.
    image = Dictionary()
    meta_data = Rows(fields.Nested(MetaIn))


class OrderRefundIn(PhpSchema):
    total = Amount()
    reason = Text()


class ShippingLineIn(PhpSchema):
    method_id = Text()
    method_title = Text()


class OrderIn(RowIn):
    number = Label()
    status = Label()
    currency = fields.String(required=True, validate=validate.Regexp(r"[A-Z]{3}\Z"))
    date_created_gmt = Moment()
    date_paid_gmt = Moment()
    date_completed_gmt = Moment()
    date_modified_gmt = Moment()
    total = Amount(required=True)
    customer_id = Number()
    order_key = Text()
    billing = Dictionary()
    shipping = Dictionary()
    payment_method = Text()
    line_items = Rows(fields.Nested(LineIn))
    shipping_lines = Rows(fields.Nested(ShippingLineIn))
    refunds = Rows(fields.Nested(OrderRefundIn))
    meta_data = Rows(fields.Nested(MetaIn))


class RefundIn(RowIn):
    amount = Amount(required=True)
    reason = Text()
    refunded_payment = Flag()
    date_created_gmt = Moment()


class CouponIn(RowIn):
    code = Text(required=True)
    amount = Amount(required=True)
    discount_type = Text()
    date_expires = Text()
    usage_limit = Number(default=None)
    usage_count = Number(default=None)
    email_restrictions = Rows(Text())


class GatewayIn(PhpSchema):
    method_supports = Rows(Text(), default=None)


class NoteIn(RowIn):
    note = Text()


class CommentIn(RowIn):
    """A comment of WordPress' own API."""

    author_user_agent = Text()


class UserIn(RowIn):
    """The user of WordPress who asks, with what they may do."""

    capabilities = Dictionary()


class SettingIn(PhpSchema):
    value = Text()


class CurrencyIn(PhpSchema):
    code = Text(required=True)


class WebhookIn(PhpSchema):
    name = Text()
    delivery_url = Text()
    status = Text()
    topic = Text()


class IndexIn(PhpSchema):
    """What WordPress says of itself at the root of its API."""

    namespaces = Rows(Text())
