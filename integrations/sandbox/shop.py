"""The sandbox shop as a web application: its API for the adapter, and its parts put together."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, jsonify, request

from integrations.remedies import KINDS, Spends
from integrations.sandbox import pages, trouble
from integrations.sandbox.ledger import Ledger, order_data, review_data
from integrations.sandbox.sender import Sender

PAGE = 100

PICTURES = "/pictures"
TEMPLATES = Path(__file__).parent / "templates"

api = Blueprint("api", __name__, url_prefix="/api")
pictures = Blueprint("pictures", __name__, static_folder="pictures", static_url_path=PICTURES)
"""What its products look like, and what buyers took of them: one file each."""


@dataclass(frozen=True, slots=True)
class Shop:
    """The running shop: its application, its ledger, and what sends its callbacks."""

    app: Flask
    ledger: Ledger
    sender: Sender
    now: Callable[[], datetime]


def create_shop(
    path: Path | str,
    *,
    base_url: str,
    api_key: str,
    webhook_url: str,
    webhook_secret: str,
    now: Callable[[], datetime],
    inside_url: str = "",
    say: pages.Say = lambda sentence, language: str(sentence),
) -> Shop:
    """Make the shop over its ledger file; the sender is started by the caller. `inside_url`: where Makegood
    reaches it, if not at `base_url`. `say`: translates what its pages say; without it they are English."""
    ledger = Ledger(path, f"{inside_url or base_url}{PICTURES}")
    app = Flask("makegood.sandbox", static_folder=None, template_folder=str(TEMPLATES))
    app.extensions["say"] = say
    sender = Sender(ledger, webhook_url, webhook_secret, now)
    shop = Shop(app, ledger, sender, now)
    app.extensions["shop"] = shop
    app.config.update(API_KEY=api_key, BASE_URL=base_url.rstrip("/"))
    for part in (api, pages.blueprint, pictures):
        app.register_blueprint(part)
    return shop


def here() -> Shop:
    """The shop of this request."""
    shop: Shop = current_app.extensions["shop"]
    return shop


@api.before_request
def _only_with_key() -> Response | None:
    g.began = time.perf_counter()
    key = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if hmac.compare_digest(key.encode(), current_app.config["API_KEY"].encode()):
        return None
    return _say(401, "wrong key")


@api.after_request
def _say_seconds(answer: Response) -> Response:
    answer.headers["X-Shop-Seconds"] = f"{time.perf_counter() - g.began:.6f}"
    return answer


def _say(status: int, text: str) -> Response:
    return Response(text, status, mimetype="text/plain")


@api.get("/check")
def check() -> Response:
    """The key is good."""
    return jsonify(ok=True)


@api.get("/orders")
def orders() -> Response:
    """Orders that fit a review: its own, else those of the buyer with the product, else those of an
    address."""
    ledger = here().ledger
    review = request.args.get("review", "").removeprefix("r")
    rows = (
        ledger.rows(
            "SELECT o.* FROM orders o JOIN review r ON r.order_id = o.id WHERE r.id = ?", review
        )
        or ledger.rows(
            "SELECT * FROM orders WHERE buyer_id = ? AND product_id = ? ORDER BY id DESC LIMIT 10",
            request.args.get("buyer", "").removeprefix("b"),
            request.args.get("product", ""),
        )
        or ledger.rows(
            "SELECT o.* FROM orders o JOIN buyer b ON b.id = o.buyer_id WHERE b.email = ?"
            " ORDER BY o.id DESC LIMIT 10",
            request.args.get("email") or None,
        )
    )
    base = current_app.config["BASE_URL"]
    return jsonify(orders=[order_data(ledger, row, base) for row in rows])


@api.get("/orders/<order_id>")
def order(order_id: str) -> Response:
    """One order by its id or number."""
    ledger = here().ledger
    row = ledger.row("SELECT * FROM orders WHERE id = ? OR number = ?", order_id, order_id)
    if row is None:
        return _say(404, "no such order")
    return jsonify(order_data(ledger, row, current_app.config["BASE_URL"]))


@api.get("/reviews")
def reviews() -> Response:
    """Reviews changed after a count, oldest change first."""
    ledger = here().ledger
    after = int(request.args.get("after", "0"))
    rows = ledger.rows(
        "SELECT * FROM review WHERE changed > ? ORDER BY changed LIMIT ?", after, PAGE
    )
    cursor = rows[-1]["changed"] if rows else after
    return jsonify(
        reviews=[review_data(ledger, row) for row in rows],
        cursor=str(cursor),
        more=len(rows) == PAGE,
    )


@api.get("/reviews/<review_id>")
def review(review_id: str) -> Response:
    """One review as it is now."""
    ledger = here().ledger
    row = ledger.row("SELECT * FROM review WHERE id = ?", review_id.removeprefix("r"))
    return _say(404, "no such review") if row is None else jsonify(review_data(ledger, row))


@api.get("/make-goods")
def find() -> Response:
    """What was done under a reference, all of it."""
    ledger = here().ledger
    rows = ledger.rows(
        "SELECT * FROM made WHERE reference = ? AND id NOT IN (SELECT made_id FROM forgotten)"
        " ORDER BY id",
        request.args.get("reference", ""),
    )
    order = ledger.row("SELECT * FROM orders WHERE id = ?", request.args.get("order", ""))
    forgets = order is not None and order["trouble"] == "paid_then_failed"
    return jsonify(found=[dict(row) for row in rows], forgets=forgets)


@api.get("/vouchers/<code>")
def voucher(code: str) -> Response:
    """What became of a voucher."""
    row = here().ledger.row("SELECT * FROM made WHERE code = ?", code.strip().lower())
    if row is None:
        return _say(404, "no such voucher")
    used, number = row["used_at"], row["used_order"]
    saved = {"minor": row["saved_minor"], "currency": row["currency"]}
    return jsonify(used=used is not None, at=used, order_number=number, saved=saved)


@api.post("/make-goods")
def make_good() -> Response:
    """Carry out one, with the trouble the order asks for."""
    shop = here()
    asked: dict[str, Any] = request.get_json()
    order = shop.ledger.row("SELECT * FROM orders WHERE id = ?", asked["order_id"])
    if order is None:
        return _say(404, "no such order")
    if (bad := trouble.before(shop.ledger, order)) is not None:
        return bad
    earlier = asked["key"] and shop.ledger.row(
        "SELECT * FROM made WHERE key = ? AND id NOT IN (SELECT made_id FROM forgotten) LIMIT 1",
        asked["key"],
    )
    if earlier:
        return jsonify(**dict(earlier), already=True)
    data = order_data(shop.ledger, order, "")
    kind = KINDS[asked["action"]]
    if kind.spends is Spends.MONEY and asked["amount_minor"] > data["left_minor"]:
        return _say(422, "more than what is left of this order")
    trouble.dawdle(shop.ledger)
    made_id = _carry_out(shop, asked, trouble.task(order))
    failed = trouble.gateway_failed(shop.ledger, order, made_id)
    if (bad := failed or trouble.after(shop.ledger, order)) is not None:
        return bad
    action = shop.ledger.row("SELECT * FROM made WHERE id = ?", made_id)
    assert action is not None
    return jsonify(**dict(action), already=False)


def _carry_out(shop: Shop, asked: dict[str, Any], task: str) -> int:
    code = asked["reference"].lower() if KINDS[asked["action"]].gives_code else ""
    with shop.ledger.write() as connection:
        cursor = connection.execute(
            "INSERT INTO made (action, key, reference, order_id, amount_minor, currency, code,"
            " task, at) VALUES (:action, :key, :reference, :order_id, :amount_minor, :currency, :code,"
            " :task, :at)",
            {**asked, "code": code, "task": task, "at": shop.now().isoformat()},
        )
        return int(cursor.lastrowid or 0)


@api.post("/messages")
def message() -> Response:
    """Put a message into the buyer's mailbox."""
    shop = here()
    asked: dict[str, Any] = request.get_json()
    order = shop.ledger.row("SELECT * FROM orders WHERE id = ?", asked["order_id"])
    if order is None:
        return _say(404, "no such order")
    if (bad := trouble.before_message(shop.ledger, order)) is not None:
        return bad
    with shop.ledger.write() as connection:
        cursor = connection.execute(
            "INSERT INTO message (key, order_id, recipient, subject, text, at)"
            " VALUES (:key, :order_id, :to, :subject, :text, :at)",
            {**asked, "at": shop.now().isoformat()},
        )
    return trouble.after_message(shop.ledger, order) or jsonify(id=cursor.lastrowid)


@api.post("/replies")
def reply() -> Response:
    """Put the one public reply under a review; with the key of the one that is there it is the same."""
    shop, asked = here(), request.get_json()
    review_id = asked["review_id"].removeprefix("r")
    if shop.ledger.row("SELECT id FROM review WHERE id = ?", review_id) is None:
        return _say(404, "no such review")
    with shop.ledger.write() as connection:
        connection.execute(
            "INSERT INTO reply (key, review_id, text, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (asked["key"], review_id, asked["text"], shop.now().isoformat()),
        )
    written = shop.ledger.row("SELECT * FROM reply WHERE review_id = ?", review_id)
    if written is None or written["key"] != asked["key"]:
        return _say(409, "this review has a reply already")
    return jsonify(id=written["id"])


@api.get("/ledger")
def ledger() -> Response:
    """Everything done and said, for comparing with Makegood's own books."""
    book = here().ledger
    return jsonify(
        made=[dict(row) for row in book.rows("SELECT * FROM made ORDER BY id")],
        messages=[dict(row) for row in book.rows("SELECT * FROM message ORDER BY id")],
        replies=[dict(row) for row in book.rows("SELECT * FROM reply ORDER BY id")],
    )
