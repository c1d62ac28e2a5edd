"""What the desk can do with a case, its make-goods, messages and public reply, for programs."""

from __future__ import annotations

from flask import Response

from service.db.cases import case_queries
from service.domain.errors import NotFound
from service.domain.staff.authority import Permission
from service.operations.cases import assign, causes, confirm, notes, order_choice
from service.operations.messages import by_seller, drafts, inbound, public_reply
from service.operations.messages.drafts import Written
from service.operations.messages.preview import refuse_if_stopped
from service.operations.remedies import make_goods, offers
from service.web.api import inputs, verb_inputs, verb_schemas
from service.web.api.describe import Endpoint
from service.web.api.guard import programs_with
from service.web.api.v1 import blueprint, find
from service.web.api.verbs import Act, Ids, Sent, Verb, add, dumped, parameter
from service.web.request_context import actor, context

__all__ = ["blueprint"]


def _case_id(ids: Ids) -> int:
    return find(ids["reference"]).id


def _make_good(ids: Ids) -> int:
    with context().database.reading() as session:
        for make_good in case_queries.case_by_reference(session, ids["reference"]).make_goods:
            if make_good.reference == ids["make_good"]:
                return make_good.id
    raise NotFound("There is no such make-good in this case.")


def _message(ids: Ids) -> int:
    message_id: int = ids["message_id"]
    with context().database.reading() as session:
        messages = case_queries.case_by_reference(session, ids["reference"]).messages
        if message_id not in {message.id for message in messages}:
            raise NotFound("There is no such message in this case.")
    return message_id


def _written(sent: Sent) -> Written:
    return Written(sent["subject"], sent["text"], confirmed=sent["confirmed"])


def _send_now(ids: Ids, _: Sent) -> None:
    message_id = _message(ids)
    refuse_if_stopped(context(), message_id)
    by_seller.send_now(context(), message_id, actor())


@blueprint.get("/cases/<reference>/messages")
@programs_with(Permission.LOOK)
def list_messages(reference: str) -> Response:
    """List what was said to the buyer and heard from them, oldest first."""
    return _thread({"reference": reference}, None)


def _thread(ids: Ids, _: object) -> Response:
    with context().database.reading() as session:
        case = case_queries.case_by_reference(session, ids["reference"])
        return dumped(verb_schemas.MessagesOut, {"messages": case.messages})


OF_CASES = (
    Verb(
        "/cases/<reference>/order",
        "Name the order of a case",
        lambda ids, sent: order_choice.choose_order(
            context(), _case_id(ids), sent["order_id"], actor=actor()
        ),
        verb_inputs.OrderIn,
        {"typed": {"order_id": "INV-2041"}},
    ),
    Verb(
        "/cases/<reference>/cause",
        "Correct what a complaint is about",
        lambda ids, sent: causes.correct(context(), _case_id(ids), actor(), sent["cause"]),
        verb_inputs.CauseIn,
        {"late": {"cause": "late"}},
    ),
    Verb(
        "/cases/<reference>/confirm",
        "Say that somebody has looked at what speaks against a case",
        lambda ids, _: confirm.confirm(context(), _case_id(ids), actor()),
    ),
    Verb(
        "/cases/<reference>/hand-over",
        "Hand a case over",
        lambda ids, sent: assign.hand_over(
            context(), _case_id(ids), actor(), sent["seller_id"], sent["reason"]
        ),
        verb_inputs.HandOverIn,
        {"given": {"seller_id": 3, "reason": "Knows the product."}},
    ),
    Verb(
        "/cases/<reference>/answer-staff",
        "Answer what the owner was asked",
        lambda ids, sent: notes.answer(context(), _case_id(ids), actor(), sent["text"]),
        inputs.NoteIn,
        {"answered": {"text": "Send it again."}},
    ),
    Verb(
        "/cases/<reference>/stop-messages",
        "Send the buyer nothing more about a case",
        lambda ids, _: by_seller.stop_messages(context(), _case_id(ids), actor()),
    ),
    Verb(
        "/cases/<reference>/reply",
        "Keep a draft of a public reply",
        lambda ids, sent: public_reply.keep(context(), _case_id(ids), actor(), sent["text"]),
        verb_inputs.ReplyIn,
        {"draft": {"text": "Thank you for telling us. A new one is on its way."}},
    ),
    Verb(
        "/cases/<reference>/reply/seen",
        "Say whether a public reply of unknown outcome stands there",
        lambda ids, sent: public_reply.say_posted(
            context(), _case_id(ids), actor(), posted=sent["posted"]
        ),
        verb_inputs.PostedIn,
        {"there": {"posted": True}},
    ),
)
OF_MAKE_GOODS = (
    Verb(
        "/cases/<reference>/make-goods/<make_good>/try-again",
        "Try a make-good again",
        lambda ids, sent: make_goods.try_again(
            context(), _make_good(ids), actor=actor(), surely_not_done=sent["looked"]
        ),
        verb_inputs.TryAgainIn,
        {"refused": {"looked": False}},
    ),
    Verb(
        "/cases/<reference>/make-goods/<make_good>/look-again",
        "Look up again what became of a make-good",
        lambda ids, _: make_goods.look_again(context(), _make_good(ids), actor=actor()),
    ),
    Verb(
        "/cases/<reference>/make-goods/<make_good>/done",
        "Say that a make-good was done by hand",
        lambda ids, sent: make_goods.done_by_hand(
            context(), _make_good(ids), actor=actor(), code=sent["code"]
        ),
        verb_inputs.CodeIn,
        {"sent": {"code": "JP1234567890"}},
    ),
    Verb(
        "/cases/<reference>/make-goods/<make_good>/cancel",
        "Take a make-good back",
        lambda ids, _: make_goods.cancel(context(), _make_good(ids), actor=actor()),
    ),
    Verb(
        "/cases/<reference>/make-goods/<make_good>/withdraw",
        "Take back the choice that the buyer was given",
        lambda ids, _: offers.withdraw(context(), _make_good(ids), actor()),
    ),
)


def _of_message(verb: str, summary: str, act: Act, body: type[inputs.Strict] | None = None) -> Verb:
    examples = {"words": {"text": "A new one is on its way."}} if body else {}
    return Verb(
        f"/cases/<reference>/messages/<int:message_id>/{verb}",
        summary,
        act,
        body,
        examples,
        answer=verb_schemas.MessagesOut,
        read=_thread,
    )


OF_MESSAGES = (
    Verb(
        "/cases/<reference>/messages",
        "Write to the buyer",
        lambda ids, sent: drafts.write(
            context(), _case_id(ids), actor(), _written(sent), send=sent["send"]
        ),
        verb_inputs.MessageIn,
        {"draft": {"text": "A new one is on its way.", "send": False}},
        answer=verb_schemas.MessagesOut,
        read=_thread,
    ),
    _of_message(
        "change",
        "Change the words of a message that was not sent yet",
        lambda ids, sent: drafts.change(context(), _message(ids), actor(), _written(sent)),
        verb_inputs.WordsIn,
    ),
    _of_message(
        "release",
        "Send a draft",
        lambda ids, _: drafts.release(context(), _message(ids), actor()),
    ),
    _of_message("send-now", "Send a planned message without waiting", _send_now),
    _of_message(
        "mark-sent",
        "Say that a stuck message did arrive",
        lambda ids, _: by_seller.mark_sent(context(), _message(ids), actor()),
    ),
    _of_message(
        "leave-out",
        "Say that a message shall not go out",
        lambda ids, _: by_seller.leave_out(context(), _message(ids), actor()),
    ),
    _of_message(
        "handled",
        "Say that what the buyer wrote needs no answer",
        lambda ids, _: inbound.mark_handled(context(), _message(ids), actor()),
    ),
)
DESCRIBED = (
    Endpoint(
        "get",
        "/cases/{reference}/messages",
        "List messages, oldest first",
        verb_schemas.MessagesOut,
        [parameter("reference")],
    ),
    *add(OF_CASES),
    *add(OF_MAKE_GOODS),
    *add(OF_MESSAGES),
)
