"""Writes to the buyer from the case: a verb for each button, a refusal beside what was typed."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import lazy_gettext as lazy

from service.db.models import Case
from service.domain.errors import NotFound
from service.operations.messages import by_seller, drafts, inbound
from service.operations.messages.preview import refuse_if_stopped
from service.web.desk.case_verbs import verb
from service.web.desk.cases import whole_case
from service.web.desk.verb_forms import WordsForm
from service.web.request_context import actor, context

blueprint = Blueprint("messages", __name__, url_prefix="/cases/<reference>/messages")
SENT = lazy("The message goes out now.")


@blueprint.post("")
@verb(lazy("The draft is kept."), WordsForm)
def write(case: Case, form: WordsForm) -> None:
    """Keep a message of one's own as a draft."""
    drafts.write(context(), case.id, actor(), form.written, send=False)


@blueprint.post("/send")
@verb(SENT, WordsForm)
def send(case: Case, form: WordsForm) -> None:
    """Send a message of one's own."""
    drafts.write(context(), case.id, actor(), form.written, send=True)


@blueprint.post("/<int:message_id>/change")
@verb(lazy("The message is changed."), WordsForm)
def change(case: Case, message_id: int, form: WordsForm) -> None:
    """Change the words of what was not sent yet."""
    _check_part(case, message_id)
    drafts.change(context(), message_id, actor(), form.written)


@blueprint.post("/<int:message_id>/release")
@verb(SENT, WordsForm)
def release(case: Case, message_id: int, form: WordsForm) -> None:
    """Send a draft, as it is or as it was just changed."""
    _check_part(case, message_id)
    written = form.written if form.text.raw_data else None
    drafts.release(context(), message_id, actor(), written)


@blueprint.post("/<int:message_id>/send-now")
@verb(SENT)
def send_now(case: Case, message_id: int) -> None:
    """Send a planned message without waiting, or one that got stuck again."""
    _check_part(case, message_id)
    refuse_if_stopped(context(), message_id)
    by_seller.send_now(context(), message_id, actor())


@blueprint.post("/<int:message_id>/mark-sent")
@verb(lazy("Noted: the message was sent."))
def mark_sent(case: Case, message_id: int) -> None:
    """Say that a stuck message did arrive."""
    _check_part(case, message_id)
    by_seller.mark_sent(context(), message_id, actor())


@blueprint.post("/<int:message_id>/leave-out")
@verb(lazy("Noted: this message will not be sent."))
def leave_out(case: Case, message_id: int) -> None:
    """Say that a stuck message shall not go out."""
    _check_part(case, message_id)
    by_seller.leave_out(context(), message_id, actor())


@blueprint.post("/<int:message_id>/handled")
@verb(lazy("Noted: you have read it."))
def handled(case: Case, message_id: int) -> None:
    """Say that what the buyer wrote was read and needs no answer."""
    _check_part(case, message_id)
    inbound.mark_handled(context(), message_id, actor())


def _check_part(case: Case, message_id: int) -> None:
    if message_id not in {message.id for message in whole_case(case.id).messages}:
        raise NotFound("There is no such message in this case.")
