"""Parcels of an order. WooCommerce itself knows none: the extension Shipment Tracking, and others that do
as it does, keep them in the order's meta data (woocommerce.com, "Shipment Tracking", `_wc_shipment_tracking_items`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.base.loading import Loaded
from integrations.json_input import digits
from integrations.text import from_html

TRACKING_META = "_wc_shipment_tracking_items"
MOST = 20


def parcels_of(data: Loaded) -> tuple[str, ...]:
    """Carrier and number of each parcel of loaded `OrderIn`."""
    parcels = []
    for item in _items(data):
        carrier = item.get("custom_tracking_provider") or item.get("tracking_provider")
        words = (str(part) for part in (carrier, item.get("tracking_number")) if part)
        parcels.append(from_html(" ".join(words))[:200])
    return tuple(filter(None, parcels))


def parcels_sent_at(data: Loaded) -> datetime | None:
    """When the first of them was sent; the extension keeps a day, in seconds."""
    moments = [digits(str(item.get("date_shipped") or "")) for item in _items(data)]
    sent = [moment for moment in moments if moment and moment < 2**33]
    return datetime.fromtimestamp(min(sent), UTC) if sent else None


def _items(data: Loaded) -> Iterator[Mapping[str, Any]]:
    for meta in data["meta_data"]:
        if meta["key"] == TRACKING_META and isinstance(meta["value"], list):
            yield from (item for item in meta["value"][:MOST] if isinstance(item, dict))
