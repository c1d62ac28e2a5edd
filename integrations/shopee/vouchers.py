"""A voucher: a hidden code of the shop, good once, named by our reference so that it is found again.

Reference: open.shopee.com, v2.voucher.add_voucher, get_voucher, get_voucher_list. It cannot be tied to a
buyer, so its code goes to them alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from integrations.base.lists import Rows, search
from integrations.base.terms import AMOUNT, END, KIND, USE, same_terms
from integrations.contract import ActionRequest, Done, GivenVoucher, VoucherUse
from integrations.errors import Rejected
from integrations.money import Money
from integrations.sentence import Text
from integrations.shopee.client import Client
from integrations.shopee.schemas import VoucherIn, VoucherMadeIn

MOST_PAGES = 50
SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that are taken for one another."""
LONGEST_CODE = 5
FIXED_AMOUNT, SHOP_VOUCHER = 1, 1
STARTS_IN = timedelta(minutes=1)
"""A start that has passed is refused."""
SHORTEST = timedelta(hours=1)


def act(client: Client, request: ActionRequest) -> Done:
    """v2.voucher.add_voucher, and v2.voucher.get_voucher for the code: Shopee puts letters of the shop
    before ours."""
    now, amount = client.now(), request.remedy.money
    ends = request.remedy.ends_at
    if ends is None or ends < now + STARTS_IN + SHORTEST:
        raise Rejected("a voucher of Shopee is good for an hour at least: choose a later day")
    body = {
        "voucher_name": request.reference,
        "voucher_code": _code(request.key),
        "start_time": int((now + STARTS_IN).timestamp()),
        "end_time": int(ends.timestamp()),
        "voucher_type": SHOP_VOUCHER,
        "reward_type": FIXED_AMOUNT,
        "usage_quantity": 1,
        "min_basket_price": 0,
        "discount_amount": float(amount.amount),
        "display_channel_list": [],
    }
    voucher = client.post("/api/v2/voucher/add_voucher", VoucherMadeIn, body)
    return _result(request, _voucher(client, voucher["voucher_id"]))


def use(client: Client, voucher: GivenVoucher) -> VoucherUse | None:
    """How often it was used; Shopee names neither the day nor the order. One that a person made is not
    looked for: Shopee finds none by its code."""
    used = _voucher(client, voucher.vendor_id)["current_usage"] if voucher.vendor_id else None
    return None if used is None else VoucherUse(used > 0)


def _voucher(client: Client, voucher_id: str) -> Any:
    """v2.voucher.get_voucher."""
    return client.get("/api/v2/voucher/get_voucher", VoucherIn, {"voucher_id": voucher_id})


def find(client: Client, request: ActionRequest) -> Done | None:
    """The voucher named by our reference; raises `Permanent` when its terms are others."""

    page = partial(listed, client)
    for row in search(page, request.reference, most=MOST_PAGES, what="vouchers"):
        if row["voucher_name"] == request.reference:
            return replace(_result(request, row), already=True)
    return None


def listed(client: Client, number: int) -> Rows:
    """v2.voucher.get_voucher_list: a page, counted from 0."""
    query = {"page_no": str(number + 1), "page_size": "100", "status": "all"}
    return client.page("/api/v2/voucher/get_voucher_list", "voucher_list", VoucherIn, query)


def _code(key: str) -> str:
    """The same for the same key; no two of our keys are likely to share one."""
    digest = hashlib.sha256(key.encode()).digest()
    return "".join(SIGNS[byte % len(SIGNS)] for byte in digest[:LONGEST_CODE])


def _result(request: ActionRequest, data: Mapping[str, Any]) -> Done:
    amount, ends = request.remedy.money, request.remedy.ends_at
    worth = data["discount_amount"]
    terms = {
        KIND: data["reward_type"] == FIXED_AMOUNT,
        AMOUNT: worth is not None and Money.of(worth, amount.currency) == amount,
        USE: data["usage_quantity"] == 1,
        END: ends is None or data["end_time"] >= ends - timedelta(seconds=1),
    }
    same_terms(Text("voucher %(code)s", code=data["voucher_code"]), terms)
    return Done(data["voucher_id"], code=data["voucher_code"])
