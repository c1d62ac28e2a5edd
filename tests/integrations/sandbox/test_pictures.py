"""The sandbox shows what it sells and what its buyers took, also from a ledger of before."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from integrations import pictures
from integrations.http import Http
from integrations.sandbox.codec import order_of
from integrations.sandbox.ledger import Ledger, add_order, leave_review, order_data, review_data
from integrations.sandbox.schemas import OrderIn, ReviewIn
from integrations.sandbox.seed import PRODUCTS, seed, sell
from tests.world import World

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_product_and_every_photo_of_it_can_be_fetched(world: World) -> None:
    ledger = world.sandbox.ledger
    sell(ledger, 1, NOW)
    with ledger.write() as connection:
        order_ids = [add_order(connection, 1, product, NOW) for product in PRODUCTS]
    for order_id in order_ids:
        leave_review(ledger, order_id, 1, "Rusak", NOW, photo=True)
        order = ledger.row("SELECT * FROM orders WHERE id = ?", order_id)
        review = ledger.row("SELECT * FROM review WHERE order_id = ?", order_id)
        assert order is not None
        assert review is not None

        (line,) = order_of(OrderIn().load(order_data(ledger, order, ""))).lines
        photos = ReviewIn().load(review_data(ledger, review)).photos

        assert photos
        for address in (line.picture, *photos):
            assert pictures.picture(Http(), address, 320).startswith(b"\xff\xd8\xff")


def test_new_shop_begins_with_photos_of_what_went_wrong(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "shop.db", "http://127.0.0.1/pictures")

    seed(ledger, NOW)

    photographed = ledger.rows("SELECT rating FROM review WHERE photo = 1")
    assert {row["rating"] for row in photographed} == {1, 2}


def test_ledger_of_before_has_reviews_without_photos(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    seed(Ledger(path), NOW)
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE review DROP COLUMN photo")
    connection.close()

    ledger = Ledger(path)

    row = ledger.row("SELECT * FROM review LIMIT 1")
    assert row is not None
    assert review_data(ledger, row)["photos"] == []
