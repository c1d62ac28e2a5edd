"""Pages on which a tester acts as the buyer: orders, reviews, mailbox, what the shop did."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Blueprint, abort, current_app, redirect, render_template, request
from markupsafe import Markup, escape
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from integrations.money import Money
from integrations.remedies import KINDS
from integrations.sandbox import trouble
from integrations.sandbox.chat import write_to_shop
from integrations.sandbox.ledger import (
    Ledger,
    Row,
    add_order,
    leave_review,
    use_voucher,
)
from integrations.sandbox.seed import PRODUCTS
from integrations.sentence import Said, Text

blueprint = Blueprint("pages", __name__)
Say = Callable[[Said, str], str]
"""Gives a sentence in a language."""
PROGRAMS = ("/api/", "/pictures/")
"""What no tester looks at."""

LANGUAGES = ("en", "id")
NOT_THERE = Text("There is no such page in this shop.")
NOT_DONE = Text("This could not be done.")
TOO_LONG = Text("This is too long to be sent.")


def _ledger() -> Ledger:
    ledger: Ledger = current_app.extensions["shop"].ledger
    return ledger


def _page(template: str, **values: object) -> str:
    language = request.accept_languages.best_match(LANGUAGES, LANGUAGES[0])
    say: Say = current_app.extensions["say"]

    def translated(words: str, **named: str | int) -> str:
        return say(Text(words, **named), language)

    return render_template(
        template,
        base=current_app.config["BASE_URL"],
        language=language,
        say=lambda sentence: say(sentence, language),
        _=translated,
        **values,
    )


@blueprint.app_errorhandler(HTTPException)
def problem(error: HTTPException) -> HTTPException | tuple[str, int]:
    """What a tester reads instead of a bare page; programs keep the plain answer."""
    status = error.code or 500
    if error.response is not None or request.path.startswith(PROGRAMS):
        return error
    told = {404: NOT_THERE, 413: TOO_LONG}.get(status, NOT_DONE)
    return _page("problem.html", problem=told), status


def _to(path: str) -> Response:
    return redirect(current_app.config["BASE_URL"] + path, 303)


def _order(order_id: int) -> Row:
    row = _ledger().row("SELECT * FROM orders WHERE id = ?", order_id)
    return row if row is not None else abort(404)


@blueprint.get("/")
def orders() -> str:
    """The newest orders with their reviews."""
    rows = _ledger().rows(
        "SELECT o.id, o.number, o.product_name, b.name AS buyer, r.rating, r.withdrawn"
        " FROM orders o JOIN buyer b ON b.id = o.buyer_id LEFT JOIN review r ON r.order_id = o.id AND r.line_id = 0"
        " ORDER BY o.id DESC LIMIT 60"
    )
    on = {name: _ledger().setting(name) == "on" for name in ("duplicates", "shuffled")}
    return _page("orders.html", orders=rows, **on)


@blueprint.post("/callbacks")
def callbacks() -> Response:
    """How callbacks are sent."""
    for name in ("duplicates", "shuffled"):
        _ledger().change_setting(name, "on" if name in request.form else "off")
    return _to("/")


@blueprint.get("/buy")
def buy_page() -> str:
    """Choose a buyer and a product."""
    return _buy_page()


def _buy_page(problem: Text | None = None) -> str:
    return _page(
        "buy.html",
        buyers=_ledger().rows("SELECT * FROM buyer ORDER BY id LIMIT 60"),
        products=[(row[0], row[1], _shown(*row[2:])) for row in PRODUCTS],
        chosen=request.form,
        problem=problem,
    )


@blueprint.post("/buy")
def buy() -> Response | tuple[str, int]:
    """Pay for one product as a buyer; the page of the order is where it can be rated."""
    shop, number = current_app.extensions["shop"], request.form.get("buyer", "")
    is_number = number.isascii() and number.isdigit() and len(number) < 19
    buyer = _ledger().row("SELECT id FROM buyer WHERE id = ?", int(number) if is_number else 0)
    product = next((row for row in PRODUCTS if row[0] == request.form.get("product")), None)
    if buyer is None or product is None:
        return _buy_page(Text("Choose a buyer and a product from the lists.")), 422
    try:
        with shop.ledger.write() as connection:
            order_id = add_order(connection, buyer["id"], product, shop.now())
            if code := request.form.get("voucher", "").strip():
                use_voucher(connection, code, order_id, shop.now())
    except LookupError:
        refusal = Text("There is no voucher of this code that is good for this product.")
        return _buy_page(refusal), 422
    return _to(f"/orders/{order_id}")


@blueprint.get("/orders/<int:order_id>")
def order(order_id: int) -> str:
    """One order: review it, change that, choose trouble."""
    row = _order(order_id)
    review = _ledger().row("SELECT * FROM review WHERE order_id = ? AND line_id = 0", order_id)
    amount = _shown(row["paid_minor"], row["currency"])
    return _page("order.html", order=row, review=review, amount=amount, troubles=trouble.TROUBLES)


@blueprint.post("/orders/<int:order_id>")
def change_order(order_id: int) -> Response:
    """Act as the buyer, or choose trouble."""
    _order(order_id)
    shop = current_app.extensions["shop"]
    if request.form["do"] == "trouble":
        trouble.choose(shop.ledger, order_id, request.form["trouble"])
    else:
        stars, text = int(request.form.get("rating", 1)), request.form.get("text", "")
        more = {"withdraw": request.form["do"] == "withdraw", "photo": "photo" in request.form}
        leave_review(shop.ledger, order_id, stars, text, shop.now(), **more)
    return _to(f"/orders/{order_id}")


@blueprint.get("/reviews/<int:review_id>")
def review(review_id: int) -> Response:
    """A review stands on the page of its order."""
    row = _ledger().row("SELECT order_id FROM review WHERE id = ?", review_id)
    return _to(f"/orders/{row['order_id']}") if row else abort(404)


@blueprint.get("/mailbox")
def mailbox() -> str:
    """What buyers were sent, newest first; with `order` what one of them was."""
    order_id = request.args.get("order", 0, int)
    messages = _ledger().rows(
        "SELECT * FROM message WHERE ? IN (0, order_id) ORDER BY id DESC LIMIT 60", order_id
    )
    answers: dict[int, list[Row]] = {}
    for row in _ledger().rows("SELECT * FROM buyer_words WHERE message_id IS NOT NULL ORDER BY id"):
        answers.setdefault(row["message_id"], []).append(row)
    shown = [(message, _linked(message["text"])) for message in messages]
    return _page("mailbox.html", messages=shown, words=answers)


@blueprint.post("/mailbox/<int:message_id>/answer")
def answer(message_id: int) -> Response:
    """Answer a message of the shop as its buyer."""
    message = _ledger().row("SELECT * FROM message WHERE id = ?", message_id)
    if message is None:
        return abort(404)
    _say(_order(message["order_id"]), message_id)
    return _to("/mailbox")


@blueprint.post("/orders/<int:order_id>/write")
def write(order_id: int) -> Response:
    """Write to the shop about an order, as its buyer."""
    _say(_order(order_id), None)
    return _to(f"/orders/{order_id}")


def _say(order: Row, message_id: int | None) -> None:
    shop, text = current_app.extensions["shop"], request.form.get("text", "").strip()[:5000]
    if text:
        write_to_shop(shop.ledger, order, text, shop.now(), message_id=message_id)


def _linked(text: str) -> Markup:
    """Escaped text whose addresses can be clicked."""
    return Markup(re.sub(r"(https?://[^\s<]+)", r'<a href="\1">\1</a>', str(escape(text))))  # noqa: S704


@blueprint.get("/done")
def done() -> str:
    """What was done for buyers, newest first."""
    actions = _ledger().rows("SELECT * FROM made ORDER BY id DESC LIMIT 60")
    made = [
        (row, KINDS[row["action"]].label, _shown(row["amount_minor"], row["currency"]))
        for row in actions
    ]
    return _page("done.html", made=made)


def _shown(minor: int | None, currency: str) -> str:
    return "" if minor is None else f"{currency} {Money(minor, currency).amount:,}"
