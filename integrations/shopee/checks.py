"""What the seller's test button tries; nothing in the shop changes."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from integrations.base.checks import tried
from integrations.base.loading import load
from integrations.contract import CheckResult, Config
from integrations.errors import AdapterError
from integrations.sentence import N_, Text
from integrations.shopee.client import Client, Connected
from integrations.shopee.orders import RETURNS
from integrations.shopee.reviews import COMMENTS
from integrations.shopee.schemas import CommentsIn, PushIn, ReturnsIn, ShopIn, VouchersIn
from integrations.shopee.vouchers import LIST
from integrations.shopee.webhook import ORDER_STATUS, RETURN_UPDATES

NORMAL = "NORMAL"
SHOP_STATUS = N_("Shopee says that the shop is %(status)s: look in Seller Centre")
NO_PUSH = Text(
    "Shopee pushes nothing to this connection: returns are looked at every few hours only. Enter the"
    " address under Push Mechanism in the Open Platform Console"
)
ELSEWHERE = N_(
    "the app's pushes go to another address, such as another shop of the same app: this shop's returns"
    " are looked at every few hours. Pushes that are on: %(kinds)s"
)
NOT_ON = N_("switch on the pushes %(kinds)s under Push Mechanism in the Open Platform Console")
SUSPENDED = N_("Shopee has switched the app's pushes off (%(status)s): switch them on again there")


class Checks(Connected):
    """The seller's test button: v2.shop.get_shop_info, and the lists that everything else reads."""

    def check(self) -> list[CheckResult]:
        """Address, key and permission first; the rest only when they work."""
        try:
            client = self.client
            shop = client.get_whole("/api/v2/shop/get_shop_info", ShopIn)
        except AdapterError as error:
            return [CheckResult(Text("Access"), False, error.text, blocking=True)]
        status = shop["status"]
        fine = status in ("", NORMAL)
        now = self.now()
        span = {
            "create_time_from": str(int((now - timedelta(days=1)).timestamp())),
            "create_time_to": str(int(now.timestamp())),
        }
        first_row = {"page_no": "1", "page_size": "1"}
        return [
            CheckResult(Text("Access"), fine, None if fine else Text(SHOP_STATUS, status=status)),
            tried(
                Text("Reviews"),
                partial(client.get, COMMENTS, CommentsIn, {"cursor": "", "page_size": "1"}),
            ),
            tried(Text("Returns"), partial(client.get, RETURNS, ReturnsIn, {**first_row, **span})),
            tried(
                Text("Vouchers"),
                partial(client.get, LIST, VouchersIn, {**first_row, "status": "all"}),
            ),
            _push(client, self.config),
        ]


def _push(client: Client, config: Config) -> CheckResult:
    """v2.push.get_app_push_config: one address for all shops of an app."""
    name = Text("Pushes")
    try:
        push = load(PushIn, client.content_of(client.push_config()) or {}, "push")
    except AdapterError as error:
        return CheckResult(name, False, error.text)
    kinds = {str(kind) for kind in push["push_config_on_list"]}
    needed = [str(kind) for kind in (ORDER_STATUS, RETURN_UPDATES)]
    missing = [kind for kind in needed if kind not in kinds]
    status = push["live_push_status"]
    if not push["callback_url"]:
        return CheckResult(name, True, NO_PUSH)
    if push["callback_url"] != config.webhook_url:
        return CheckResult(name, True, Text(ELSEWHERE, kinds=", ".join(sorted(kinds)) or "-"))
    if status.lower() == "suspended":
        return CheckResult(name, False, Text(SUSPENDED, status=status))
    if missing:
        return CheckResult(name, False, Text(NOT_ON, kinds=", ".join(missing)))
    return CheckResult(name, True)
