"""Books a refund on the lines it is for, with their taxes, so that the shop's reports of products and
of taxes know of it. Quantities stay: the buyer keeps the item, and nothing goes back in stock.

Where a line is refunded, WooCommerce takes the buyer's downloads of it away, whatever the amount
(wc_create_refund in includes/wc-order-functions.php). So what is downloaded is refunded without.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from integrations.errors import AdapterError
from integrations.money import Money
from integrations.remedies import Remedy
from integrations.woocommerce.client import Client
from integrations.woocommerce.schemas import StoredProductIn


def booked(
    client: Client, order: Mapping[str, Any], remedy: Remedy, step: int
) -> list[dict[str, Any]]:
    """`line_items` of a refund of loaded `OrderIn`. Empty, so that the amount alone is booked, where
    the lines were paid less, where an earlier refund may be of them, and where they are downloaded."""
    lines = [line for line in order["line_items"] if str(line["id"]) in remedy.line_ids]
    parts = [part for line in lines for part in (line["total"], *_taxes(line))]
    paid = Money.of(sum(parts, Decimal(0)), remedy.money.currency)
    if order["refunds"] or paid < remedy.money or any(part < 0 for part in parts):
        return []
    if not paid.amount_minor or any(_is_downloaded(client, line) for line in lines):
        return []
    shares = iter(remedy.money.split(parts, step))
    return [_booked(line, shares) for line in lines]


def _taxes(line: Mapping[str, Any]) -> list[Decimal]:
    return [tax["total"] for tax in line["taxes"]]


def _booked(line: Mapping[str, Any], shares: Iterator[Money]) -> dict[str, Any]:
    return {
        "id": line["id"],
        "quantity": 0,
        "refund_total": next(shares).text(),
        "refund_tax": [
            {"id": tax["id"], "refund_total": next(shares).text()} for tax in line["taxes"]
        ],
    }


def _is_downloaded(client: Client, line: Mapping[str, Any]) -> bool:
    """Whether the buyer gets files with it; True where the shop does not say."""
    if not line["product_id"]:
        return False
    path = f"products/{line['product_id']}"
    if line["variation_id"]:
        path += f"/variations/{line['variation_id']}"
    try:
        # wp-api-v3/products.md and wp-api-v3/product-variations.md
        downloaded: bool = client.get(path, StoredProductIn)["downloadable"]
    except AdapterError:
        return True
    return downloaded
