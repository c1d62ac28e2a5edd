"""A voucher is a single-use coupon for the buyer's address; its code is made of the reference,
in lower case as WooCommerce keeps it, so that asking twice cannot make two."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from integrations.base.amounts import check_step, is_shown
from integrations.base.loading import Loaded
from integrations.base.terms import ADDRESS, AMOUNT, KIND, USE, same_terms
from integrations.contract import ActionRequest, ByHand, Done, GivenVoucher, VoucherUse, done_unless
from integrations.errors import Misconfigured, Permanent, Rejected, Temporary
from integrations.sentence import Text
from integrations.woocommerce.client import Client
from integrations.woocommerce.schemas import CouponIn, CurrencyIn

TAKEN = "woocommerce_rest_coupon_code_already_exists"
EASTERNMOST = timedelta(hours=14)
NO_ADDRESS = Text(
    "The order has no e-mail address to limit a coupon to. Make one by hand and enter its code."
)


def act(client: Client, request: ActionRequest) -> Done | ByHand:
    """Make the coupon, and read back what WooCommerce made of it."""
    if problem := _by_hand(client, request):
        return ByHand(problem)
    body: dict[str, Any] = {
        "code": _code(request),
        "discount_type": "fixed_cart",
        "amount": request.remedy.money.text(),
        "individual_use": False,
        "usage_limit": 1,
        "usage_limit_per_user": 1,
        "email_restrictions": [request.order.buyer.email],
        "description": f"Makegood {request.reference}",
    }
    if request.remedy.ends_at:
        # `date_expires_gmt` is ignored by WooCommerce 11; this one is in the shop's zone.
        body["date_expires"] = _last_day(request.remedy.ends_at)
    try:
        # wp-api-v3/coupons.md
        coupon = client.post("coupons", CouponIn, body)
    except Rejected as error:
        if error.code != TAKEN:
            raise
        if (read_back := find(client, request)) is None:
            raise Temporary("the shop says that the code exists, but does not show it") from error
        return read_back
    return _result(request, coupon, already=False)


def find(client: Client, request: ActionRequest) -> Done | ByHand | None:
    """The coupon of our code; raises `Permanent` when it is worth or limited to something else."""
    coupon = _coupon(client, _code(request))
    return None if coupon is None else _result(request, coupon, already=True)


def use(client: Client, voucher: GivenVoucher) -> VoucherUse | None:
    """How often it was used. WooCommerce names who has, but lists no orders by their coupon."""
    count = (_coupon(client, voucher.code.strip().lower()) or {}).get("usage_count")
    return None if count is None else VoucherUse(count > 0)


def _coupon(client: Client, code: str) -> Loaded | None:
    """wp-api-v3/coupons.md: the one of this code."""
    coupons = client.walk("coupons", CouponIn, {"code": code}, most=1, mark=code)
    return next((row for row in coupons if row["code"].lower() == code), None)


def _code(request: ActionRequest) -> str:
    return request.reference.lower()


def _last_day(expires_at: datetime) -> str:
    """A midnight that is not before the promised moment, whatever the shop's zone (up to +14)."""
    return f"{expires_at + EASTERNMOST + timedelta(days=1):%Y-%m-%dT00:00:00}"


def _by_hand(client: Client, request: ActionRequest) -> Text | None:
    """Why this coupon cannot be made by API, None where it can. A coupon has no currency of its own: it
    is worth so many of the shop's."""
    if not request.order.buyer.email:
        return NO_ADDRESS
    currency = _shop_currency(client)
    if currency not in ("", request.remedy.money.currency):
        return Text(
            "The shop's coupons are in %(currency)s, the order is in %(other)s. Make one by hand and"
            " enter its code.",
            currency=currency,
            other=request.remedy.money.currency,
        )
    check_step(request.remedy.money, request.order.step)
    return None


def _shop_currency(client: Client) -> str:
    """The shop's own currency, '' where it could not be read; an order may be in another."""
    try:
        # wp-api-v3/data.md
        return str(client.get("data/currencies/current", CurrencyIn)["code"])
    except (Permanent, Misconfigured):
        return ""


def _result(request: ActionRequest, data: Loaded, *, already: bool) -> Done | ByHand:
    limited = {address.casefold() for address in data["email_restrictions"]}
    terms = {
        KIND: data["discount_type"] == "fixed_cart",
        # A coupon comes with two decimals whatever the currency.
        AMOUNT: is_shown(data["amount"], request.remedy.money),
        USE: data["usage_limit"] == 1,
        ADDRESS: limited == {request.order.buyer.email.casefold()},
    }
    same_terms(Text("coupon %(code)s", code=data["code"]), terms)
    left = None
    # An empty date is a coupon without end; an earlier one ends before the buyer was told.
    if request.remedy.ends_at and (data["date_expires"] or "") < _last_day(request.remedy.ends_at):
        left = Text(
            "Coupon %(code)s does not end on the promised day: set its expiry date to %(day)s in the"
            " shop, then mark this as done.",
            code=data["code"],
            day=_last_day(request.remedy.ends_at)[:10],
        )
    return done_unless(left, str(data["id"]), already=already, code=data["code"].upper())
