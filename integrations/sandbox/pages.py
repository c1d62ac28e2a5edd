"""Pages on which a tester acts as the buyer: orders, reviews, mailbox, what the shop did."""

from __future__ import annotations

import re

from flask import Blueprint, abort, current_app, redirect, render_template_string, request
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from integrations.money import Money
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

blueprint = Blueprint("pages", __name__)

HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Sandbox shop</title>
<style>*{box-sizing:border-box}body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;
max-width:42rem;padding:0 1rem 4rem;background:#fdf8ee;color:#222;overflow-wrap:anywhere}
a{color:#7a3e00}nav{display:flex;flex-wrap:wrap;gap:0 1rem}nav a{display:flex;align-items:center;
min-height:2.75rem}h1{font-size:1.4rem;line-height:1.25;margin:.5rem 0}h2{font-size:1.1rem;margin:.5rem 0}
article,form{background:#fff;border:1px solid #e3d5b8;border-radius:.5rem;padding:.75rem;
margin:.75rem 0}article>a{display:block;min-height:2.75rem}pre{white-space:pre-wrap;font:inherit;
margin:.5rem 0}button,select,textarea,input{font:inherit;min-height:2.75rem;max-width:100%}
button{padding:0 .9rem;margin:.25rem 0}select,textarea,[name=voucher]{width:100%}label{display:block;margin:.5rem 0}
summary{min-height:2.75rem;display:flex;align-items:center;cursor:pointer}
label.tick{display:flex;gap:.6rem;align-items:center;min-height:2.75rem}.tick input{width:1.4rem;
height:1.4rem;flex:none}.small{color:#5d5346;font-size:.9rem}.stars{color:#8a5800}</style></head><body>
<nav aria-label="Sandbox"><strong style="align-self:center">Sandbox shop</strong>
<a href="{{ base }}/">Orders</a><a href="{{ base }}/buy">Buy</a><a href="{{ base }}/mailbox">Mailbox</a>
<a href="{{ base }}/done">What the shop did</a></nav>
<p class="small">A pretend shop: here you are the buyer.</p>
{% macro stars(n) %}<span class="stars" role="img" aria-label="{{ n }} of 5 stars">{{ '★' * n
}}{{ '☆' * (5 - n) }}</span>{% endmacro %}"""

ORDERS = (
    HEAD
    + """<h1>Orders</h1>{% for order in orders %}<article>
<a href="{{ base }}/orders/{{ order.id }}">{{ order.number }} {{ order.product_name }}</a>
{{ order.buyer }} · {% if order.rating is none %}not reviewed{% elif order.withdrawn %}withdrawn
{% else %}{{ stars(order.rating) }}{% endif %}</article>{% endfor %}
<form method="post" action="{{ base }}/callbacks"><h2>How the shop calls Makegood</h2>
<label class="tick"><input type="checkbox" name="duplicates" {{ 'checked' if duplicates }}>
 each call twice</label>
<label class="tick"><input type="checkbox" name="shuffled" {{ 'checked' if shuffled }}>
 newest first</label>
<button>Set</button></form></body></html>"""
)

ORDER = (
    HEAD
    + """<h1>{{ order.product_name }}</h1>
<p>{{ order.number }} · {{ amount }} · {{ order.status }}</p>
<form method="post"><h2>Review</h2><p>{% if not review %}Not reviewed yet.{% elif
review.withdrawn %}Withdrawn.{% else %}Now {{ stars(review.rating) }}{% endif %}</p>
<label>Stars <select name="rating">{% for n in range(1, 6) %}
<option {{ 'selected' if review and review.rating == n }}>{{ n }}</option>{% endfor %}</select></label>
<label>Text <textarea name="text" rows="3">{{ review.text if review }}</textarea></label>
<label class="tick"><input type="checkbox" name="photo" {{ 'checked' if review and review.photo }}>
 with a photo</label>
<button name="do" value="review">Send review</button>
{% if review %}<button name="do" value="withdraw">Withdraw review</button>{% endif %}</form>
<form method="post"><h2>What goes wrong with make-goods</h2><label>Trouble <select name="trouble">
{% for name, told in troubles.items() %}<option value="{{ name }}"
 {{ 'selected' if order.trouble == name }}>{{ name ~ ': ' if name }}{{ told }}</option>
{% endfor %}</select></label><button name="do" value="trouble">Set</button></form>
<form method="post" action="{{ base }}/orders/{{ order.id }}/write"><h2>Write to the shop</h2>
<label>Your words <textarea name="text" rows="3" required maxlength="5000"></textarea></label>
<button>Send to the shop</button>
<p class="small">It stands in the case of this order. The single word STOP ends all messages.</p></form>
</body></html>"""
)

BUY = (
    HEAD
    + """<h1>Place an order</h1>{% if problem %}<p role="alert"><strong>{{ problem }}</strong></p>{% endif %}
<form method="post" action="{{ base }}/buy"><label>Buyer <select name="buyer">{% for buyer in buyers %}
<option value="{{ buyer.id }}"{{ ' selected' if chosen.buyer == buyer.id | string
}}>{{ buyer.name }} ({{ buyer.country }})</option>{% endfor %}</select></label>
<label>Product <select name="product">{% for id, name, price in products %}
<option value="{{ id }}"{{ ' selected' if chosen.product == id }}>{{ name }}, {{ price }}</option>
{% endfor %}</select></label><label>Voucher code <input name="voucher" value="{{ chosen.voucher }}"></label>
<button>Pay</button></form>
<p class="small">No money moves. The order is delivered at once, so that it can be rated on the next page.</p>
</body></html>"""
)

MAILBOX = (
    HEAD
    + """<h1>Mailbox</h1>{% for message, text in messages %}<article>
<strong>{{ message.subject }}</strong><br><span class="small">to {{ message.recipient }},
{{ message.at[:16] | replace('T', ' ') }}</span><pre>{{ text }}</pre>
{% for word in words.get(message.id, ()) %}<p><strong>You:</strong> {{ word.text }}</p>{% endfor %}
<details><summary>Answer as the buyer</summary>
<form method="post" action="{{ base }}/mailbox/{{ message.id }}/answer"><label>Your words
<textarea name="text" rows="3" required maxlength="5000"></textarea></label>
<button>Send to the shop</button></form></details></article>{% else %}<p>No messages yet. Rate an order low, then approve a make-good.</p>{% endfor
%}</body></html>"""
)

DONE = (
    HEAD
    + """<h1>What the shop did</h1>{% for action, amount in made %}<article>
<strong>{{ action.action }} {{ amount }}</strong><br>order SB-{{ action.order_id }}, {{ action.reference }}
{% if action.code %}<br>code {{ action.code }}{{ ', used for order ' ~ action.used_order if action.used_order }}{% endif %}{% if action.task %}<p>{{ action.task }}</p>{% endif %}
</article>{% else %}<p>Nothing yet.</p>{% endfor %}</body></html>"""
)


def _ledger() -> Ledger:
    ledger: Ledger = current_app.extensions["shop"].ledger
    return ledger


def _page(template: str, **values: object) -> str:
    return render_template_string(template, base=current_app.config["BASE_URL"], **values)


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
    return _page(ORDERS, orders=rows, **on)


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


def _buy_page(problem: str = "") -> str:
    return _page(
        BUY,
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
        return _buy_page("Choose a buyer and a product from the lists."), 422
    try:
        with shop.ledger.write() as connection:
            order_id = add_order(connection, buyer["id"], product, shop.now())
            if code := request.form.get("voucher", "").strip():
                use_voucher(connection, code, order_id, shop.now())
    except LookupError:
        return _buy_page("There is no voucher of this code that is good for this product."), 422
    return _to(f"/orders/{order_id}")


@blueprint.get("/orders/<int:order_id>")
def order(order_id: int) -> str:
    """One order: review it, change that, choose trouble."""
    row = _order(order_id)
    review = _ledger().row("SELECT * FROM review WHERE order_id = ? AND line_id = 0", order_id)
    amount = _shown(row["paid_minor"], row["currency"])
    return _page(ORDER, order=row, review=review, amount=amount, troubles=trouble.TROUBLES)


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
    return _page(MAILBOX, messages=shown, words=answers)


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
    made = [(action, _shown(action["amount_minor"], action["currency"])) for action in actions]
    return _page(DONE, made=made)


def _shown(minor: int | None, currency: str) -> str:
    return "" if minor is None else f"{currency} {Money(minor, currency).amount:,}"
