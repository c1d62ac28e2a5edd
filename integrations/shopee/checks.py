"""What the seller's test button tries; nothing in the shop changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from integrations.base.checks import checked, tried
from integrations.contract import CheckResult, Config
from integrations.errors import AdapterError
from integrations.sentence import N_, Text
from integrations.shopee import vouchers
from integrations.shopee.client import Client
from integrations.shopee.orders import Orders
from integrations.shopee.reviews import Reviews
from integrations.shopee.schemas import ShopIn
from integrations.shopee.webhook import ORDER_STATUS, RETURN_UPDATES

ACCESS, NORMAL = Text("Access"), "NORMAL"
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


class Checks(Reviews, Orders):
    """The seller's test button: v2.shop.get_shop_info, and the lists that everything else reads."""

    def check(self) -> list[CheckResult]:
        """Address, key and permission first; the rest only when they work."""
        return checked(ACCESS, self._lines())

    def _lines(self) -> Iterator[CheckResult]:
        client, now = self.client, self.now()
        status = client.get_whole("/api/v2/shop/get_shop_info", ShopIn)["status"]
        fine = status in ("", NORMAL)
        yield CheckResult(ACCESS, fine, None if fine else Text(SHOP_STATUS, status=status))
        yield tried(Text("Reviews"), partial(self.comments, {"cursor": "", "page_size": "1"}))
        yesterday = now - timedelta(days=1)
        yield tried(Text("Returns"), partial(self.returns_between, yesterday, now, 0))
        yield tried(Text("Vouchers"), partial(vouchers.listed, client, 0))
        yield _push(client, self.config)


def _push(client: Client, config: Config) -> CheckResult:
    """v2.push.get_app_push_config: one address for all shops of an app."""
    name = Text("Pushes")
    try:
        push = client.push_config()
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
