"""Our stable words in the reader's language. Listed here so that the translations know them."""

from __future__ import annotations

from flask_babel import lazy_gettext as lazy

WORDS = {
    "opened": lazy("looking for the order"),
    "awaiting_order": lazy("which order?"),
    "awaiting_approval": lazy("waits for a decision"),
    "approved": lazy("approved"),
    "made_good": lazy("something left to do"),
    "following_up": lazy("following up"),
    "declined": lazy("declined"),
    "needs_attention": lazy("needs attention"),
    "closed": lazy("closed"),
    "recovered": lazy("rating raised"),
    "withdrawn": lazy("review withdrawn"),
    "finished": lazy("rating stayed"),
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
    "stopped": lazy("not sent"),
    "done": lazy("done"),
    "cancelled": lazy("taken back"),
    "solved": lazy("solved"),
    "not_solved": lazy("not solved"),
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
    "confirmation_resend": lazy("Confirmation: sent again"),
    "confirmation_refund": lazy("Confirmation: refund"),
    "confirmation_voucher": lazy("Confirmation: voucher"),
    "update_invitation_no_link": lazy("invitation to update the review, without a link"),
    "update_invitation_another": lazy("invitation to review again, where no review can be changed"),
    "delivered": lazy("delivered"),
    "completed": lazy("completed"),
    "processing": lazy("processing"),
    "pending": lazy("pending"),
    "shipped": lazy("shipped"),
    "refunded": lazy("refunded"),
    "paid": lazy("paid"),
    "by hand": lazy("by hand"),
    "message": lazy("message"),
    "recipient": lazy("recipient"),
    "plain": lazy("plain"),
    "warm": lazy("warm"),
    "brief": lazy("brief"),
    "read_delivery": lazy("reading what came in"),
    "find_order": lazy("looking for an order"),
    "make_good": lazy("a make-good"),
    "follow_up": lazy("a message to a buyer"),
    "end_case": lazy("closing a case"),
    "look": lazy("reading a review again"),
    "poll": lazy("looking for new reviews"),
    "check": lazy("the check of the connection"),
}

DEEDS = {
    "opened": lazy("Low rating came in"),
    "order_found": lazy("Order found"),
    "ask_order": lazy("Asked which order it is"),
    "propose": lazy("Make-good proposed"),
    "approve": lazy("Approved"),
    "decline": lazy("Declined"),
    "made": lazy("Carried out"),
    "made_with_task": lazy("Carried out, something is left to do"),
    "task_done": lazy("Done by hand"),
    "fail": lazy("Needs a person"),
    "needs_attention": lazy("Needs a person"),
    "reopen": lazy("Back to a decision"),
    "come_back": lazy("Back to a decision"),
    "close": lazy("Closed"),
    "review_changed": lazy("Review changed"),
    "answered": lazy("Buyer answered"),
    "planned": lazy("Message planned"),
    "sent": lazy("Message sent"),
    "not_sent": lazy("Message not sent"),
    "stopped": lazy("Message will not be sent"),
    "send_now": lazy("Sent without waiting"),
    "messages_stopped": lazy("All messages stopped"),
    "opted_out": lazy("Buyer wants no messages"),
    "erased": lazy("Buyer's data removed"),
    "try_again": lazy("Tried again"),
    "look_again": lazy("Looked up again"),
    "confirmed": lazy("Looked at by a person"),
    "cancelled": lazy("Taken back"),
}
"""What happened, as history keeps it."""


def word(name: str) -> str:
    """A state, step, role or reason."""
    return str(WORDS.get(name, name))


def deed(name: str) -> str:
    """What happened to a case."""
    return str(DEEDS.get(name, word(name)))
