"""The failures a tester can choose for an order's make-goods and messages, and random ones for long
runs."""

from __future__ import annotations

import random
import time

from flask import Response, request

from integrations.sandbox.ledger import Ledger, Row
from integrations.sentence import Text

TROUBLES = {
    "": Text("none"),
    "temporary": Text("503, nothing done, twice"),
    "busy": Text("429 with Retry-After, twice"),
    "permanent": Text("422, always"),
    "slow": Text("answers after 3 seconds"),
    "acted_500": Text("does it, then answers 500, once"),
    "acted_dropped": Text("does it, then breaks the line, once"),
    "gateway": Text("records the refund only: the seller pays by hand"),
    "paid_then_failed": Text("the provider pays, then the shop fails and forgets the refund, once"),
    "message_busy": Text("429 for messages, twice"),
    "message_refused": Text("422 for messages, always"),
    "message_500": Text("delivers the message, then answers 500, once"),
}
TIMES = {
    "temporary": 2,
    "busy": 2,
    "acted_500": 1,
    "acted_dropped": 1,
    "paid_then_failed": 1,
    "message_busy": 2,
    "message_500": 1,
}
SLOW_SECONDS = 3.0
RANDOM = ("temporary", "busy", "acted_500", "acted_dropped")
_dice = random.Random()  # noqa: S311 - not for secrets


def choose(ledger: Ledger, order_id: int, name: str) -> None:
    """Let the next make-goods of an order meet this trouble."""
    with ledger.write() as connection:
        connection.execute(
            "UPDATE orders SET trouble = ?, trouble_left = ? WHERE id = ?",
            (name if name in TROUBLES else "", TIMES.get(name, 0), order_id),
        )


def _chosen(ledger: Ledger, order: Row, kinds: tuple[str, ...]) -> str:
    """The order's own trouble where it is of these kinds; limited ones are used up."""
    name = str(order["trouble"])
    if name not in kinds or name not in TIMES:
        return name if name in kinds else ""
    with ledger.write() as connection:
        used = connection.execute(
            "UPDATE orders SET trouble_left = trouble_left - 1 WHERE id = ? AND trouble_left > 0",
            (order["id"],),
        )
        return name if used.rowcount == 1 else ""


def _current(ledger: Ledger, order: Row, kinds: tuple[str, ...]) -> str:
    """The trouble to make now among these kinds: the chosen one, else by chance."""
    if str(order["trouble"]) in kinds:
        return _chosen(ledger, order, kinds)
    share = float(ledger.setting("random_share", "0"))
    if share and _dice.random() < share / 2:
        return _dice.choice([trouble for trouble in RANDOM if trouble in kinds])
    return ""


def before(ledger: Ledger, order: Row) -> Response | None:
    """Trouble that keeps anything from being done."""
    name = _current(ledger, order, ("temporary", "busy", "permanent", "slow"))
    if name == "temporary":
        return Response("not now", 503)
    if name == "busy":
        return Response("too many", 429, {"Retry-After": "1"})
    if name == "permanent":
        return Response("this order cannot be changed any more", 422)
    if name == "slow":
        time.sleep(SLOW_SECONDS)
    return None


def after(ledger: Ledger, order: Row) -> Response | None:
    """Trouble that hides what was done."""
    name = _current(ledger, order, ("acted_500", "acted_dropped"))
    if name == "acted_500":
        return Response("something broke", 500)
    if name == "acted_dropped":
        line = request.environ.get("werkzeug.socket")
        if line is not None:
            line.close()
        return Response("", 500)
    return None


def gateway_failed(ledger: Ledger, order: Row, made_id: int) -> Response | None:
    """The payment provider has paid, and the shop, told of a failure, takes its own note back."""
    if not _chosen(ledger, order, ("paid_then_failed",)):
        return None
    with ledger.write() as connection:
        connection.execute("INSERT INTO forgotten VALUES (?)", (made_id,))
    return Response("the payment provider failed", 502, {"X-Sandbox-Payment": "failed"})


def dawdle(ledger: Ledger) -> None:
    """A shop that looks at what is left, and books it a while later, as shops without a lock do."""
    time.sleep(float(ledger.setting("careless_seconds", "0")))


def before_message(ledger: Ledger, order: Row) -> Response | None:
    """Trouble that keeps a message from being delivered."""
    name = _chosen(ledger, order, ("message_busy", "message_refused"))
    if name == "message_busy":
        return Response("too many", 429, {"Retry-After": "1"})
    return Response("this buyer takes no messages", 422) if name else None


def after_message(ledger: Ledger, order: Row) -> Response | None:
    """Trouble that hides that a message was delivered."""
    name = _chosen(ledger, order, ("message_500",))
    return Response("something broke", 500) if name else None


def task(order: Row) -> str:
    """What is left for the seller where the gateway cannot refund."""
    by_hand = "The refund is recorded, but this payment method cannot send it: pay it by hand."
    return by_hand if order["trouble"] == "gateway" else ""
