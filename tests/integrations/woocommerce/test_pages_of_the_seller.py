"""Links to a shop's own administration, made from what the seller entered."""

from __future__ import annotations

import pytest

from integrations.woocommerce import WooCommerce

SHOP = {"base_url": "https://shop.example/toko/"}


def test_order_and_review_have_pages_in_the_administration() -> None:
    order = WooCommerce.order_page(SHOP, "727")
    review = WooCommerce.review_page(SHOP, "22")

    assert order == "https://shop.example/toko/wp-admin/post.php?post=727&action=edit"
    assert review == "https://shop.example/toko/wp-admin/comment.php?action=editcomment&c=22"


@pytest.mark.parametrize("row_id", ["", "x", "1&action=trash", "١٢"])
def test_no_page_is_made_from_what_is_no_id(row_id: str) -> None:
    assert WooCommerce.order_page(SHOP, row_id) == ""
