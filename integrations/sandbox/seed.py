"""Fills a new sandbox shop with buyers, orders and a few low ratings."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection

from integrations.sandbox.ledger import Ledger, add_order, leave_review

BUYERS = (
    ("Sari", "sari@example.test", "ID", "id", "Asia/Jakarta"),
    ("Budi", "budi@example.test", "ID", "id", "Asia/Makassar"),
    ("Ayu", "ayu@example.test", "ID", "id", "Asia/Jakarta"),
    ("Lena", "lena@example.test", "SG", "en", "Asia/Singapore"),
)
CONTACTS = {
    "sari@example.test": ("+62 812-0000-0001", "Jl. Melati No. 7\n40115 Bandung\nIndonesia"),
    "budi@example.test": ("+62 812-0000-0002", "Jl. Pettarani No. 12\n90222 Makassar\nIndonesia"),
    "ayu@example.test": ("+62 812-0000-0003", "Jl. Kaliurang Km 5\n55281 Sleman\nIndonesia"),
    "lena@example.test": ("+65 8000 0004", "12 Example Road, #03-04\nSingapore 123456"),
}
"""Telephone number and postal address of each of them; no such numbers are given out."""
KETTLE = ("kettle", "Electric kettle", 25900000, "IDR")
SCARF = ("scarf", "Batik scarf", 14500000, "IDR")
LAMP = ("lamp", "Desk lamp", 3490, "SGD")
PRODUCTS = (KETTLE, SCARF, LAMP)
"""What can be ordered: id, name, price in minor units, currency."""

SOLD = (
    (0, KETTLE, 1, "Barang datang pecah, kemasan tipis sekali."),
    (1, SCARF, 2, "Warna salah, pesan biru dapat merah."),
    (2, SCARF, 5, "Bagus, cepat sampai."),
    (3, LAMP, 2, "Arrived broken, the glass is cracked."),
    (0, SCARF, 3, "Pengiriman lama, seminggu lebih."),
    (1, KETTLE, 0, ""),
    (2, KETTLE, 4, "Oke."),
    (3, LAMP, 0, ""),
    (2, LAMP, 1, "Lampunya tidak nyala."),
)
"""Buyer, product, stars (0: not reviewed), text."""


def seed(ledger: Ledger, now: datetime) -> bool:
    """Fill an empty shop; False when it has orders already."""
    if ledger.row("SELECT 1 FROM orders LIMIT 1") is not None:
        return False
    with ledger.write() as connection:
        for buyer in BUYERS:
            connection.execute(
                "INSERT INTO buyer (name, email, country, language, zone) VALUES (?, ?, ?, ?, ?)",
                buyer,
            )
        connection.executemany(
            "UPDATE buyer SET phone = ?, address = ? WHERE email = ?",
            [(*contact, email) for email, contact in CONTACTS.items()],
        )
        ids = [
            add_order(connection, buyer + 1, product, now - timedelta(days=9))
            for buyer, product, _, _ in SOLD
        ]
    for order_id, (_, _, stars, text) in zip(ids, SOLD, strict=True):
        if stars:
            leave_review(ledger, order_id, stars, text, now, photo=stars < 3)
    return True


def sell(ledger: Ledger, number: int, now: datetime) -> list[int]:
    """Sell many orders at once, each to a buyer of its own, for measuring; gives their ids."""
    with ledger.write() as connection:
        return [add_order(connection, _new_buyer(connection), KETTLE, now) for _ in range(number)]


def _new_buyer(connection: Connection) -> int:
    """One like the first, with an address of their own; the very first has its plain one."""
    (number,) = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM buyer").fetchone()
    name, address, *rest = BUYERS[0]
    mailbox, _, host = address.partition("@")
    address = address if number == 1 else f"{mailbox}.{number}@{host}"
    connection.execute(
        "INSERT INTO buyer (id, name, email, country, language, zone) VALUES (?, ?, ?, ?, ?, ?)",
        (number, name, address, *rest),
    )
    return int(number)
