"""A voucher is a single-use coupon for the buyer's address; its code is made of the reference,
in lower case as WooCommerce keeps it, so that asking twice cannot make two."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from integrations.contract import ActionRequest, ActionResult
from integrations.errors import Misconfigured, Permanent, Temporary, Unsupported
from integrations.money import Money
from integrations.woocommerce.client import Client, Refused
from integrations.woocommerce.schemas import CouponIn, CurrencyIn

TAKEN = "woocommerce_rest_coupon_code_already_exists"
EASTERNMOST = timedelta(hours=14)


def act(client: Client, request: ActionRequest) -> ActionResult:
    """Make the coupon, and read back what WooCommerce made of it."""
    address = request.order.buyer.email
    if not address:
        raise Unsupported(
            "The order has no e-mail address to limit a coupon to. Make one by hand and enter its code."
        )
    _same_currency(client, request)
    body: dict[str, Any] = {
        "code": _code(request),
        "discount_type": "fixed_cart",
        "amount": request.amount.text(),
        "individual_use": False,
        "usage_limit": 1,
        "usage_limit_per_user": 1,
        "email_restrictions": [address],
        "description": f"Makegood {request.reference}",
    }
    if request.expires_at:
        # `date_expires_gmt` is ignored by WooCommerce 11; this one is in the shop's zone.
        body["date_expires"] = _last_day(request.expires_at)
    try:
        made = client.post("coupons", CouponIn, body)
    except Refused as error:
        if error.code != TAKEN:
            raise
        found = find(client, request)
        if found is None:
            raise Temporary("the shop says that the code exists, but does not show it") from error
        return found
    return _result(request, made, already=False)


def find(client: Client, request: ActionRequest) -> ActionResult | None:
    """The coupon of our code; raises `Permanent` when it is worth or limited to something else."""
    found, _ = client.page("coupons", CouponIn, {"code": _code(request)})
    same = [one for one in found if one["code"].lower() == _code(request)]
    return _result(request, same[0], already=True) if same else None


def _code(request: ActionRequest) -> str:
    return request.reference.lower()


def _last_day(expires_at: datetime) -> str:
    """A midnight that is not before the promised moment, whatever the shop's zone (up to +14)."""
    return f"{expires_at + EASTERNMOST + timedelta(days=1):%Y-%m-%dT00:00:00}"


def _same_currency(client: Client, request: ActionRequest) -> None:
    """A coupon has no currency of its own: it is worth so many of the shop's."""
    try:
        shop = client.get("data/currencies/current", CurrencyIn)["code"]
    except (Permanent, Misconfigured):
        # A key may be good for coupons and not for settings.
        return
    if shop != request.amount.currency:
        raise Unsupported(
            f"The shop's coupons are in {shop}, the order is in {request.amount.currency}. Make one"
            " by hand and enter its code."
        )


def _result(request: ActionRequest, data: Mapping[str, Any], *, already: bool) -> ActionResult:
    limited = {one.casefold() for one in data["email_restrictions"]}
    differ = [
        name
        for name, wrong in (
            ("kind", data["discount_type"] != "fixed_cart"),
            ("amount", Money.of(data["amount"], request.amount.currency) != request.amount),
            ("use", data["usage_limit"] != 1),
            ("address", limited != {request.order.buyer.email.casefold()}),
        )
        if wrong
    ]
    if differ:
        raise Permanent(
            f"the shop has coupon {data['code']} with another {' and '.join(differ)}: compare it there"
        )
    task = ""
    # An empty date is a coupon without end; an earlier one ends before the buyer was told.
    if request.expires_at and (data["date_expires"] or "") < _last_day(request.expires_at):
        task = (
            f"Coupon {data['code']} does not end on the promised day: set its expiry date to"
            f" {_last_day(request.expires_at)[:10]} in the shop, then mark this as done."
        )
    return ActionResult(str(data["id"]), already=already, code=data["code"].upper(), task=task)
