"""Where sellers see an order, a review and a chat in a shop of their own, as they enter it: an address for each
kind with a place for the id."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from integrations.contract import Adapter, Buyer, Field
from integrations.entries import WrongEntry
from integrations.sentence import Text
from integrations.text import is_web_link

PLACE = "{id}"
PAGES = {
    f"{what}_page": f"https://shop.example/admin/{what}s/{PLACE}"
    for what in ("order", "review", "chat")
}
"""Names of the fields, each with an example."""

PAGE_FIELDS = (
    Field(
        "order_page",
        Text("Page of an order, for you"),
        Text("Such as https://shop.example/admin/orders/{id}; {id} is filled in. Empty: none."),
        required=False,
        seldom=True,
    ),
    Field(
        "review_page",
        Text("Page of a review, for you"),
        Text("Such as https://shop.example/admin/reviews/{id}; {id} is filled in. Empty: none."),
        required=False,
        seldom=True,
    ),
    Field(
        "chat_page",
        Text("Page of the chat with a buyer, for you"),
        Text("Such as https://shop.example/admin/chats/{id}; {id} is the buyer's. Empty: none."),
        required=False,
        seldom=True,
    ),
)


class SellerPages(Adapter):
    """For a platform where each seller has pages of their own."""

    @classmethod
    def check_entries(cls, values: Mapping[str, str]) -> None:
        super().check_entries(values)
        for field, example in PAGES.items():
            if values.get(field, "").strip() and not is_web_link(_page(values, field, "1")):
                raise WrongEntry(
                    "enter an address such as %(example)s", field=field, example=example
                )

    @classmethod
    def review_page(cls, values: Mapping[str, str], review_id: str) -> str:
        return _page(values, "review_page", review_id)

    @classmethod
    def order_page(cls, values: Mapping[str, str], order_id: str) -> str:
        return _page(values, "order_page", order_id)

    @classmethod
    def chat_page(cls, values: Mapping[str, str], buyer: Buyer, order_id: str) -> str:
        return _page(values, "chat_page", buyer.id)


def _page(values: Mapping[str, str], field: str, row_id: str) -> str:
    """The address that was entered, about the row of this id; '' for none."""
    entered = values.get(field, "").strip()
    return entered.replace(PLACE, quote(row_id, safe="")) if row_id else ""
