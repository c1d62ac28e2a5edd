"""What the shop as a whole is set to: how many decimals it books, whether it takes coupons."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.errors import AdapterError, Misconfigured, Permanent
from integrations.json_input import digits
from integrations.woocommerce.client import Client
from integrations.woocommerce.schemas import CurrencyIn, SettingIn


@dataclass(frozen=True, slots=True)
class ShopSettings:
    """None where it could not be read."""

    decimals: int | None = None
    coupons: bool | None = None


def read_settings(client: Client) -> ShopSettings:
    """As far as the shop lets them be read: a key may be good for orders and not for settings, and
    no order waits for them."""
    decimals = digits(_setting(client, "woocommerce_price_num_decimals"))
    return ShopSettings(
        decimals=None if decimals is None else min(decimals, 8),
        coupons=coupons_on(client),
    )


def coupons_on(client: Client) -> bool | None:
    """Whether the shop takes coupons, None where that could not be read."""
    value = _setting(client, "woocommerce_enable_coupons")
    return value == "yes" if value else None


def _setting(client: Client, name: str) -> str:
    try:
        # wp-api-v3/setting-options.md
        value: str = client.get(f"settings/general/{name}", SettingIn)["value"]
    except AdapterError:
        return ""
    return value


def shop_currency(client: Client) -> str:
    """The shop's own currency, '' where it could not be read; an order may be in another."""
    try:
        # wp-api-v3/data.md
        code: str = client.get("data/currencies/current", CurrencyIn)["code"]
    except (Permanent, Misconfigured):
        return ""
    return code
