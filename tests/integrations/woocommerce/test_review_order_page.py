"""The link to the review-order page, where a buyer changes the review that was written there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import responses

from integrations.errors import Temporary
from tests.integrations.woocommerce.samples import LISTED, PretendShop, adapter, order

LINK = "https://shop.example/review-order/13/?key=wc_order_k3y"
PATH = "/review-order/13/"


@pytest.fixture(name="shop")
def _shop() -> Iterator[PretendShop]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        shop = PretendShop(wire)
        shop.orders[13] = order(13)
        shop.reviews = [
            {
                **LISTED,
                "reviewer_email": "Sari@example.test",
                "makegood": {"tied_order_id": 13},
            }
        ]
        shop.pages[PATH] = page((7, 1), (11, 0))
        yield shop


def page(*rows: tuple[int, int]) -> str:
    """The form for products or variations and the stars they have, 0 for none yet."""
    form = "".join(
        f'''<li data-row-index="{index}" data-initial-rating="{stars}" data-initial-text="a">
        <input type="hidden" name="reviews[{index}][product_id]" value="{product}" />
        <input type="hidden" name="reviews[{index}][order_item_id]" value="3" /></li>'''
        for index, (product, stars) in enumerate(rows)
    )
    return f"<h1>Review your order</h1><form><ul>{form}</ul></form>"


def link() -> str:
    return adapter(review_order_page="review-order").edit_link("13", "31")


def test_link_is_given_where_the_page_changes_this_very_review(shop: PretendShop) -> None:
    assert link() == LINK
    assert adapter().edit_link("13", "31") == ""


def test_page_is_asked_as_a_stranger_would(shop: PretendShop) -> None:
    link()

    assert shop.requests[-1].url == LINK
    assert "authorization" not in shop.requests[-1].headers


@pytest.mark.parametrize(
    "review",
    [
        {"makegood": {"tied_order_id": 0, "order_ids": [13]}},
        {"makegood": {"tied_order_id": 12}},
        {"makegood": []},
        {"makegood": None},
        {"reviewer_email": "another@example.test"},
    ],
)
def test_review_from_elsewhere_gets_no_link(shop: PretendShop, review: dict[str, object]) -> None:
    shop.reviews = [{**shop.reviews[0], **review}]

    assert link() == ""


@pytest.mark.parametrize(
    ("other", "review"),
    [({"billing": []}, {"reviewer_email": ""}), ({"order_key": ""}, {})],
    ids=["no address", "no key"],
)
def test_order_that_names_no_buyer_gets_no_link(
    shop: PretendShop, other: dict[str, object], review: dict[str, object]
) -> None:
    shop.orders[13] = order(13, **other)
    shop.reviews = [{**shop.reviews[0], **review}]

    assert link() == ""


@pytest.mark.parametrize(
    "shown",
    [
        None,
        "<h1>Thank you for your reviews</h1>",
        page((7, 0), (11, 0)),
        page((11, 2)),
        page((11, 2), (7, 0)),
        "data-initial-rating=",
    ],
    ids=[
        "does not open",
        "every product is reviewed",
        "opens empty",
        "line is refunded",
        "another line",
        "cut off",
    ],
)
def test_page_that_would_not_change_it_gets_no_link(shop: PretendShop, shown: str | None) -> None:
    del shop.pages[PATH]
    if shown is not None:
        shop.pages[PATH] = shown

    assert link() == ""


def test_page_made_smaller_is_read_too(shop: PretendShop) -> None:
    shop.pages[PATH] = shop.pages[PATH].replace('"', "")

    assert link() == LINK


def test_shop_that_is_away_is_asked_again_later(shop: PretendShop) -> None:
    shop.down_from = 1

    with pytest.raises(Temporary):
        link()
