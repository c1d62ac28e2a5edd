"""The sandbox shop's own database: orders, reviews, what was done and said, callbacks to send.

What was done is a plain list without any uniqueness: a double must be visible, not prevented.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from integrations.sandbox.tables import ADDED, OLD_REVIEWS, REVIEW, SCHEMA

COURIERS = ("JNE REG", "J&T Express", "SiCepat")
"""Who carries the orders, in turn."""
Row = sqlite3.Row


class Ledger:
    """One file; one connection per thread; every write is committed before it is answered."""

    def __init__(self, path: Path | str, pictures_url: str = "") -> None:
        self.path, self.pictures_url = Path(path), pictures_url
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._local = threading.local()
        self._writing = threading.Lock()
        self._connection().executescript(SCHEMA)
        self._keep_a_review_for_each_line()
        self._add_columns()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            self._local.connection = connection
        return connection

    def _keep_a_review_for_each_line(self) -> None:
        """Make the table of reviews; one of before held a single review of an order."""
        connection = self._connection()
        columns = {row["name"] for row in connection.execute("PRAGMA table_info(review)")}
        if "line_id" in columns:
            return
        connection.executescript(f"{OLD_REVIEWS if columns else ''}{REVIEW}")
        if columns:
            names = "id, order_id, rating, text, version, withdrawn, written_at, changed"
            connection.execute(f"INSERT INTO review ({names}) SELECT {names} FROM old_review")  # noqa: S608
            connection.execute("DROP TABLE old_review")

    def _add_columns(self) -> None:
        """Buyers of before had no number and no address, and reviews no photo."""
        connection = self._connection()
        for table, name, kind in ADDED:
            columns = {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}
            if name not in columns:
                connection.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction."""
        connection = self._connection()
        with self._writing:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def rows(self, query: str, *values: Any) -> list[Row]:
        """Read some rows."""
        return self._connection().execute(query, values).fetchall()

    def row(self, query: str, *values: Any) -> Row | None:
        """Read one row."""
        first: Row | None = self._connection().execute(query, values).fetchone()
        return first

    def setting(self, name: str, default: str = "") -> str:
        """A setting of the shop."""
        row = self.row("SELECT value FROM knob WHERE name = ?", name)
        return default if row is None else str(row["value"])

    def change_setting(self, name: str, value: str) -> None:
        """Change a setting of the shop."""
        with self.write() as connection:
            connection.execute("INSERT OR REPLACE INTO knob VALUES (?, ?)", (name, value))


def buyer_of(ledger: Ledger, buyer_id: int) -> dict[str, str]:
    """A buyer as the wire has it."""
    row = ledger.row("SELECT * FROM buyer WHERE id = ?", buyer_id)
    assert row is not None
    return {**{key: row[key] for key in row.keys()}, "id": f"b{buyer_id}"}  # noqa: SIM118


def order_data(ledger: Ledger, order: Row, base_url: str) -> dict[str, Any]:
    """An order as the wire has it."""
    spent = ledger.row(
        "SELECT coalesce(sum(amount_minor), 0) AS n FROM made WHERE order_id = ?"
        " AND action = 'refund' AND id NOT IN (SELECT made_id FROM forgotten)",
        order["id"],
    )
    assert spent is not None
    line = _line_data(ledger, f"l{order['id']}", order, order["quantity"])
    rows = ledger.rows("SELECT * FROM line WHERE order_id = ? ORDER BY id", order["id"])
    further = [_line_data(ledger, f"l{order['id']}-{row['id']}", row, 1) for row in rows]
    paid = order["paid_minor"] + sum(row["paid_minor"] for row in further)
    return {
        "id": str(order["id"]),
        "number": order["number"],
        "placed_at": order["placed_at"],
        "status": order["status"],
        "currency": order["currency"],
        "paid_minor": paid,
        "left_minor": paid - spent["n"],
        "lines": [line, *further],
        "buyer": buyer_of(ledger, order["buyer_id"]),
        "tracking": [f"{COURIERS[order['id'] % len(COURIERS)]} SB{order['id']:08d}"],
        "edit_link": f"{base_url}/orders/{order['id']}?key={order['edit_key']}",
    }


def _line_data(ledger: Ledger, line_id: str, row: Row, quantity: int) -> dict[str, Any]:
    return {
        "id": line_id,
        "product_id": row["product_id"],
        "name": row["product_name"],
        "quantity": quantity,
        "paid_minor": row["paid_minor"],
        "picture": f"{ledger.pictures_url}/{row['product_id']}.jpg",
    }


def review_data(ledger: Ledger, review: Row) -> dict[str, Any]:
    """A review as the wire has it."""
    order = ledger.row("SELECT * FROM orders WHERE id = ?", review["order_id"])
    assert order is not None
    line = ledger.row("SELECT * FROM line WHERE id = ?", review["line_id"]) or order
    return {
        "id": f"r{review['id']}",
        "rating": review["rating"],
        "text": review["text"],
        "version": review["version"],
        "withdrawn": bool(review["withdrawn"]),
        "written_at": review["written_at"],
        "product_id": line["product_id"],
        "product_name": line["product_name"],
        "buyer": buyer_of(ledger, order["buyer_id"]),
        "order_ids": [str(order["id"])],
        "photos": [f"{ledger.pictures_url}/{line['product_id']}-photo.jpg"] * review["photo"],
    }


def use_voucher(connection: sqlite3.Connection, code: str, order_id: int, now: datetime) -> None:
    """Take a voucher off what a fresh order costs; raises `LookupError` where none is good for it."""
    order = connection.execute("SELECT * FROM orders WHERE id = ?", (order_id,)).fetchone()
    used = connection.execute(
        "UPDATE made SET used_at = ?, used_order = ?, saved_minor = min(amount_minor, ?)"
        " WHERE code = ? AND currency = ? AND used_at IS NULL RETURNING saved_minor",
        (now.isoformat(), order["number"], order["paid_minor"], code.lower(), order["currency"]),
    ).fetchone()
    if used is None:
        raise LookupError(code)
    changed = "UPDATE orders SET paid_minor = paid_minor - ? WHERE id = ?"
    connection.execute(changed, (used["saved_minor"], order_id))


def add_order(
    connection: sqlite3.Connection, buyer_id: int, product: tuple[str, str, int, str], now: datetime
) -> int:
    """Sell one product `(id, name, price in minor units, currency)`; gives the order's id."""
    cursor = connection.execute(
        "INSERT INTO orders (buyer_id, product_id, product_name, quantity, paid_minor, currency,"
        " placed_at, status, edit_key) VALUES (?, ?, ?, 1, ?, ?, ?, 'delivered', ?)",
        (buyer_id, *product, now.isoformat(), secrets.token_urlsafe(12)),
    )
    order_id = int(cursor.lastrowid or 0)
    connection.execute("UPDATE orders SET number = ? WHERE id = ?", (f"SB-{order_id}", order_id))
    return order_id


def add_line(ledger: Ledger, order_id: int, product: tuple[str, str, int, str]) -> int:
    """Sell a further product in an order, in its currency; gives the line's id."""
    with ledger.write() as connection:
        cursor = connection.execute(
            "INSERT INTO line (order_id, product_id, product_name, paid_minor) VALUES (?, ?, ?, ?)",
            (order_id, *product[:3]),
        )
        return int(cursor.lastrowid or 0)


def leave_review(
    ledger: Ledger,
    order_id: int,
    rating: int,
    text: str,
    now: datetime,
    *,
    withdraw: bool = False,
    line_id: int = 0,
    photo: bool = False,
) -> None:
    """The buyer leaves, changes or withdraws the review of a line (0: the first), with a photo of it or
    without; then callbacks are put. Where a crash came between, polling finds the review."""
    with ledger.write() as connection:
        if withdraw:
            written = connection.execute(
                "UPDATE review SET withdrawn = 1, version = version + 1"
                " WHERE order_id = ? AND line_id = ?",
                (order_id, line_id),
            )
        else:
            written = connection.execute(
                "INSERT INTO review (order_id, line_id, rating, text, photo, version, written_at)"
                " VALUES (?, ?, ?, ?, ?, 1, ?) ON CONFLICT (order_id, line_id) DO UPDATE SET"
                " withdrawn = 0, rating = excluded.rating, text = excluded.text,"
                " photo = excluded.photo, version = version + 1",
                (order_id, line_id, rating, text, photo, now.isoformat()),
            )
        if not written.rowcount:
            return
        connection.execute(
            "UPDATE review SET changed = (SELECT coalesce(max(changed), 0) + 1 FROM review)"
            " WHERE order_id = ? AND line_id = ?",
            (order_id, line_id),
        )
    row = ledger.row("SELECT * FROM review WHERE order_id = ? AND line_id = ?", order_id, line_id)
    assert row is not None
    change = "updated" if row["version"] > 1 else "created"
    event = f"review.{'withdrawn' if withdraw else change}"
    put_callback(ledger, {"event": event, "review": review_data(ledger, row)}, now)


def put_callback(ledger: Ledger, data: dict[str, Any], now: datetime) -> None:
    """Let Makegood be told of it."""
    body = json.dumps(data).encode()
    delivery = secrets.token_hex(12)
    times = 2 if ledger.setting("duplicates") == "on" else 1
    with ledger.write() as connection:
        for _ in range(times):
            connection.execute(
                "INSERT INTO callback (delivery, body, due_at) VALUES (?, ?, ?)",
                (delivery, body, now.isoformat()),
            )


def callbacks_due(ledger: Ledger, now: datetime, most: int = 50) -> Sequence[Row]:
    """Callbacks to send now; newest first where the shop is told to shuffle."""
    order = "DESC" if ledger.setting("shuffled") == "on" else "ASC"
    return ledger.rows(
        f"SELECT * FROM callback WHERE sent_at IS NULL AND due_at <= ? ORDER BY id {order} LIMIT ?",  # noqa: S608
        now.isoformat(),
        most,
    )
