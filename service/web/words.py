"""Labels of states, kinds and other stable names, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.remedies import KINDS
from integrations.sentence import Said, Text, Words
from service.domain.cases.states import CASE_STATES, CLOSE_REASONS
from service.domain.complaints.causes import CAUSE_LABELS
from service.domain.messages.templates import confirmations
from service.domain.remedies.thanks import GESTURES, Gesture
from service.domain.shops.connection_states import CONNECTIONS
from service.operations.outbox.registry import HANDLERS
from service.web.i18n import label

WORDS: Mapping[str, Said] = {
    **{name.value: text for name, text in CASE_STATES.items()},
    **{name.value: text for name, text in CLOSE_REASONS.items()},
    **{name.value: text for name, text in CONNECTIONS.labels.items()},
    "receipt": Text("first answer"),
    "offer": Text("choice for the buyer"),
    "offer_reminder": Text("reminder of the choice"),
    "public_reply": Text("public reply"),
    "confirmation": Text("confirmation"),
    "resolution_check": Text("question whether it is solved"),
    "resolution_reminder": Text("second question whether it is solved"),
    "update_invitation": Text("invitation to update the review"),
    "thanks": Text("thank-you"),
    "thanks_card": Text("thank-you note to write by hand"),
    "thanks_early_access": Text("thank-you with early access"),
    "thanks_voucher": Text("thank-you with a small voucher"),
    **{gesture.value: text for gesture, text in GESTURES.items() if gesture is not Gesture.VOUCHER},
    "done": Text("done"),
    "cancelled": Text("taken back"),
    "day": Text("day"),
    "week": Text("week"),
    "month": Text("month"),
    "solved": Text("solved"),
    "partly": Text("partly solved"),
    "not_solved": Text("not solved"),
    "starred": Text("stars for the handling"),
    "recovered_asked": Text("rating raised after an invitation"),
    "recovered_unasked": Text("rating raised without an invitation"),
    "editable": Text("could still be changed"),
    "assumed": Text("could still be changed, as is assumed"),
    "buyer": Text("buyer"),
    "platform": Text("platform"),
    "law": Text("law"),
    "channel": Text("channel"),
    "shop": Text("shop"),
    "limit": Text("automatic limit"),
    "operator": Text("a command on the machine"),
    "makegood": Words("Makegood"),
    "owner": Text("owner"),
    "agent": Text("agent"),
    "viewer": Text("viewer"),
    "reviews": Text("reviews"),
    "replies": Text("public replies"),
    "orders": Text("orders"),
    "messages": Text("messages"),
    "update_invitation_no_link": Text("invitation to update the review, without a link"),
    "update_invitation_another": Text("invitation to review again, where no review can be changed"),
    "delivered": Text("delivered"),
    "completed": Text("completed"),
    "processing": Text("processing"),
    "pending": Text("pending"),
    "shipped": Text("shipped"),
    "refunded": Text("refunded"),
    "paid": Text("paid"),
    "message": Text("message"),
    **CAUSE_LABELS,
    "plain": Text("plain"),
    "warm": Text("warm"),
    "brief": Text("brief"),
    **{kind.value: handler.label for kind, handler in HANDLERS.items()},
}

DEEDS: Mapping[str, Text] = {
    "opened": Text("Low rating came in"),
    "order_found": Text("Order found"),
    "ask_order": Text("Asked which order it is"),
    "propose": Text("Make-good proposed"),
    "approve": Text("Approved"),
    "decline": Text("Declined"),
    "made": Text("Carried out"),
    "made_with_task": Text("Carried out, something is left to do"),
    "task_done": Text("Done by hand"),
    "fail": Text("Needs a person"),
    "offer": Text("The buyer may choose"),
    "hold_ended": Text("The time to undo is over"),
    "choice_begun": Text("The time to undo is over"),
    "undone": Text("Approval undone"),
    "picked": Text("Chosen"),
    "not_picked": Text("Nothing was chosen in time"),
    "choice_left_out": Text("The buyer was not asked to choose"),
    "taken_up": Text("The platform is at it"),
    "ask_buyer": Text("Waits for the buyer"),
    "by_hand": Text("To be carried out by hand"),
    "outcome_unknown": Text("Nobody knows whether it was carried out"),
    "refused": Text("Refused by the platform"),
    "needs_attention": Text("Needs a person"),
    "reopen": Text("Back to a decision"),
    "come_back": Text("Back to a decision"),
    "open_again": Text("Opened again"),
    "ask_order_again": Text("Opened again"),
    "root_cause": Text("Root cause noted"),
    "close": Text("Closed"),
    "review_changed": Text("Review changed"),
    "answered": Text("Buyer answered"),
    "planned": Text("Message planned"),
    "sent": Text("Message sent"),
    "drafted": Text("Draft written"),
    "edited": Text("Message changed"),
    "released": Text("Draft released"),
    "bounced": Text("Message came back"),
    "received": Text("Buyer wrote"),
    "auto_replied": Text("A machine answered"),
    "handled": Text("Read by a person"),
    "call_asked": Text("To be called by telephone"),
    "called": Text("Called by telephone"),
    "not_sent": Text("Message not sent"),
    "stopped": Text("Message will not be sent"),
    "send_now": Text("Sent without waiting"),
    "messages_stopped": Text("All messages stopped"),
    "opted_out": Text("Buyer wants no messages"),
    "allowed_again": Text("Buyer allows messages again"),
    "erased": Text("Buyer's data removed"),
    "try_again": Text("Tried again"),
    "look_again": Text("Looked up again"),
    "restored": Text("Restored from a backup"),
    "confirmed": Text("Looked at by a person"),
    "handed_over": Text("Handed over"),
    "noted": Text("Note"),
    "owner_asked": Text("The owner was asked"),
    "owner_answered": Text("The owner answered"),
    "cancelled": Text("Taken back"),
    "cause_corrected": Text("Cause corrected"),
    "thanked": Text("Buyer thanked"),
    "thanks_taken_back": Text("Thanks taken back"),
    "name_agreed": Text("The buyer let a name stand with their review"),
    "name_taken_back": Text("The buyer took their name away from their review"),
    "preference_noted": Text("Noted what the buyer likes"),
}
"""What happened, as history keeps it."""


def word(name: str) -> str:
    """A state, step, role, reason, text or kind of remedy."""
    if name in KINDS:
        return label(KINDS[name].label)
    if name in confirmations():
        return label(Text("confirmation: %(what)s", what=confirmations()[name].label))
    return label(WORDS.get(name, Words(name)))


def event_label(name: str) -> str:
    """What happened to a case."""
    return label(DEEDS[name]) if name in DEEDS else word(name)
