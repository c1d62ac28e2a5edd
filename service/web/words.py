"""Our stable words in the seller's language. Listed here so that the translations know them."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

WORDS = {
    "opened": lazy("opened"),
    "awaiting_order": lazy("which order?"),
    "awaiting_approval": lazy("waits for you"),
    "approved": lazy("approved"),
    "made_good": lazy("something left to do"),
    "following_up": lazy("following up"),
    "declined": lazy("declined"),
    "needs_attention": lazy("needs attention"),
    "closed": lazy("closed"),
    "recovered": lazy("rating raised"),
    "withdrawn": lazy("review withdrawn"),
    "finished": lazy("finished"),
    "by_seller": lazy("closed by the seller"),
    "resend": lazy("Send again"),
    "refund": lazy("Refund"),
    "voucher": lazy("Voucher"),
    "receipt": lazy("first answer"),
    "confirmation": lazy("confirmation"),
    "resolution_check": lazy("question whether it is solved"),
    "update_invitation": lazy("invitation to update the review"),
    "planned": lazy("planned"),
    "sending": lazy("being sent"),
    "sent": lazy("sent"),
    "stopped": lazy("stopped"),
    "done": lazy("done"),
    "cancelled": lazy("taken back"),
    "order_found": lazy("order found"),
    "ask_order": lazy("asked for the order"),
    "propose": lazy("proposed"),
    "approve": lazy("approved"),
    "decline": lazy("declined"),
    "made": lazy("carried out"),
    "made_with_task": lazy("carried out, something is left to do"),
    "task_done": lazy("done by hand"),
    "fail": lazy("needs attention"),
    "reopen": lazy("reopened"),
    "close": lazy("closed"),
    "review_changed": lazy("review changed"),
    "answered": lazy("buyer answered"),
    "solved": lazy("solved"),
    "not_solved": lazy("not solved"),
    "send_now": lazy("sent at once"),
    "messages_stopped": lazy("messages stopped"),
    "opted_out": lazy("buyer wants no messages"),
    "try_again": lazy("tried again"),
    "not_sent": lazy("not sent"),
    "buyer": lazy("buyer"),
    "platform": lazy("platform"),
    "limit": lazy("automatic limit"),
    "makegood": "Makegood",
    "owner": lazy("owner"),
    "agent": lazy("agent"),
    "viewer": lazy("viewer"),
    "reviews": lazy("reviews"),
    "orders": lazy("orders"),
    "messages": lazy("messages"),
}


def word(name: str) -> str:
    """A state, step or deed in the reader's language."""
    return str(WORDS.get(name, name))


def told(sentence: str) -> str:
    """A sentence of the domain in the reader's language."""
    return _(sentence) if sentence else ""
