"""Reviews of the shop's products: read one by one and in pages, made into events."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from integrations.base.lists import Unread, unread_row
from integrations.base.loading import Loaded
from integrations.base.rich_text import plain
from integrations.contract import Buyer, EventKind, PollResult, ReviewEvent, ReviewSource, UnreadRow
from integrations.errors import Permanent, Unsupported
from integrations.json_input import digits
from integrations.text import from_html
from integrations.woocommerce.client import Connected

REREAD = timedelta(days=30)
"""Reviews are found by the day they were published, so an edit is seen only by reading again."""
GONE = frozenset({"trash", "spam", "deleted", "post-trashed"})
"""The last: its product is in the bin."""


class Reviews(Connected, ReviewSource):
    """wp-api-v3/product-reviews.md."""

    def look(self, subject: str) -> list[ReviewEvent]:
        kind, _, number = subject.partition(":")
        if kind == "review" and digits(number):
            data = self.client.review(number)
            return [event_of(data) if data else ReviewEvent(EventKind.WITHDRAWN, number)]
        if kind == "product" and digits(number):
            return [event_of(row) for row in self.client.reviews(product=number).rows]
        raise Unsupported("only a review or a product can be read again")

    def poll(self, cursor: str, now: datetime) -> PollResult:
        since, began, page, before = _cursor(cursor, now)
        query = {"after": since} if since else {}
        listing = self.client.reviews(order="asc", orderby="date", page=str(page), **query)
        events = [event_of(row) for row in listing.rows]
        unread = [_unread(row) for row in listing.unread]
        if listing.more:
            last = str(listing.rows[-1]["id"]) if listing.rows else ""
            if last and last == before:
                raise Permanent(
                    "the shop gives the same page of reviews again and again: let caches in front of it"
                    " pass /wp-json/wc/v3 on"
                )
            cursor = f"{since}|{began}|{page + 1}|{last}"
            return PollResult(events, cursor, more=True, unread=unread)
        start = datetime.fromisoformat(began) - REREAD
        return PollResult(events, f"{start:%Y-%m-%dT%H:%M:%S}||1", unread=unread)

    def edit_link(self, order_id: str, review_id: str) -> str:
        """The review-order page (src/Internal/OrderReviews of WooCommerce) changes a review only where
        it was written there, for this order and address; any other would get a second one beside
        it. It opens for completed orders, and while each product is reviewed it holds no form."""
        slug = self.config.values.get("review_order_page", "").strip("/ ")
        review = self.client.review(review_id) if slug else None
        if not review or str(review["tied_order_id"]) != order_id:
            return ""
        order = self.client.order(order_id)
        address = str(order["billing"].get("email") or "").casefold()
        if not order["order_key"] or not address or address != review["reviewer_email"].casefold():
            return ""
        key = urlencode({"key": order["order_key"]})
        link = f"{self.client.shop}/{quote(slug)}/{order['id']}/?{key}"
        page = self.client.http.call("GET", link)
        lines = [row for row in order["line_items"] if row["product_id"] == review["product_id"]]
        bought = {row["variation_id"] or row["product_id"] for row in lines}
        return link if page.ok and bought & _to_be_changed(page.body) else ""


def _to_be_changed(page: bytes) -> set[int]:
    """The products and variations whose review the form of the review-order page holds
    (templates/order/customer-review-order-row.php)."""
    rows = page.decode("utf-8", "replace").split("data-initial-rating=")[1:]
    reviewed = [row for row in rows if re.match(r"[\"']?[1-5]", row)]
    products = [
        re.search(r"\[product_id\][\"']?\s+value=[\"']?(\d{1,18})", row) for row in reviewed
    ]
    return {int(product[1]) for product in products if product}


def _cursor(cursor: str, now: datetime) -> tuple[str, str, int, str]:
    """Since when (shop's clock, '' for ever), when this pass began, the next page, and the last
    review of the one before."""
    since, began, page, before = [*cursor.split("|"), "", "", "", ""][:4]
    return since, began or now.isoformat(), digits(page) or 1, before


def _unread(row: Unread) -> UnreadRow:
    """Kept as a delivery of the plugin would be."""
    headers = {"x-wc-webhook-topic": "review.listed"}
    return unread_row(row, row.value("id"), row.raw, headers, kind="review")


def event_of(data: Loaded) -> ReviewEvent:
    """Make the event of loaded `ReviewIn`; a trashed or spam review is withdrawn."""
    # The plugin counts from 1.
    number, sequence = str(data["id"]), data["revision"] or None
    if data["status"] in GONE:
        return ReviewEvent(EventKind.WITHDRAWN, number, sequence=sequence)
    return ReviewEvent(
        EventKind.CHANGED,
        review_id=number,
        # 0 is WooCommerce's word for "not rated".
        rating=data["rating"] or None,
        text=plain(data["review"]),
        sequence=sequence,
        written_at=data["date_created_gmt"],
        product_id=str(data["product_id"] or ""),
        product_name=from_html(data["product_name"]),
        buyer=Buyer(
            id=str(data["customer_id"] or _linked_customer(data["links"]) or ""),
            name=from_html(data["reviewer"]),
            email=data["reviewer_email"].strip(),
        ),
        order_ids=tuple(map(str, data["order_ids"])),
    )


def _linked_customer(links: object) -> int:
    """The number of the WordPress user whom the REST review links to, 0 for a guest."""
    reviewer = links.get("reviewer") if isinstance(links, dict) else None
    first = reviewer[0] if isinstance(reviewer, list) and reviewer else None
    address = first.get("href") if isinstance(first, dict) else None
    match = re.search(r"/users/(\d{1,18})$", address) if isinstance(address, str) else None
    return int(match[1]) if match else 0
