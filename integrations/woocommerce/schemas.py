"""What WooCommerce sends, as far as it is used; everything else is ignored.

Dates ending in _gmt carry no zone and are UTC. Amounts are decimal strings in major units.
"""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

AS_STORED = {"context": "edit"}
"""Asks for a review's text as it was typed, the same as in a webhook; else it comes as a page
would show it."""


class _Loose(Schema):
    class Meta:
        unknown = EXCLUDE


def _text(**kwargs: Any) -> fields.String:
    return fields.String(load_default="", allow_none=True, **kwargs)


def _number(**kwargs: Any) -> fields.Integer:
    return fields.Integer(validate=validate.Range(0, 2**62), **kwargs)


def _amount() -> fields.Decimal:
    return fields.Decimal(load_default=0, allow_none=True)


class MetaIn(_Loose):
    key = _text()
    value = fields.Raw(load_default="", allow_none=True)


class FromPluginIn(_Loose):
    """What the companion plugin adds to a review of the REST API."""

    revision = _number(load_default=None, allow_none=True)
    customer_id = _number(load_default=0, allow_none=True)
    order_ids = fields.List(_number(), load_default=list, allow_none=True)


class ReviewIn(FromPluginIn):
    """A review, of the REST API or of the plugin's webhooks (fields of both)."""

    id = _number(required=True)
    product_id = _number(load_default=0)
    product_name = _text()
    status = _text()
    date_created_gmt = fields.NaiveDateTime(load_default=None, allow_none=True)
    reviewer = _text()
    reviewer_email = _text()
    review = _text()
    rating = fields.Integer(
        load_default=0, allow_none=True, validate=validate.Range(0, 5, error="must be from 0 to 5")
    )
    makegood = fields.Nested(FromPluginIn, load_default=None, allow_none=True)
    links = fields.Raw(data_key="_links", load_default=None, allow_none=True)


class ThinIn(_Loose):
    """The body of an `action.*` topic."""

    action = fields.String(required=True)
    arg = fields.Raw(load_default=None, allow_none=True)


class ProductIn(_Loose):
    id = _number(required=True)


class LineIn(_Loose):
    id = _number(required=True)
    product_id = _number(load_default=0)
    variation_id = _number(load_default=0)
    name = _text()
    quantity = fields.Integer(load_default=1)
    total = _amount()
    total_tax = _amount()


class OrderRefundIn(_Loose):
    total = _amount()
    reason = _text()


class ShippingLineIn(_Loose):
    method_id = _text()
    method_title = _text()


class OrderIn(_Loose):
    id = _number(required=True)
    number = _text()
    status = _text()
    currency = fields.String(required=True, validate=validate.Length(equal=3))
    date_created_gmt = fields.NaiveDateTime(required=True)
    total = fields.Decimal(required=True)
    customer_id = _number(load_default=0)
    order_key = _text()
    billing = fields.Dict(load_default=dict)
    shipping = fields.Dict(load_default=dict)
    payment_method = _text()
    line_items = fields.List(fields.Nested(LineIn), load_default=list)
    shipping_lines = fields.List(fields.Nested(ShippingLineIn), load_default=list)
    refunds = fields.List(fields.Nested(OrderRefundIn), load_default=list)
    meta_data = fields.List(fields.Nested(MetaIn), load_default=list)


class RefundIn(_Loose):
    id = _number(required=True)
    amount = fields.Decimal(required=True)
    reason = _text()
    refunded_payment = fields.Boolean(load_default=False)


class CouponIn(_Loose):
    id = _number(required=True)
    code = fields.String(required=True)
    amount = fields.Decimal(required=True)
    discount_type = _text()
    date_expires = _text()
    usage_limit = fields.Integer(load_default=None, allow_none=True)
    email_restrictions = fields.List(fields.String(), load_default=list)


class CurrencyIn(_Loose):
    code = fields.String(required=True)


class GatewayIn(_Loose):
    method_supports = fields.List(fields.String(), load_default=None, allow_none=True)


class NoteIn(_Loose):
    id = _number(required=True)


class SettingIn(_Loose):
    value = _text()


class WebhookIn(_Loose):
    name = _text()
    delivery_url = _text()
    status = _text()
    topic = _text()


class AnythingIn(_Loose):
    """An answer of which only the status matters."""
